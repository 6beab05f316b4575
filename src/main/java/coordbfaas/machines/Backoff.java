package coordbfaas.machines;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to leave something alone that failed: twice as long each time, less up to half of it by chance.
 *
 * @param first after the first failure
 * @param longest after many
 */
record Backoff(Duration first, Duration longest) {
  /** After an error of the API's own, or no connection. */
  static final Backoff ERROR = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));

  /** After a refusal for the rate that does not tell when: most rates are counted by the second. */
  static final Backoff RATE = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5));

  /** Between the probes of an API that is silent. */
  static final Backoff PROBE = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(15));

  /** @param failures in a row; at least 1 */
  Duration after(int failures, RandomGenerator random) {
    var doublings = Math.min(failures - 1, 30);
    var full = Math.min(longest.toNanos(), first.toNanos() * (1L << doublings));
    return Duration.ofNanos((long) (full * (1 - random.nextDouble() / 2)));
  }
}
