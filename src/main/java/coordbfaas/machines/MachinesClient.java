package coordbfaas.machines;

import coordbfaas.facts.Observer;
import coordbfaas.machines.WireAnswer.Lost;
import coordbfaas.machines.WireAnswer.Malformed;
import coordbfaas.machines.WireAnswer.NotSent;
import coordbfaas.machines.WireAnswer.Refused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Makes the calls of the Machines API, so that a bad day of it is not taken for a broken machine.
 *
 * <pre>
 *   Make ──► waits for its turn ──► on its way ──► answered: done, or failed
 *                  ▲                    │
 *                  └── after a pause ───┘ not now, no connection, or no answer to what changes nothing
 * </pre>
 *
 * <p>Invariants: each call has one attempt on its way at most; each ends in its time, in one answer; none takes another down.
 */
final class MachinesClient extends AbstractMatchingBehavior<MachinesClient.Command> {
  sealed interface Command {}

  /**
   * Asks for a call.
   *
   * @param asked when
   * @param time for all of it; a wait for a state has its own on top
   * @param answer completed once, exceptionally with a {@link MachinesFailure}
   */
  record Make<T>(Call<T> call, Instant asked, Duration time, CompletableFuture<T> answer) implements Command {}

  private record TurnComes(Lane lane) implements Command {}

  private record PauseOver(Pending<?> call) implements Command {}

  private record AttemptTimeout(Pending<?> call) implements Command {}

  private record Answered<T>(Pending<T> call, WireAnswer<T> answer) implements Command {}

  /**
   * What a client works with.
   *
   * @param attemptTime longest wait for the answer to one attempt
   * @param random for jitter
   * @param observer hears of each attempt's end, and of the API's silence
   */
  record Surroundings(
      MachinesWire wire, Pace pace, Duration attemptTime, InstantSource clock, RandomGenerator random, OwedAnswers owed,
      Observer observer) {}

  private static final int CALLS_MAX = 10_000;
  private static final Duration TOO_MANY_AFTER = Duration.ofSeconds(1);

  static Behavior<Command> create(Surroundings with) {
    var client = Behaviors.<Command>setup(context -> Behaviors.withTimers(timers -> new MachinesClient(context, timers, with)));
    // It goes on with all that it knows: what a bug broke is one call.
    return Behaviors.supervise(client).onFailure(RuntimeException.class, SupervisorStrategy.resume());
  }

  private final TimerScheduler<Command> timers;
  private final Surroundings with;
  private final CallLog log;
  private final Pacer<Pending<?>> pacer;
  private final Set<Pending<?>> calls = new LinkedHashSet<>();
  private Breaker breaker = Breaker.CLOSED;
  private long numbers;

  private MachinesClient(ActorContext<Command> context, TimerScheduler<Command> timers, Surroundings with) {
    super(context);
    context.setLoggerName(MachinesClient.class); // if a timer came first, it would be named by Pekko
    this.timers = timers;
    this.with = with;
    this.log = new CallLog(context.getLog(), with.observer());
    this.pacer = new Pacer<>(with.pace());
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Make<?> asked            -> make(asked);
      case TurnComes(var lane)      -> sendWhoseTurnItIs(lane);
      case PauseOver(var call)      -> guarded(call, () -> enter(call));
      case AttemptTimeout(var call) -> call.attempt.ifPresent(attempt -> attempt.cancel(false));
      case Answered<?> answered     -> guarded(answered.call(), () -> answered(answered));
    }
    return this;
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) end();
    return this;
  }

  // ---- a call's way ----

  private <T> void make(Make<T> asked) {
    var course = Course.begin(asked.asked(), asked.time(), asked.call().patience());
    var call = new Pending<>(asked.call(), asked.answer(), numbers++, course);
    calls.add(call);
    guarded(call, () -> {
      if (calls.size() > CALLS_MAX) fail(call, new MachinesFailure.Later(TOO_MANY_AFTER, false, "too many calls at a time"));
      else if (!breaker.admits(now(), call.call().action().changes())) failUntried(call);
      else enter(call);
    });
  }

  private void enter(Pending<?> call) {
    pacer.enter(call.call().lane(), call, now());
    sendWhoseTurnItIs(call.call().lane());
  }

  private void sendWhoseTurnItIs(Lane lane) {
    var now = now();
    var turns = pacer.turns(lane, now);
    turns.next().ifPresent(next -> timers.startSingleTimer(lane, new TurnComes(lane), positive(Duration.between(now, next))));
    for (var late : turns.tooLate()) guarded(late.call(), () -> failTooLate(late.call(), Duration.between(now, late.turn())));
    for (var call : turns.due()) guarded(call, () -> send(call));
  }

  private <T> void send(Pending<T> call) {
    if (call.answer().isCancelled()) {
      forget(call);
      return;
    }
    var now = now();
    if (!breaker.admits(now, call.call().action().changes())) {
      failUntried(call);
      return;
    }
    breaker = breaker.sent();
    call.probe = breaker instanceof Breaker.Open;
    // A probe is to tell soon whether the API answers, not to wait for a machine.
    var slice = call.probe ? Duration.ZERO : call.course.waitLeft(now);
    var time = shorter(with.attemptTime().plus(call.call().slow(slice)), call.course.left(now));
    call.course = call.course.sent(now);
    var attempt = with.wire().send(call.call().patience().isPresent() ? call.call().slice(slice) : call.call(), time);
    call.attempt = Optional.of(attempt);
    timers.startSingleTimer(call, new AttemptTimeout(call), positive(time));
    getContext().pipeToSelf(attempt, (answer, failure) -> new Answered<>(call, failure == null ? answer : lost(failure)));
  }

  private <T> void answered(Answered<T> answered) {
    var call = answered.call();
    timers.cancel(call);
    call.attempt = Optional.empty();
    call.requestId = requestId(answered.answer()).or(() -> call.requestId);
    log.attempt(call, answered.answer(), now());
    noteForTheBreaker(call, answered.answer());
    if (!calls.contains(call)) return; // a bug has ended it
    switch (NextStep.of(call.call(), call.course, answered.answer(), now(), with.random())) {
      case NextStep.Done<T>(var value)          -> done(call, value);
      case NextStep.Fail<T>(var failure, var rest) -> {
        rest(call, rest);
        fail(call, failure);
      }
      case NextStep.Again<T>(var course, var after, var rest) -> {
        rest(call, rest);
        again(call, course, after);
      }
    }
  }

  private void again(Pending<?> call, Course course, Duration after) {
    call.course = course;
    if (breaker instanceof Breaker.Open) failUntried(call);
    else if (after.isZero()) enter(call);
    else timers.startSingleTimer(call, new PauseOver(call), after);
  }

  /** The calls that share its rate are left alone for a while. */
  private void rest(Pending<?> call, Duration rest) {
    if (rest.isZero()) return;
    var lane = call.call().lane();
    pacer.refused(lane, now().plus(rest));
    sendWhoseTurnItIs(lane);
  }

  // ---- its end ----

  private <T> void done(Pending<T> call, T value) {
    forget(call);
    log.done(call, now());
    call.answer().complete(value);
  }

  private void fail(Pending<?> call, MachinesFailure failure) {
    forget(call);
    if (breaker instanceof Breaker.Open && !(failure instanceof MachinesFailure.Rejected)) breaker = breaker.refused();
    else log.failed(call, failure, now());
    call.answer().completeExceptionally(failure);
  }

  /** No attempt is made now. What the last one came to is the better answer, if there was one. */
  private void failUntried(Pending<?> call) {
    fail(call, call.course.givenUp().orElseGet(() -> new MachinesFailure.Unreachable(
        call.call().action().words() + ": not tried, no answer from the API since " + log.since(breaker))));
  }

  private void failTooLate(Pending<?> call, Duration turnAfter) {
    fail(call, call.course.givenUp().orElseGet(() -> new MachinesFailure.Later(
        turnAfter, false, call.call().action().words() + ": not sent, too many calls before it for its rate")));
  }

  private void forget(Pending<?> call) {
    calls.remove(call);
    timers.cancel(call);
  }

  /** A bug in one call ends that call, and nothing else. */
  private void guarded(Pending<?> call, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException bug) {
      log.bug(call, bug);
      if (call.probe) breaker = breaker.failed(true, call.call().action().changes(), now(), with.random()); // or nobody would ever be let through again
      call.attempt.ifPresent(attempt -> attempt.cancel(false));
      forget(call);
      call.answer().completeExceptionally(
          new MachinesFailure.FateUnknown("the client failed: " + bug.getClass().getSimpleName()));
    }
  }

  /** What is on its way may be carried out yet, which only a call that changes nothing need not care about. */
  private void end() {
    for (var call : List.copyOf(calls)) {
      var onItsWay = call.attempt.isPresent() && call.call().action().changes();
      call.answer().completeExceptionally(onItsWay ? new MachinesFailure.FateUnknown("the client has ended")
          : call.course.givenUp().orElseGet(() -> new MachinesFailure.Unreachable("the client has ended")));
      call.attempt.ifPresent(attempt -> attempt.cancel(false));
    }
    with.owed().end();
  }

  // ---- small things ----

  private void noteForTheBreaker(Pending<?> call, WireAnswer<?> answer) {
    var silent = answer instanceof NotSent || answer instanceof Lost;
    var next = silent ? breaker.failed(call.probe, call.call().action().changes(), now(), with.random()) : breaker.answered();
    log.breaker(breaker, next, now());
    breaker = next;
    call.probe = false;
  }

  private static <T> WireAnswer<T> lost(Throwable failure) {
    return new Lost<>(failure instanceof CancellationException ? "no answer in time" : failure.getClass().getSimpleName());
  }

  private static Optional<String> requestId(WireAnswer<?> answer) {
    return switch (answer) {
      case Refused<?> refused          -> refused.requestId();
      case Malformed<?> malformed      -> malformed.requestId();
      case WireAnswer.Accepted<?> done -> Optional.empty();
      case NotSent<?> none             -> Optional.empty();
      case Lost<?> none                -> Optional.empty();
    };
  }

  private Instant now() {
    return with.clock().instant();
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration positive(Duration duration) {
    return duration.isPositive() ? duration : Duration.ofMillis(1);
  }
}
