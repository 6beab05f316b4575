package coordbfaas.pool;

import java.time.Duration;

/**
 * How long to wait before something is tried again: twice as long each time.
 *
 * @param first before the second attempt; more than 0
 * @param most the longest wait
 */
record Backoff(Duration first, Duration most) {
  private static final int DOUBLINGS_MAX = 20;

  /** @param failures how many attempts have failed in a row; at least 1 */
  Duration after(int failures) {
    var doubled = first.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS_MAX));
    return doubled.compareTo(most) < 0 ? doubled : most;
  }
}
