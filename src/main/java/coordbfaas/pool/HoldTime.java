package coordbfaas.pool;

import java.time.Duration;

/**
 * How long a grant keeps its machine from the next one: a mean in which the newest counts most. Tells how long somebody at
 * the end of the queue would wait. Immutable.
 *
 * @param mean from grant until the machine is stopped again
 */
record HoldTime(Duration mean) {
  private static final int WEIGHT = 8;
  private static final Duration RETRY_MAX = Duration.ofSeconds(60);

  /** The mean with one more hold in it. */
  HoldTime with(Duration held) {
    return new HoldTime(mean.multipliedBy(WEIGHT - 1).plus(held).dividedBy(WEIGHT));
  }

  /** When it may be worth to come again: whole seconds, 1 to 60. */
  Duration retryAfter(int waiting, int size) {
    var estimate = mean.multipliedBy(waiting + 1L).dividedBy(size).plusNanos(999_999_999);
    return Duration.ofSeconds(Math.clamp(estimate.toSeconds(), 1, RETRY_MAX.toSeconds()));
  }
}
