package coordbfaas.settings;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How runs are contained. Read by workers, who obey it, and by coordinators, who pass it on to their workers.
 *
 * @param sandbox which walls there must be
 * @param network what a script reaches
 * @param uidBase the first of the {@value #UIDS} uids that scripts get, one for each run at a time
 * @param limits what a run may take
 */
public record Containment(Sandbox sandbox, Network network, int uidBase, Limits limits) {
  /** How many uids belong to scripts, from the base on. */
  public static final int UIDS = 2048;

  /** Linux's uids are 32 bits, of which many programs read 31. */
  private static final int UID_BASE_MAX = Integer.MAX_VALUE - UIDS;

  /** What may be missing: what this computer does not allow, nothing, or nearly all. */
  public enum Sandbox { AUTO, REQUIRED, NONE }

  /** Nothing; all that is public; whatever this computer reaches. */
  public enum Network { NONE, INTERNET, ALL }

  /**
   * What a run may take.
   *
   * @param processes processes and threads at a time
   * @param memoryBytes memory, what is in its /tmp included
   * @param cpuTime CPU time of each process, at least a second
   * @param fileBytes the largest file that it writes
   * @param openFiles descriptors of each process
   * @param diskBytes what its /tmp holds
   */
  public record Limits(
      int processes, long memoryBytes, Duration cpuTime, long fileBytes, int openFiles, long diskBytes) {}

  /** Reads the settings; problems are the reader's to tell. */
  public static Containment from(SettingsReader reader) {
    return new Containment(
        reader.oneOf("basher.sandbox", "SANDBOX", Sandbox.class),
        reader.oneOf("basher.network", "NETWORK", Network.class),
        reader.integer("basher.uid-base", "SCRIPT_UIDS", 1000, UID_BASE_MAX),
        new Limits(
            reader.integer("basher.limits.processes", "SCRIPT_PROCESSES", 8, 1_000_000),
            reader.bytes("basher.limits.memory", "SCRIPT_MEMORY", 16L << 20, 1L << 40),
            reader.duration("basher.limits.cpu-time", "SCRIPT_CPU_TIME", Duration.ofSeconds(1), Duration.ofDays(1)),
            reader.bytes("basher.limits.file", "SCRIPT_FILE", 1L << 20, 1L << 40),
            reader.integer("basher.limits.open-files", "SCRIPT_OPEN_FILES", 16, 1_000_000),
            reader.bytes("basher.limits.disk", "SCRIPT_DISK", 1L << 20, 1L << 40)));
  }

  /** The variables that tell a worker the same. */
  public Map<String, String> environment() {
    var variables = new LinkedHashMap<String, String>();
    variables.put("SANDBOX", word(sandbox));
    variables.put("NETWORK", word(network));
    variables.put("SCRIPT_UIDS", Integer.toString(uidBase));
    variables.put("SCRIPT_PROCESSES", Integer.toString(limits.processes));
    variables.put("SCRIPT_MEMORY", Long.toString(limits.memoryBytes));
    variables.put("SCRIPT_CPU_TIME", GoDuration.format(limits.cpuTime));
    variables.put("SCRIPT_FILE", Long.toString(limits.fileBytes));
    variables.put("SCRIPT_OPEN_FILES", Integer.toString(limits.openFiles));
    variables.put("SCRIPT_DISK", Long.toString(limits.diskBytes));
    return variables;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
