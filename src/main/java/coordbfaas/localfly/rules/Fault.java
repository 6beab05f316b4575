package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.CallFate.Ending;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Something that goes wrong with calls.
 *
 * @param text as it was written
 * @param calls which ones it may befall
 * @param limits how many of them it befalls
 * @param harm what it does to them
 * @see FaultReader how one is written
 */
public record Fault(String text, Calls calls, Limits limits, Harm harm) {
  /** @param machine its id; empty for all, and for calls on the app */
  record Calls(Set<Action> actions, Optional<String> machine) {
    boolean include(ApiCall call) {
      return actions.contains(call.action()) && machine.map(call.machine()::equals).orElse(true);
    }
  }

  /**
   * How long it goes on.
   *
   * @param times calls that it befalls; empty for all
   * @param chance of a call to be befallen, above 0 and at most 1
   * @param lasts from when it was added; empty for as long as it is not removed
   */
  record Limits(Optional<Integer> times, double chance, Optional<Duration> lasts) {}

  /** A time from {@code min} to {@code max}, any of them as likely. */
  record Span(Duration min, Duration max) {
    static final Span NONE = new Span(Duration.ZERO, Duration.ZERO);

    Duration any(RandomGenerator random) {
      return min.equals(max) ? min : Duration.ofNanos(random.nextLong(min.toNanos(), max.toNanos() + 1));
    }
  }

  /** When a call is lost, seen from Fly. */
  enum Loss {
    /** The call does not arrive; its caller's connection is cut at once. */
    BEFORE,
    /** The call arrives, but its caller's connection was cut when it was sent. */
    LATE,
    /** The call has its effect, but the connection is cut instead of answered. */
    AFTER
  }

  /** @param silent whether a lost call's connection stays open, with nothing on it */
  record Harm(Span arrives, Optional<Complaint> complaint, Optional<Duration> retryAfter, Span answers, Optional<Loss> loss,
      boolean silent) {
    CallFate fate(Action action, RandomGenerator random) {
      return new CallFate(arrives.any(random), handling(action), answers.any(random), ending());
    }

    private CallFate.Handling handling(Action action) {
      if (loss.filter(Loss.BEFORE::equals).isPresent()) return new CallFate.Lost();
      return complaint.<CallFate.Handling>map(said -> new CallFate.Rebuffed(new Told.Answered(said.to(action), retryAfter)))
          .orElseGet(CallFate.CarriedOut::new);
    }

    private Ending ending() {
      if (silent) return Ending.SILENT;
      return loss.map(when -> when == Loss.AFTER ? Ending.CUT : Ending.CUT_AT_ONCE).orElse(Ending.ANSWERED);
    }
  }
}
