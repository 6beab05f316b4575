package coordbfaas.basher;

import coordbfaas.wire.Exit;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** What a run took, and what it was denied, from what the kernel counted. Pure. */
final class RunUsage {
  private static final int XCPU = 24;
  private static final int XFSZ = 25;
  private static final int SIGNALED = 128;

  private RunUsage() {}

  /**
   * What a control group counted of all of a run's processes together.
   *
   * @param cpuUs CPU time in microseconds
   * @param peakBytes the most memory, file cache included; empty where the kernel does not tell
   * @param oomKills processes that were killed for want of memory
   * @param forksDenied processes that were not made because there were too many
   */
  record Counted(long cpuUs, OptionalLong peakBytes, long oomKills, long forksDenied) {}

  /**
   * What PID 1 told of the processes that it and bash waited for.
   *
   * @param rawStatus bash's
   * @param cpuUs CPU time in microseconds
   * @param residentKib the largest process's memory
   * @param alone whether no other process of the run was alive any more; those that were, die with PID 1
   */
  record Told(int rawStatus, long cpuUs, long residentKib, boolean alone) {
    private static final Pattern LINE = Pattern.compile("(\\d{1,5}) (\\d{1,18}) (\\d{1,18}) ([01])\n");

    /** Reads the first line of the status channel: {@code STATUS CPU RESIDENT LEFT}, the last of them 0 or 1. */
    static Optional<Told> parse(String channel) {
      var line = LINE.matcher(channel);
      if (!line.lookingAt()) return Optional.empty();
      var status = Integer.parseInt(line.group(1));
      if (status > 0xFFFF || !WaitStatus.isEnd(status)) return Optional.empty();
      return Optional.of(
          new Told(status, Long.parseLong(line.group(2)), Long.parseLong(line.group(3)), line.group(4).equals("0")));
    }
  }

  /** CPU time of all processes where that was counted, of those that were waited for otherwise; memory the other way round. */
  static Optional<Exit.Usage> of(Optional<Told> told, Optional<Counted> counted) {
    var cpuUs = counted.map(Counted::cpuUs).or(() -> told.map(Told::cpuUs));
    var kib = told.map(Told::residentKib)
        .or(() -> counted.filter(count -> count.peakBytes().isPresent()).map(count -> count.peakBytes().getAsLong() >> 10));
    return cpuUs.flatMap(us -> kib.map(most -> new Exit.Usage(us / 1000, most)));
  }

  /** The limit that made a run fail: one that it ran into, when it ended by itself and not well. */
  static Optional<Exit.Limit> limit(OptionalInt rawStatus, Optional<Counted> counted) {
    if (rawStatus.isEmpty() || rawStatus.getAsInt() == 0) return Optional.empty();
    if (counted.filter(count -> count.oomKills() > 0).isPresent()) return Optional.of(Exit.Limit.MEMORY);
    if (endedBy(XCPU, rawStatus.getAsInt())) return Optional.of(Exit.Limit.CPU_TIME);
    if (endedBy(XFSZ, rawStatus.getAsInt())) return Optional.of(Exit.Limit.FILE);
    if (counted.filter(count -> count.forksDenied() > 0).isPresent()) return Optional.of(Exit.Limit.PROCESSES);
    return Optional.empty();
  }

  /** Bash itself, or what it ran last. */
  private static boolean endedBy(int signal, int rawStatus) {
    return rawStatus == signal || rawStatus == signal + SIGNALED || rawStatus == (SIGNALED + signal) << 8;
  }
}
