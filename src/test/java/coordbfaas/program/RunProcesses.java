package coordbfaas.program;

import coordbfaas.outside.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The processes of one run, told from all others of this computer by a word in their command lines. */
public final class RunProcesses {
  private final String mark;

  private RunProcesses(String mark) {
    this.mark = mark;
  }

  /** Of a run that is still to be sent, with {@link #sleep} in its script. */
  public static RunProcesses ofARun() {
    return new RunProcesses("3600." + ThreadLocalRandom.current().nextLong(1_000_000_000_000L, 10_000_000_000_000L));
  }

  /** A command that sleeps for an hour. */
  public String sleep() {
    return "sleep " + mark;
  }

  /** The same, and bash says nothing of it when it is killed. */
  public String sleepQuietly() {
    return "{ " + sleep() + "; } 2>/dev/null";
  }

  /** The ids of its processes that are alive; bash's among them if its script holds the mark. */
  public List<Long> alive() {
    return pids(line -> line.contains(mark));
  }

  public void areAlive() {
    Eventually.eventually(sleep() + " runs", () -> !sleeps().isEmpty());
  }

  public void areGone() {
    Eventually.eventually(sleep() + " is gone", () -> alive().isEmpty());
  }

  /** The worker that runs it, if that is a process of its own. */
  ProcessHandle worker() {
    return Stream.iterate(ProcessHandle.of(sleeps().getFirst()), Optional::isPresent, process -> process.get().parent())
        .flatMap(Optional::stream).filter(process -> process.info().command().orElse("").endsWith("/java"))
        .findFirst().orElseThrow();
  }

  /** Lets the script go on: ends its sleep, once it has begun. */
  public void wakeUp() {
    areAlive();
    sleeps().forEach(RunProcesses::kill);
  }

  /** Ends what is left of it, after a story that failed. */
  public void end() {
    alive().forEach(RunProcesses::kill);
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  private List<Long> sleeps() {
    return pids(line -> line.equals(sleep().replace(' ', '\0') + '\0'));
  }

  private static List<Long> pids(Predicate<String> commandLine) {
    return ProcessHandle.allProcesses().map(ProcessHandle::pid).filter(pid -> commandLine.test(commandLine(pid))).toList();
  }

  /** Arguments end in NUL; nothing of a process that is gone or dead. */
  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }
}
