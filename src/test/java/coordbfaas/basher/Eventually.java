package coordbfaas.basher;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a fact that nobody announces. */
final class Eventually {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);

  private Eventually() {}

  /** Returns as soon as {@code fact} holds, and fails if it does not for long. */
  static void holds(String fact, Callable<Boolean> condition) throws Exception {
    holdsWithin(LIMIT, fact, condition);
  }

  static void holdsWithin(Duration limit, String fact, Callable<Boolean> condition) throws Exception {
    var start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > limit.toNanos())
        throw new AssertionError("not so after " + limit.toMillis() + " ms: " + fact);
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }
}
