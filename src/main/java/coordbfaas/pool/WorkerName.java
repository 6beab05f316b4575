package coordbfaas.pool;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of a worker machine, which tells its pool and its slot: {@code worker-{pool}-{slot}}. Fly keeps names unique in an
 * app, so a slot cannot be filled twice, whatever calls were lost.
 *
 * @param pool the coordinator's machine id; may hold dashes
 * @param slot from 0
 */
public record WorkerName(String pool, int slot) {
  private static final Pattern NAME = Pattern.compile("worker-(.+)-(0|[1-9]\\d{0,8})");

  public WorkerName {
    if (pool.isEmpty()) throw new IllegalArgumentException("pool: empty (expected: a name)");
    if (slot < 0) throw new IllegalArgumentException("slot: " + slot + " (expected: 0 or more)");
  }

  /** Reads a machine's name; empty if it is not a worker machine's. */
  public static Optional<WorkerName> parse(String name) {
    var match = NAME.matcher(name);
    return match.matches() ? Optional.of(new WorkerName(match.group(1), Integer.parseInt(match.group(2)))) : Optional.empty();
  }

  /** The name as Fly has it. */
  @Override
  public String toString() {
    return "worker-" + pool + "-" + slot;
  }
}
