package coordbfaas.machines;

import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * Whether calls are tried at all: not while the API has given no answer of late.
 *
 * <pre>
 *   Closed ──fifth failure in a row──► Open ──pause over: one call is let through, the probe──► Open, probing
 *     ▲                                 ▲                                                          │     │
 *     │                                 └──────────────── it failed: a longer pause ───────────────┘     │
 *     └──────────────────────────────────────── any call is answered ────────────────────────────────────┘
 * </pre>
 *
 * <p>A failure is that there was no connection or no answer; whatever the API says is an answer.
 */
sealed interface Breaker {
  int FAILURES_MAX = 5;

  Breaker CLOSED = new Closed(0, Instant.EPOCH);

  /**
   * Calls are tried.
   *
   * @param failures in a row
   * @param since when the first of them was
   */
  record Closed(int failures, Instant since) implements Breaker {}

  /**
   * Calls fail at once.
   *
   * @param since when the first failure of the row was
   * @param probeAt when one call is let through
   * @param probes how many have failed
   * @param probing whether one is on its way
   * @param failed how many calls were failed meanwhile
   */
  record Open(Instant since, Instant probeAt, int probes, boolean probing, long failed) implements Breaker {}

  /** Whether a call may be sent now. */
  default boolean admits(Instant now) {
    return switch (this) {
      case Closed closed -> true;
      case Open open     -> !open.probing() && !now.isBefore(open.probeAt());
    };
  }

  /** A call that was admitted is sent. While it is open, that call is the probe. */
  default Breaker sent() {
    return switch (this) {
      case Closed closed -> closed;
      case Open open     -> new Open(open.since(), open.probeAt(), open.probes(), true, open.failed());
    };
  }

  /** A call was failed without being sent. */
  default Breaker refused() {
    return switch (this) {
      case Closed closed -> closed;
      case Open open     -> new Open(open.since(), open.probeAt(), open.probes(), open.probing(), open.failed() + 1);
    };
  }

  /** A call that was sent had no answer. */
  default Breaker failed(boolean wasProbe, Instant now, RandomGenerator random) {
    return switch (this) {
      case Closed(var failures, var since) -> failed(failures + 1, failures == 0 ? now : since, now, random);
      case Open open when wasProbe         -> new Open(open.since(),
          now.plus(Backoff.PROBE.after(open.probes() + 2, random)), open.probes() + 1, false, open.failed());
      case Open open                       -> open;
    };
  }

  /** A call was answered: one that was sent before it opened counts as well. */
  default Breaker answered() {
    return CLOSED;
  }

  private static Breaker failed(int failures, Instant since, Instant now, RandomGenerator random) {
    return failures < FAILURES_MAX
        ? new Closed(failures, since) : new Open(since, now.plus(Backoff.PROBE.after(1, random)), 0, false, 0);
  }
}
