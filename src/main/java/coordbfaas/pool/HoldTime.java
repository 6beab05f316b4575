package coordbfaas.pool;

import java.time.Duration;

/**
 * How long a grant keeps its machine from the next one: a mean in which the newest counts most. Tells how long somebody at
 * the end of the queue would wait. Immutable.
 *
 * @param mean from grant until the machine is stopped again
 * @param seen of how many it is the mean, as far as they count; a guess is that of none
 */
record HoldTime(Duration mean, int seen) {
  private static final int SEEN_MAX = 7;
  private static final Duration RETRY_MAX = Duration.ofSeconds(60);

  /** What holds as long as no grant has ended. */
  static HoldTime guess(Duration mean) {
    return new HoldTime(mean, 0);
  }

  /** The mean with one more hold in it. */
  HoldTime with(Duration held) {
    return new HoldTime(mean.multipliedBy(seen).plus(held).dividedBy(seen + 1L), Math.min(seen + 1, SEEN_MAX));
  }

  /** When it may be worth to come again: whole seconds, 1 to 60. */
  Duration retryAfter(int waiting, int size) {
    var estimate = mean.multipliedBy(waiting + 1L).dividedBy(size).plusNanos(999_999_999);
    return Duration.ofSeconds(Math.clamp(estimate.toSeconds(), 1, RETRY_MAX.toSeconds()));
  }
}
