package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Fly's documented limits: one call a second for each action on each machine, with a burst of three; five a second for a get,
 * with a burst of ten. What names no machine is counted for the app.
 *
 * <p>For each action and machine the instant is kept at which its burst is whole again, and forgotten when it is past.
 */
final class RateLimits {
  /** How Fly refuses what is too much. */
  static final Answer EXCEEDED = Answer.error(429, "rate limit exceeded");

  private static final int SWEEP_AT_LEAST = 1024;

  private record Bucket(Action action, String id) {}

  private record Rate(Duration interval, int burst) {
    static Rate of(Action action) {
      return action == Action.GET ? new Rate(Duration.ofMillis(200), 10) : new Rate(Duration.ofSeconds(1), 3);
    }
  }

  private final Map<Bucket, Instant> wholeAgain = new HashMap<>();
  private int sweepAt = SWEEP_AT_LEAST;

  /** Whether a call is within the limits; if it is, it is counted. */
  boolean admit(ApiCall call, Instant now) {
    var bucket = new Bucket(call.action(), call.machine().isEmpty() ? call.app() : call.machine());
    var rate = Rate.of(call.action());
    var whole = wholeAgain.getOrDefault(bucket, now);
    var next = (whole.isBefore(now) ? now : whole).plus(rate.interval);
    if (next.isAfter(now.plus(rate.interval.multipliedBy(rate.burst)))) return false;
    wholeAgain.put(bucket, next);
    if (wholeAgain.size() > sweepAt) sweep(now);
    return true;
  }

  private void sweep(Instant now) {
    wholeAgain.values().removeIf(whole -> !whole.isAfter(now));
    sweepAt = Math.max(SWEEP_AT_LEAST, 2 * wholeAgain.size());
  }

  /** How many are kept. */
  int buckets() {
    return wholeAgain.size();
  }
}
