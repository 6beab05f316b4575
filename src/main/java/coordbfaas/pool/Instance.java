package coordbfaas.pool;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * One run of a pool's coordinator. Of two of the same pool the later one owns the machines.
 *
 * @param pool the pool's name
 * @param epoch later than that of every instance that came before
 * @param id tells those apart that started in the same millisecond
 */
record Instance(String pool, long epoch, String id) {
  private static final Pattern DESCRIPTION = Pattern.compile("coordbfaas pool=(.+) epoch=(\\d{1,18}) instance=([0-9a-f]+)");

  /**
   * A new one.
   *
   * @param seen the latest epoch of the pool that was seen; 0 for none
   */
  static Instance after(long seen, String pool, Instant now, RandomGenerator random) {
    return new Instance(pool, Math.max(now.toEpochMilli(), seen) + 1, HexFormat.of().toHexDigits(random.nextInt()));
  }

  /** Reads a lease's description; empty if it is none of ours. */
  static Optional<Instance> parse(String description) {
    var match = DESCRIPTION.matcher(description);
    return match.matches()
        ? Optional.of(new Instance(match.group(1), Long.parseLong(match.group(2)), match.group(3))) : Optional.empty();
  }

  /** What the leases that it holds are described by. */
  String description() {
    return "coordbfaas pool=" + pool + " epoch=" + epoch + " instance=" + id;
  }

  boolean isOfThePoolOf(Instance other) {
    return pool.equals(other.pool);
  }

  /** Whether of two instances of one pool this is the one that stays. */
  boolean isLaterThan(Instance other) {
    return epoch != other.epoch ? epoch > other.epoch : id.compareTo(other.id) > 0;
  }
}
