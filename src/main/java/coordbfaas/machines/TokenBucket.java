package coordbfaas.machines;

import java.time.Duration;
import java.time.Instant;

/**
 * What is left of a {@link Rate}: as many calls at once as its burst, when the bucket is full, then one for each interval.
 *
 * @param fullAt when it is full again, if nothing is taken from it before; the past, if it is full
 */
record TokenBucket(Instant fullAt) {
  static final TokenBucket FULL = new TokenBucket(Instant.EPOCH);

  /** The first moment from {@code now} on in which it holds a call. */
  Instant next(Rate rate, Instant now) {
    return later(now, fullAt.minus(rate.almostFull()));
  }

  /** One call less. {@code at} is what {@link #next} told, or later. */
  TokenBucket taken(Rate rate, Instant at) {
    return new TokenBucket(later(fullAt, at).plus(rate.interval()));
  }

  /** Holds nothing before an instant, and one call then: whoever counts on the other side has counted more than we did. */
  TokenBucket emptyUntil(Rate rate, Instant until) {
    return new TokenBucket(later(fullAt, until.plus(rate.almostFull())));
  }

  boolean isFull(Instant now) {
    return !fullAt.isAfter(now);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
