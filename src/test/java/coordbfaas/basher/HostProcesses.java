package coordbfaas.basher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** What runs on this computer, as its {@code /proc} tells it: the view of a run from outside its walls. */
public final class HostProcesses {
  private static final Path PROC = Path.of("/proc");

  private HostProcesses() {}

  /** A text that no other process has in its environment or among its arguments. */
  static String newMark() {
    return "mark-" + UUID.randomUUID();
  }

  /** The processes with this mark in their environment or among their arguments. */
  static List<Long> marked(String mark) {
    try (var entries = Files.list(PROC)) {
      return entries.map(entry -> entry.getFileName().toString()).filter(name -> name.matches("\\d+"))
          .filter(pid -> has(pid, "cmdline", mark) || has(pid, "environ", mark))
          .map(Long::valueOf).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** All that builds or stands behind a worker's walls in this JVM; not what makes them, nor the programs that other tests run. */
  public static Set<Long> ofThisJvm() {
    return ProcessHandle.current().children()
        .filter(child -> has(Long.toString(child.pid()), "cmdline", Walls.KERNEL))
        .flatMap(ProcessHandle::descendants)
        .map(ProcessHandle::pid).collect(Collectors.toSet());
  }

  /** Of these processes and those before, what came since. */
  static Set<Long> ofThisJvmSince(Set<Long> before) {
    var since = new HashSet<>(ofThisJvm());
    since.removeAll(before);
    return since;
  }

  /** Those of these processes whose program has this name. */
  static List<ProcessHandle> named(String program, Set<Long> processes) {
    return processes.stream().filter(pid -> isNamed(program, pid))
        .flatMap(pid -> ProcessHandle.of(pid).stream()).toList();
  }

  private static boolean isNamed(String program, long pid) {
    return has(Long.toString(pid), "comm", program + "\n");
  }

  private static boolean has(String pid, String file, String text) {
    try {
      return new String(Files.readAllBytes(PROC.resolve(pid).resolve(file)), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException gone) {
      return false;
    }
  }
}
