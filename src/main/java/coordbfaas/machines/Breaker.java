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
   * @param readAt when one is that changes nothing: if only some calls are not answered, it should not be one of those again
   * @param probes how many have failed
   * @param probing whether one is on its way
   * @param failed how many calls were failed meanwhile
   */
  record Open(Instant since, Instant probeAt, Instant readAt, int probes, boolean probing, long failed) implements Breaker {
    private Open probeFailed(boolean changes, Instant now, RandomGenerator random) {
      var next = now.plus(Backoff.PROBE.after(probes + 2, random));
      return new Open(since, next, changes ? now.plus(Backoff.PROBE.after(1, random)) : next, probes + 1, false, failed);
    }
  }

  /**
   * Whether a call may be sent now.
   *
   * @param changes whether the call changes anything
   */
  default boolean admits(Instant now, boolean changes) {
    return switch (this) {
      case Closed closed -> true;
      case Open open     -> !open.probing() && !now.isBefore(changes ? open.probeAt() : open.readAt());
    };
  }

  /** A call that was admitted is sent. While it is open, that call is the probe. */
  default Breaker sent() {
    return switch (this) {
      case Closed closed -> closed;
      case Open open     -> new Open(open.since(), open.probeAt(), open.readAt(), open.probes(), true, open.failed());
    };
  }

  /** A call was failed without being sent. */
  default Breaker refused() {
    return switch (this) {
      case Closed closed -> closed;
      case Open open     ->
          new Open(open.since(), open.probeAt(), open.readAt(), open.probes(), open.probing(), open.failed() + 1);
    };
  }

  /**
   * A call that was sent had no answer.
   *
   * @param changes whether it was one that changes anything
   */
  default Breaker failed(boolean wasProbe, boolean changes, Instant now, RandomGenerator random) {
    return switch (this) {
      case Closed(var failures, var since) -> failed(failures + 1, failures == 0 ? now : since, now, random);
      case Open open when wasProbe         -> open.probeFailed(changes, now, random);
      case Open open                       -> open;
    };
  }

  /** A call was answered: one that was sent before it opened counts as well. */
  default Breaker answered() {
    return CLOSED;
  }

  private static Breaker failed(int failures, Instant since, Instant now, RandomGenerator random) {
    if (failures < FAILURES_MAX) return new Closed(failures, since);
    var probeAt = now.plus(Backoff.PROBE.after(1, random));
    return new Open(since, probeAt, probeAt, 0, false, 0);
  }
}
