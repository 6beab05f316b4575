package coordbfaas.outside;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/**
 * Whether processes still run.
 *
 * <p>{@link ProcessHandle#isAlive} takes a zombie for alive. Orphans are zombies until the computer's first process waits for
 * them, and some of those look only every few seconds.
 */
public final class Running {
  private Running() {}

  /** Whether one of these processes is alive, and no zombie. */
  public static boolean any(Collection<ProcessHandle> processes) {
    return processes.stream().anyMatch(process -> process.isAlive() && !isOver(process.pid()));
  }

  /** By the state in {@code /proc/PID/stat}: it comes after the name, which is in parentheses and may hold some itself. */
  private static boolean isOver(long pid) {
    try {
      var stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
      return "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) >= 0;
    } catch (IOException gone) {
      return true;
    }
  }
}
