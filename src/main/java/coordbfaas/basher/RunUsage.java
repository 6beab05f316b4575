package coordbfaas.basher;

import coordbfaas.wire.Exit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

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
   */
  record Told(int rawStatus, long cpuUs, long residentKib) {
    private static final int NUMBER_DIGITS_MAX = 18;

    /** Reads the first line of the status channel: {@code STATUS CPU RESIDENT}. */
    static Optional<Told> parse(String channel) {
      var end = channel.indexOf('\n');
      var numbers = List.of(channel.substring(0, Math.max(0, end)).split(" ", -1));
      if (numbers.size() != 3 || !numbers.stream().allMatch(number -> number.matches("\\d{1," + NUMBER_DIGITS_MAX + "}")))
        return Optional.empty();
      var status = Long.parseLong(numbers.get(0));
      if (status > 0xFFFF || !WaitStatus.isEnd((int) status)) return Optional.empty();
      return Optional.of(new Told((int) status, Long.parseLong(numbers.get(1)), Long.parseLong(numbers.get(2))));
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
