package coordbfaas.machines;

import coordbfaas.facts.ApiCalls;
import coordbfaas.facts.Fact;
import coordbfaas.facts.Observer;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;

/**
 * What is told of calls. In the log: one line for each that failed or was repeated, at its end, and one when the API falls
 * silent and one when it answers again, however many calls failed between. As facts: each attempt's end, and that silence.
 */
final class CallLog {
  private final Logger log;
  private final Observer observer;

  CallLog(Logger log, Observer observer) {
    this.log = log;
    this.observer = observer;
  }

  void attempt(Pending<?> call, WireAnswer<?> answer, Instant now) {
    var status = switch (answer) {
      case WireAnswer.Accepted<?> done       -> "2xx";
      case WireAnswer.Refused<?> refused     -> ApiCalls.refused(refused.status());
      case WireAnswer.Malformed<?> malformed -> "malformed";
      case WireAnswer.NotSent<?> notSent     -> "not-sent";
      case WireAnswer.Lost<?> lost           -> "lost";
    };
    observer.saw(new Fact.ApiCalled(words(call), status, Duration.between(call.course.sent(), now)));
  }

  void done(Pending<?> call, Instant now) {
    if (call.course.setbacks() == 0) return;
    log.info("call repeated call=\"{}\" path={} attempts={} took_ms={} fly_request_id={}", words(call), call.call().path(),
        call.course.attempts(), took(call, now), call.requestId.orElse("none"));
  }

  void failed(Pending<?> call, MachinesFailure failure, Instant now) {
    log.info("call failed call=\"{}\" method={} path={} failure={} message=\"{}\" attempts={} took_ms={} fly_request_id={}",
        words(call), call.call().method().value(), call.call().path(), failure.getClass().getSimpleName(), failure.getMessage(),
        call.course.attempts(), took(call, now), call.requestId.orElse("none"));
  }

  /** Tells where it is, and not what it says: it may quote what the call holds. */
  void bug(Pending<?> call, RuntimeException bug) {
    var place = new IllegalStateException(bug.getClass().getName());
    place.setStackTrace(bug.getStackTrace());
    log.error("call broken call=\"{}\"", words(call), place);
  }

  /** Tells what has changed, if it has. */
  void breaker(Breaker from, Breaker to, Instant now) {
    if (from instanceof Breaker.Closed && to instanceof Breaker.Open open) {
      log.warn("the Machines API gives no answer since={} failures={}: calls fail at once until it does",
          open.since(), Breaker.FAILURES_MAX);
      observer.saw(new Fact.ApiSilent(open.since()));
    }
    if (from instanceof Breaker.Open open && to instanceof Breaker.Closed) {
      log.info("the Machines API answers again silent_ms={} calls_failed={}",
          Duration.between(open.since(), now).toMillis(), open.failed());
      observer.saw(new Fact.ApiAnswers());
    }
  }

  /** Since when there has been no answer; for messages. */
  String since(Breaker breaker) {
    return switch (breaker) {
      case Breaker.Closed closed -> closed.since().toString();
      case Breaker.Open open     -> open.since().toString();
    };
  }

  private static String words(Pending<?> call) {
    return call.call().action().words();
  }

  private static long took(Pending<?> call, Instant now) {
    return Duration.between(call.course.begun(), now).toMillis();
  }
}
