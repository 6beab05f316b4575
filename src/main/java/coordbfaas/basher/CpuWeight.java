package coordbfaas.basher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What scripts weigh beside whatever else wants the processors: together little, and each run as much as another; but one that has
 * the computer to itself, more, and a run that is being killed, much. All that its processes do is end, and as long as they do
 * somebody waits.
 *
 * <p>The folder is shared by all JVMs of a computer. What one that is killed leaves there is put right by the next group that is
 * made.
 */
final class CpuWeight {
  /**
   * What scripts weigh, all together, of what everybody else does. At 50 a neighbour that writes without end still makes small
   * runs wait for their machines; at 10 the scripts of those runs themselves wait, once the computer has more to do.
   */
  static final int SCRIPTS_PERCENT = 25;

  /** What a run weighs that began when there was no other: it keeps nobody waiting. A flood comes a fifth to a quarter faster. */
  static final int ALONE_PERCENT = 50;

  /** A fork bomb of 256 processes is dead after 31 instead of 37 ms, at most 44 instead of 57. */
  static final int DYING_PERCENT = 400;

  private static final int UNKNOWN = -1;

  // What a group weighs that nobody weighed, in version 1 and in version 2.
  private static final int EVERYBODY_1 = 1024;
  private static final int EVERYBODY_2 = 100;

  private static final Map<Path, CpuWeight> OF_FOLDERS = new ConcurrentHashMap<>();

  private final Path folder;
  private final String file;
  private final int everybody;
  private final Set<String> running = new HashSet<>();
  private final Set<String> dying = new HashSet<>();
  private boolean neighbours;
  private boolean crowded;
  private int percent = UNKNOWN;

  private CpuWeight(Path folder, String file, int everybody) {
    this.folder = folder;
    this.file = file;
    this.everybody = everybody;
  }

  /** Gives the groups in a folder of version 1 their weight. */
  static CpuWeight version1(Path folder) throws IOException {
    return of(folder, "cpu.shares", EVERYBODY_1);
  }

  /** Gives the groups in a folder of version 2 their weight. */
  static CpuWeight version2(Path folder) throws IOException {
    return of(folder, "cpu.weight", EVERYBODY_2);
  }

  private static CpuWeight of(Path folder, String file, int everybody) throws IOException {
    var weight = OF_FOLDERS.computeIfAbsent(folder, unweighed -> new CpuWeight(folder, file, everybody));
    weight.weigh();
    return weight;
  }

  /**
   * A group is to be made. Puts right what another JVM wrote meanwhile.
   *
   * @param others whether a run of another JVM goes on
   */
  synchronized void beside(boolean others) {
    neighbours = others;
    percent = UNKNOWN;
    weighAnew();
  }

  /** A group's run has begun. The weight falls with the second of two, and stays until none goes on: then nobody has to wait. */
  synchronized void begun(String group) {
    running.add(group);
    crowded |= running.size() > 1;
    weighAnew();
  }

  /** A group's processes are being killed. */
  synchronized void hasten(String group) {
    if (!dying.add(group)) return;
    try {
      weigh(folder.resolve(group), DYING_PERCENT);
    } catch (IOException refused) {
      // it takes them longer
    }
    weighAnew();
  }

  /** A group's processes are dead, whether or not it had a run. */
  synchronized void over(String group) {
    running.remove(group);
    dying.remove(group);
    crowded &= !running.isEmpty();
    weighAnew();
  }

  /** What the folder was last given by us. */
  synchronized int percent() {
    return percent;
  }

  private int due() {
    if (!dying.isEmpty()) return DYING_PERCENT;
    return crowded || neighbours ? SCRIPTS_PERCENT : ALONE_PERCENT;
  }

  private void weighAnew() {
    if (due() == percent) return;
    try {
      weigh();
    } catch (IOException refused) {
      // the next change tries again
    }
  }

  private synchronized void weigh() throws IOException {
    weigh(folder, due());
    percent = due();
  }

  private void weigh(Path group, int percent) throws IOException {
    var weight = Integer.toString(everybody * percent / 100);
    Files.write(group.resolve(file), weight.getBytes(StandardCharsets.US_ASCII));
  }
}
