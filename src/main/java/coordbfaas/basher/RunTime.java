package coordbfaas.basher;

import java.time.Duration;
import java.time.Instant;

/**
 * The time of a run, from the acceptance of its request to its deadline: what a request needs until its script runs counts.
 *
 * @param acceptedNanos by {@link System#nanoTime}
 * @param limit from then to the deadline
 */
record RunTime(long acceptedNanos, Duration limit) {
  /**
   * Of a request that was accepted a moment ago.
   *
   * @param limit how long the run may take
   * @param latestEnd when it must be over, whatever its limit is
   */
  static RunTime of(long acceptedNanos, Duration limit, Instant latestEnd) {
    var longest = elapsed(acceptedNanos).plus(Duration.between(Instant.now(), latestEnd));
    return new RunTime(acceptedNanos, limit.compareTo(longest) < 0 ? limit : longest);
  }

  /** From now to the deadline; not negative. */
  Duration left() {
    var left = limit.minus(elapsed(acceptedNanos));
    return left.isNegative() ? Duration.ZERO : left;
  }

  long elapsedMs() {
    return elapsed(acceptedNanos).toMillis();
  }

  private static Duration elapsed(long sinceNanos) {
    return Duration.ofNanos(System.nanoTime() - sinceNanos);
  }
}
