package coordbfaas.basher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * What scripts weigh beside whatever else wants the processors: together little, and each run as much as another; but a run that
 * is being killed, much. All that its processes do is end, and as long as they do somebody waits.
 *
 * <p>The folder is shared by all JVMs of a computer. What one that is killed leaves there is put right by the next one to start, or
 * to kill.
 */
final class CpuWeight {
  /**
   * What scripts weigh, all together, of what everybody else does. At 50 a neighbour that writes without end still makes small
   * runs wait for their machines; at 10 the scripts of those runs themselves wait, once the computer has more to do.
   */
  static final int SCRIPTS_PERCENT = 25;

  /** A fork bomb of 256 processes is dead after 31 instead of 37 ms, at most 44 instead of 57. */
  static final int DYING_PERCENT = 400;

  // What a group weighs that nobody weighed, in version 1 and in version 2.
  private static final int EVERYBODY_1 = 1024;
  private static final int EVERYBODY_2 = 100;

  private final Path folder;
  private final String file;
  private final int everybody;
  private final Set<String> dying = new HashSet<>();

  private CpuWeight(Path folder, String file, int everybody) {
    this.folder = folder;
    this.file = file;
    this.everybody = everybody;
  }

  /** Gives the groups in a folder of version 1 their weight. */
  static CpuWeight version1(Path folder) throws IOException {
    return new CpuWeight(folder, "cpu.shares", EVERYBODY_1).usual();
  }

  /** Gives the groups in a folder of version 2 their weight. */
  static CpuWeight version2(Path folder) throws IOException {
    return new CpuWeight(folder, "cpu.weight", EVERYBODY_2).usual();
  }

  /** A group's processes are being killed. */
  synchronized void hasten(String group) {
    if (!dying.add(group)) return;
    try {
      weigh(folder.resolve(group), DYING_PERCENT);
      weigh(folder, DYING_PERCENT);
    } catch (IOException refused) {
      // it takes them longer
    }
  }

  /** They are dead, if they were killed. */
  synchronized void over(String group) {
    if (!dying.remove(group) || !dying.isEmpty()) return;
    try {
      usual();
    } catch (IOException refused) {
      // the next one that is killed tries again
    }
  }

  private CpuWeight usual() throws IOException {
    weigh(folder, SCRIPTS_PERCENT);
    return this;
  }

  private void weigh(Path group, int percent) throws IOException {
    var weight = Integer.toString(everybody * percent / 100);
    Files.write(group.resolve(file), weight.getBytes(StandardCharsets.US_ASCII));
  }
}
