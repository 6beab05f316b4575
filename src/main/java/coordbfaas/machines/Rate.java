package coordbfaas.machines;

import java.time.Duration;

/**
 * How often something may be done.
 *
 * @param burst how often at once, when it was not done for a while; at least 1
 * @param interval how long it takes until it may be done once more
 */
record Rate(int burst, Duration interval) {
  /** For each action and machine, list and create for each app. */
  static final Rate MOST = new Rate(3, Duration.ofSeconds(1));

  /** To get a machine. */
  static final Rate GET = new Rate(10, Duration.ofMillis(200));

  static final Rate UNLIMITED = new Rate(1, Duration.ZERO);

  /** From empty to all but one: a bucket that is full in this time holds one call. */
  Duration almostFull() {
    return interval.multipliedBy(burst - 1L);
  }
}
