import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A control group whose processes together have half of a processor, in short pieces: with long ones a run of some ms is either not
 * held up at all, or for all of it. Absent where no group can be made.
 */
final class HalfCore implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final int QUOTA_US = 10_000;
  private static final int PERIOD_US = 20_000;
  private static final int REMOVALS_MAX = 100;

  private final Path folder;
  private final boolean there;

  HalfCore() {
    var version2 = Files.exists(ROOT.resolve("cgroup.controllers"));
    this.folder = (version2 ? ROOT : ROOT.resolve("cpu")).resolve("bench-" + ProcessHandle.current().pid());
    this.there = isMade(version2);
  }

  private boolean isMade(boolean version2) {
    try {
      Files.createDirectory(folder);
      if (version2) {
        Files.writeString(folder.resolve("cpu.max"), QUOTA_US + " " + PERIOD_US);
      } else {
        Files.writeString(folder.resolve("cpu.cfs_period_us"), Integer.toString(PERIOD_US));
        Files.writeString(folder.resolve("cpu.cfs_quota_us"), Integer.toString(QUOTA_US));
      }
      return true;
    } catch (IOException notAllowed) {
      return false;
    }
  }

  boolean isThere() {
    return there;
  }

  /** A command that runs in it. */
  List<String> confined(List<String> command) {
    var processes = folder.resolve("cgroup.procs").toString();
    var confined = new ArrayList<>(List.of("sh", "-c", "echo $$ >\"$0\" && exec \"$@\"", processes));
    confined.addAll(command);
    return confined;
  }

  /** What the last process of it had started dies a moment after it. */
  @Override
  public void close() throws IOException, InterruptedException {
    for (var trial = 1;; trial++) {
      try {
        Files.deleteIfExists(folder);
        return;
      } catch (IOException busy) {
        if (trial == REMOVALS_MAX) throw busy;
        Thread.sleep(20);
      }
    }
  }
}
