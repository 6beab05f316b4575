package coordbfaas.machines;

import coordbfaas.machines.WireAnswer.Accepted;
import coordbfaas.machines.WireAnswer.Lost;
import coordbfaas.machines.WireAnswer.Malformed;
import coordbfaas.machines.WireAnswer.NotSent;
import coordbfaas.machines.WireAnswer.Refused;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * What is to be done about a call after an attempt: the one place that tells a bad day of the API from a no.
 *
 * <p>Over the rate or an error of the API's own: again, later. No connection: again, as nothing was sent. No answer: again if
 * the call changes nothing; otherwise nobody knows, and only the caller can find out. Anything else is the answer.
 */
sealed interface NextStep<T> {
  record Done<T>(T value) implements NextStep<T> {}

  /** @param rest for how long the calls that share its rate are to be left alone; 0, if it was not refused for its rate */
  record Fail<T>(MachinesFailure failure, Duration rest) implements NextStep<T> {
    Fail(MachinesFailure failure) {
      this(failure, Duration.ZERO);
    }
  }

  /**
   * @param after how long to leave it alone before it waits for its turn again; 0 or more
   * @param rest as of {@link Fail}
   */
  record Again<T>(Course course, Duration after, Duration rest) implements NextStep<T> {}

  /** A machine that has just stopped may count as active for some seconds yet. */
  Duration STILL_ACTIVE_AFTER = Duration.ofMillis(250);

  Duration STILL_ACTIVE_LONGEST = Duration.ofSeconds(10);

  /** A machine that was just created is not known everywhere at once. */
  Duration NOT_KNOWN_AFTER = Duration.ofMillis(500);

  Duration NOT_KNOWN_LONGEST = Duration.ofSeconds(5);

  /** An end of a slice that comes sooner is none: slices have whole seconds. */
  Duration SLICE_SHORTEST = Duration.ofMillis(900);

  /**
   * Decides.
   *
   * @param course up to the attempt, which it counts
   * @param now when the answer came
   */
  static <T> NextStep<T> of(Call<T> call, Course course, WireAnswer<T> answer, Instant now, RandomGenerator random) {
    return switch (answer) {
      case Accepted<T>(var value) -> new Done<>(value);
      case Refused<T> refused     -> refused(call, course, refused, now, random);
      case Malformed<T>(var status, var what, var id) -> new Fail<>(new MachinesFailure.Rejected(
          status, "", "malformed answer to " + call.action().words() + ": " + what, call.action().changes()));
      case NotSent<T>(var cause) -> {
        var pause = pause(Backoff.ERROR, course, random);
        yield again(course, pause, unreachable(course, pause, message(call, cause)), now);
      }
      case Lost<T>(var cause) -> call.action().changes()
          ? new Fail<>(new MachinesFailure.FateUnknown(message(call, cause)))
          : again(course, pause(Backoff.ERROR, course, random),
              new MachinesFailure.FateUnknown(message(call, cause)), now);
    };
  }

  private static <T> NextStep<T> refused(
      Call<T> call, Course course, Refused<T> refused, Instant now, RandomGenerator random) {
    var status = refused.status();
    if (status == 429) return later(course, refused, Backoff.RATE, now, random);
    if (mayComeLate(call.action(), status))
      return new Fail<>(new MachinesFailure.FateUnknown(status + " " + refused.why().text()));
    if (status >= 500)
      return later(course.perhapsDone(call.action().changes()), refused, Backoff.ERROR, now, random);
    if (status == 408) return overTime(call, course, refused, now, random);
    if (status == 404) return missing(call, course, refused, now, random);
    if (status == 412 && call.action() == ApiAction.START && refused.why().text().contains("still active"))
      return stillActive(course.activeSince(now), refused, now);
    return new Fail<>(rejected(course, refused));
  }

  /**
   * 502 and 504 are a proxy's, and what it passed on may be done yet: a stop or a suspend even when a second one was answered and
   * the machine is up again. So it is for the caller to know, who can see to it that it comes to nothing.
   */
  private static boolean mayComeLate(ApiAction action, int status) {
    return (status == 502 || status == 504) && (action == ApiAction.STOP || action == ApiAction.SUSPEND);
  }

  private static <T> NextStep<T> later(
      Course course, Refused<T> refused, Backoff backoff, Instant now, RandomGenerator random) {
    var pause = refused.retryAfter().flatMap(text -> RetryAfter.parse(text, now))
        .orElseGet(() -> pause(backoff, course, random));
    var failure = new MachinesFailure.Later(pause, course.mayBeDone(),
        refused.status() + " " + refused.why().text() + " (attempts: " + course.attempts() + ")");
    var step = NextStep.<T>again(course, pause, failure, now);
    return refused.status() == 429 ? resting(step, pause) : step;
  }

  /** Its whole lane is left alone, and so it keeps its place in it. */
  private static <T> NextStep<T> resting(NextStep<T> step, Duration rest) {
    return switch (step) {
      case Done<T> done            -> done;
      case Fail<T>(var failure, var none) -> new Fail<>(failure, rest);
      case Again<T>(var course, var after, var none) -> new Again<>(course, Duration.ZERO, rest);
    };
  }

  /** The end of a slice, if it is a wait; else the API gave up waiting for something of its own. */
  private static <T> NextStep<T> overTime(
      Call<T> call, Course course, Refused<T> refused, Instant now, RandomGenerator random) {
    if (call.action().changes())
      return new Fail<>(new MachinesFailure.FateUnknown("408 " + refused.why().text()));
    if (call.patience().isEmpty()) return later(course, refused, Backoff.ERROR, now, random);

    var failure = rejected(course, refused);
    if (!course.waitLeft(now).isPositive()) return new Fail<>(failure);
    var tooSoon = Duration.between(course.sent(), now).compareTo(SLICE_SHORTEST) < 0;
    return tooSoon ? again(course, pause(Backoff.ERROR, course, random), failure, now)
        : new Again<>(course.sliceOver(failure), Duration.ZERO, Duration.ZERO);
  }

  /** That a proxy knows no such page does not mean that there is no such machine, or lease: it is an error like any other. */
  private static <T> NextStep<T> missing(
      Call<T> call, Course course, Refused<T> refused, Instant now, RandomGenerator random) {
    if (!refused.why().byTheApi())
      return later(course.perhapsDone(call.action().changes()), refused, Backoff.ERROR, now, random);
    if (call.ifMissing().isPresent()) return new Done<>(call.ifMissing().get());
    var failure = rejected(course, refused);
    var justCreated = call.action() == ApiAction.WAIT
        && !now.plus(NOT_KNOWN_AFTER).isAfter(course.begun().plus(NOT_KNOWN_LONGEST));
    return justCreated ? again(course, NOT_KNOWN_AFTER, failure, now) : new Fail<>(failure);
  }

  private static <T> NextStep<T> stillActive(Course course, Refused<T> refused, Instant now) {
    var failure = rejected(course, refused);
    var since = course.activeSince().orElse(now);
    return now.plus(STILL_ACTIVE_AFTER).isAfter(since.plus(STILL_ACTIVE_LONGEST)) ? new Fail<>(failure)
        : again(course, STILL_ACTIVE_AFTER, failure, now);
  }

  private static <T> NextStep<T> again(Course course, Duration after, MachinesFailure otherwise, Instant now) {
    return now.plus(after).isBefore(course.lastTurn())
        ? new Again<>(course.setBack(otherwise), after, Duration.ZERO) : new Fail<>(otherwise);
  }

  private static Duration pause(Backoff backoff, Course course, RandomGenerator random) {
    return backoff.after(course.setbacks() + 1, random);
  }

  private static MachinesFailure rejected(Course course, Refused<?> refused) {
    return new MachinesFailure.Rejected(refused.status(), refused.why().code(), refused.why().text(), course.mayBeDone());
  }

  /** That this attempt was not sent says nothing of those before. */
  private static MachinesFailure unreachable(Course course, Duration pause, String message) {
    return course.mayBeDone() ? new MachinesFailure.Later(pause, true, message) : new MachinesFailure.Unreachable(message);
  }

  private static String message(Call<?> call, String cause) {
    return call.method().value() + " " + call.path() + ": " + cause;
  }
}
