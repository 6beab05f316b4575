package coordbfaas.basher;

import coordbfaas.settings.Containment.Limits;
import java.util.ArrayList;
import java.util.List;

/** What each process of a run may take, as the kernel counts it: its limits, by their numbers in {@code sys/resource.h}. Pure. */
final class ResourceLimits {
  private static final long CPU = 0;
  private static final long FSIZE = 1;
  private static final long DATA = 2;
  static final long CORE = 4;
  private static final long NPROC = 6;
  private static final long NOFILE = 7;

  /**
   * Less than any core file has. The kernel hands a core to the program that {@code core_pattern} names, which is root and outside of
   * all walls, whatever the limit is, 0 too; but not when it is 1.
   */
  private static final long NO_CORE = 1;

  private ResourceLimits() {}

  /**
   * Numbers and values, in turn.
   *
   * @param memory whether memory is limited here: where nothing limits that of all processes together
   * @param processes whether their number is, which the kernel counts by uid: where that is the run's alone, and nothing else
   *     limits it
   */
  static List<Long> of(Limits limits, boolean memory, boolean processes) {
    var numbers = new ArrayList<>(List.of(
        CPU, limits.cpuTime().plusMillis(999).toSeconds(), FSIZE, limits.fileBytes(), CORE, NO_CORE,
        NOFILE, (long) limits.openFiles()));
    if (memory) numbers.addAll(List.of(DATA, limits.memoryBytes()));
    if (processes) numbers.addAll(List.of(NPROC, (long) limits.processes()));
    return numbers;
  }
}
