package coordbfaas.pool;

import coordbfaas.auth.PoolClaims;
import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.PoolPhase;
import coordbfaas.facts.Observer;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachinesApi;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.event.Level;

/**
 * One coordinator's worker machines and the requests that wait for one.
 *
 * <pre>
 *   OPENING ──first look──► OPEN ──close──► CLOSING ──no machine held──► (stops)
 *                            └──a later instance owns the pool──► STEPPED_BACK ──close──► CLOSING
 * </pre>
 *
 * <p>Invariants: a slot is held by at most one machine, from before its create to after its end; who waits is served in
 * order of arrival, refused in time, or has withdrawn; every change that makes room serves the next; who stepped back creates,
 * reclaims and renews nothing any more, and only cleans.
 */
public final class PoolSupervisor extends AbstractMatchingBehavior<PoolSupervisor.Command> {
  public sealed interface Command {}

  /**
   * Asks for a machine. Answered exactly once unless withdrawn, by {@link Granted} or {@link Refused}.
   *
   * @param run the run's id, for the log
   * @param timeLeft from now to the request's deadline
   * @param onlyIfIdle whether to refuse it, rather than let it wait, when no idle machine is left for it
   * @param requester whoever asks; when it ends, what it was granted is taken back
   */
  public record Allocate(
      String run, Duration timeLeft, boolean onlyIfIdle, ActorRef<?> requester, ActorRef<AllocateReply> replyTo)
      implements Command {
    /** One that may wait. */
    public Allocate(String run, Duration timeLeft, ActorRef<?> requester, ActorRef<AllocateReply> replyTo) {
      this(run, timeLeft, false, requester, replyTo);
    }
  }

  /** The requester waits no longer. */
  public record Withdraw(ActorRef<?> requester) implements Command {}

  /** Gives a machine back. A grant that is not current changes nothing. */
  public record Free(Grant grant) implements Command {}

  /** Refuses whoever waits, stops or destroys every machine and ends the pool. Its grants must have been freed. */
  public record Close() implements Command {}

  public sealed interface AllocateReply {}

  /** The requester holds the machine until it frees it, or ends. */
  public record Granted(Grant grant) implements AllocateReply {}

  /** @param retryAfter when it may be worth to ask again */
  public record Refused(Reason reason, Duration retryAfter) implements AllocateReply {}

  /** Why a request got no machine; {@code REPLACED} if a later instance owns the pool. */
  public enum Reason { NOT_IDLE, QUEUE_FULL, QUEUE_TIME_OVER, CLOSING, REPLACED }

  /** What a pool works with. */
  public record Surroundings(
      MachinesApi machines, WorkerHealth health, PoolClaims claims, PoolClocks clocks, RandomGenerator random, Observer observer) {}

  record Told(WorkerReport report) implements Command {}

  private record Ended(int slot) implements Command {}

  private record QueueTimeOver(ActorRef<?> requester) implements Command {}

  private record GrowAgain() implements Command {}

  private record OpenAgain(int failures) implements Command {}

  private record Opened(Opening opening) implements Command {}

  private record NotOpened(MachinesFailure failure, int failures) implements Command {}

  private record LookDue() implements Command {}

  private record Looked(Reconcile.View view, List<Machine> machines) implements Command {}

  private record LookFailed(MachinesFailure failure) implements Command {}

  private static final Duration DESTROYER_LOOKS_AGAIN = Duration.ofSeconds(1);
  private static final Duration AFTER_A_FAILED_LOOK = Duration.ofSeconds(5);
  private static final Backoff TRY_AGAIN = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10));

  /** The machines of a pool that was to be destroyed are no more. */
  public record Emptied() {}

  public static Behavior<Command> create(PoolSettings settings, Surroundings with) {
    return create(settings, with, new WorkerRules());
  }

  static Behavior<Command> create(PoolSettings settings, Surroundings with, WorkerRules rules) {
    return create(settings, with, rules, Optional.empty());
  }

  /**
   * Takes over every machine under the pool's name, destroys it, and ends; serves nobody.
   *
   * @param replyTo told before the end if none is left, and not if a later instance has come, whose machines they are
   */
  public static Behavior<Command> destroyer(PoolSettings settings, Surroundings with, ActorRef<Emptied> replyTo) {
    return create(settings, with, new WorkerRules(), Optional.of(replyTo));
  }

  private static Behavior<Command> create(
      PoolSettings settings, Surroundings with, WorkerRules rules, Optional<ActorRef<Emptied>> destroyFor) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      var pool = new PoolSupervisor(context, timers, settings, with, rules, destroyFor);
      pool.open(0);
      return pool;
    }));
  }

  private final TimerScheduler<Command> timers;
  private final PoolSettings settings;
  private final Surroundings with;
  private final WorkerRules rules;
  private final Optional<ActorRef<Emptied>> destroyFor;
  private final boolean destroyer;
  private final ActorRef<PoolCleaner.Command> cleaner;
  private final WaitingQueue waiting;
  private PoolPhase phase = PoolPhase.OPENING;
  private PoolMachines machines;
  private HoldTime holdTime;
  private int failedCreates;
  private Map<Integer, Long> suspects = Map.of();

  private PoolSupervisor(
      ActorContext<Command> context, TimerScheduler<Command> timers, PoolSettings settings, Surroundings with, WorkerRules rules,
      Optional<ActorRef<Emptied>> destroyFor) {
    super(context);
    context.setLoggerName(PoolSupervisor.class); // if a timer came first, it would be named by Pekko
    this.timers = timers;
    this.settings = settings;
    this.with = with;
    this.rules = rules;
    this.destroyFor = destroyFor;
    this.destroyer = destroyFor.isPresent();
    this.waiting = new WaitingQueue(with.observer());
    this.cleaner = context.spawnAnonymous(PoolCleaner.create(with.machines(), rules, with.observer()), DispatcherSelector.sameAsParent());
    this.machines = machinesOf(new Instance(settings.name(), 0, "none"), Set.of());
    this.holdTime = HoldTime.guess(settings.requestTime());
  }

  private PoolMachines machinesOf(Instance instance, Set<String> old) {
    ActorRef<WorkerReport> reports = getContext().messageAdapter(WorkerReport.class, Told::new);
    return new PoolMachines(getContext(), settings, new WorkerMachine.Surroundings(with.machines(), with.health(), with.claims(),
        with.clocks(), with.random(), settings, rules, instance, old, reports, with.observer()), Ended::new);
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Allocate request -> allocate(request);
      case Withdraw(var requester) -> withdraw(requester);
      case Free(var grant) -> machines.free(grant);
      case Told(WorkerReport.Became news) -> became(news);
      case Told(WorkerReport.Declined(var slot, var waiter)) -> {
        machines.declined(slot);
        declined(waiter);
      }
      case Told(WorkerReport.Lost news) -> machines.lost(news);
      case Told(WorkerReport.HeldByLater(var slot, var instance)) -> stepBack(instance);
      case Ended(var slot) -> ended(slot);
      case QueueTimeOver(var requester) -> queueTimeOver(requester);
      case GrowAgain again -> grow();
      case OpenAgain(var failures) -> open(failures);
      case Opened(var opening) -> opened(opening);
      case NotOpened(var failure, var failures) -> notOpened(failure, failures);
      case LookDue due -> look();
      case Looked(var view, var seen) -> looked(view, seen);
      case LookFailed(var failure) -> lookFailed(failure);
      case Close close -> close();
    }
    return phase == PoolPhase.CLOSING && machines.isEmpty() ? Behaviors.stopped() : this;
  }

  // ---- the first look, and those that follow ----

  private void open(int failures) {
    getContext().pipeToSelf(Opening.of(settings.name(), with.machines(), with.claims()), (opening, failure) ->
        failure == null ? new Opened(opening) : new NotOpened(MachinesFailure.of(failure), failures + 1));
  }

  private void notOpened(MachinesFailure failure, int failures) {
    if (phase != PoolPhase.OPENING) return;
    if (failures == 1) getContext().getLog().warn("the app's machines cannot be read message=\"{}\"", failure.getMessage());
    timers.startSingleTimer(OpenAgain.class, new OpenAgain(failures), TRY_AGAIN.after(failures));
  }

  private void opened(Opening opening) {
    if (phase != PoolPhase.OPENING) return;
    var instance = Instance.after(opening.epoch(), settings.name(), with.clocks().now().wall(), with.random());
    getContext().getLog().info("transition from=OPENING to=OPEN cause=machines-read machines={} epoch={} instance={}",
        opening.machines().size(), instance.epoch(), instance.id());
    machines = machinesOf(instance, opening.ids());
    become(PoolPhase.OPEN);
    lookLater();
    looked(machines.view(slots(), Map.of()), opening.machines());
  }

  /** How many slots the pool has. */
  private int slots() {
    return destroyer ? 0 : settings.size();
  }

  /** The last quarter of the time between two looks is left to chance: coordinators that started together look apart. */
  private void lookLater() {
    lookAfter(destroyer ? DESTROYER_LOOKS_AGAIN : settings.ownership().cleanTime());
  }

  private void lookAfter(Duration time) {
    timers.startSingleTimer(LookDue.class, new LookDue(), time.minusMillis(with.random().nextLong(time.toMillis() / 4 + 1)));
  }

  /** Who stepped back still cleans: it may be the only one that does. */
  private void look() {
    if (phase != PoolPhase.OPEN && phase != PoolPhase.STEPPED_BACK) return;
    lookLater();
    var view = machines.view(slots(), suspects);
    getContext().pipeToSelf(with.machines().list(), (seen, failure) ->
        failure == null ? new Looked(view, seen) : new LookFailed(MachinesFailure.of(failure)));
  }

  private void looked(Reconcile.View view, List<Machine> seen) {
    if (phase != PoolPhase.OPEN && phase != PoolPhase.STEPPED_BACK) return;
    var verdicts = Reconcile.verdicts(view, seen, with.claims());
    suspects = Reconcile.suspects(verdicts);
    verdicts.forEach(this::note);
    if (phase != PoolPhase.OPEN) return;
    machines.apply(verdicts);
    if (destroyer && machines.isEmpty()) {
      become(PoolPhase.CLOSING);
      destroyFor.ifPresent(whoAsked -> whoAsked.tell(new Emptied()));
    }
    serve();
  }

  /** It proves nothing; the next one comes soon, by which it is noticed that the API answers again. */
  private void lookFailed(MachinesFailure failure) {
    var silence = failure instanceof MachinesFailure.Unreachable; // of which there is a line already
    getContext().getLog().atLevel(silence ? Level.DEBUG : Level.WARN).log("list failed message=\"{}\"", failure.getMessage());
    if (timers.isTimerActive(LookDue.class) && settings.ownership().cleanTime().compareTo(AFTER_A_FAILED_LOOK) > 0)
      lookAfter(AFTER_A_FAILED_LOOK);
  }

  private void note(Reconcile.Verdict verdict) {
    VerdictLog.note(getContext().getLog(), verdict, phase == PoolPhase.OPEN);
    if (verdict instanceof Reconcile.OfLater(var later, var reason)) stepBack(later);
    if (verdict instanceof Reconcile.Clean(var machine, var name, var reason) && !destroyer)
      cleaner.tell(new PoolCleaner.Look(machine, name));
  }

  /** For good: there is a later instance, and both would take the machines from each other. */
  private void stepBack(Instance later) {
    if (phase != PoolPhase.OPEN) return;
    getContext().getLog().warn("transition from=OPEN to=STEPPED_BACK cause=later-instance epoch={} instance={}",
        later.epoch(), later.id());
    become(destroyer ? PoolPhase.CLOSING : PoolPhase.STEPPED_BACK);
    timers.cancelAll();
    if (phase == PoolPhase.STEPPED_BACK) lookLater();
    waiting.removeAll().forEach(waiter -> refuse(waiter.request(), Reason.REPLACED));
    machines.stepBack();
  }

  private void become(PoolPhase next) {
    phase = next;
    with.observer().saw(new Fact.PoolBecame(next));
  }

  // ---- requests ----

  private void allocate(Allocate request) {
    if (isOver() || destroyer) {
      refuse(request, reasonOfTheEnd());
    } else if (request.onlyIfIdle() && !machines.hasIdleBeside(waiting.size())) {
      refuse(request, Reason.NOT_IDLE);
    } else if (waiting.size() >= settings.queueMax() && machines.oldestWarm().isEmpty()) {
      refuse(request, Reason.QUEUE_FULL);
    } else {
      waiting.add(new Waiter(request, now()));
      limitWait(request.requester(), settings.queueTime());
      serve();
    }
  }

  private void withdraw(ActorRef<?> requester) {
    waiting.remove(requester);
    timers.cancel(requester);
  }

  /** A request for which a machine is on its way waits on, until its deadline. */
  private void queueTimeOver(ActorRef<?> requester) {
    if (waiting.place(requester) >= machines.count(Use.COMING))
      waiting.remove(requester).ifPresent(waiter -> refuse(waiter.request(), Reason.QUEUE_TIME_OVER));
  }

  private void declined(Waiter waiter) {
    if (isOver()) {
      refuse(waiter.request(), reasonOfTheEnd());
    } else {
      waiting.putBack(waiter);
      limitWait(waiter.requester(), settings.queueTime().minus(Duration.between(waiter.since(), now())));
      serve();
    }
  }

  private void limitWait(ActorRef<?> requester, Duration limit) {
    timers.startSingleTimer(requester, new QueueTimeOver(requester), limit);
  }

  private void refuse(Allocate request, Reason reason) {
    request.replyTo().tell(new Refused(reason, holdTime.retryAfter(waiting.size(), settings.size())));
  }

  private boolean isOver() {
    return phase == PoolPhase.CLOSING || phase == PoolPhase.STEPPED_BACK;
  }

  private Reason reasonOfTheEnd() {
    return phase == PoolPhase.STEPPED_BACK ? Reason.REPLACED : Reason.CLOSING;
  }

  // ---- machines ----

  private void became(WorkerReport.Became news) {
    if (news.use() == Use.WARM && machines.isNew(news.slot())) failedCreates = 0;
    machines.became(news).ifPresent(held -> holdTime = holdTime.with(held));
    serve();
  }

  private void ended(int slot) {
    machines.unanswered(slot).ifPresent(this::declined);
    if (machines.ended(slot, phase == PoolPhase.OPEN) == PoolMachines.AfterEnd.CREATE_FAILED && phase == PoolPhase.OPEN)
      timers.startSingleTimer(GrowAgain.class, new GrowAgain(), TRY_AGAIN.after(++failedCreates));
    serve();
  }

  /** Gives machines to those who wait, and sees to it that more come if more are wanted. */
  private void serve() {
    if (phase != PoolPhase.OPEN) return;
    for (var warm = machines.oldestWarm(); warm.isPresent() && waiting.size() > 0; warm = machines.oldestWarm()) {
      var waiter = waiting.next();
      timers.cancel(waiter.requester());
      machines.allocate(warm.get(), waiter);
    }
    grow();
    refuseTheOverdue();
  }

  /** Whoever waited on for a machine that does not come after all. */
  private void refuseTheOverdue() {
    waiting.overdue(now().minus(settings.queueTime()), machines.count(Use.COMING)).forEach(waiter -> {
      withdraw(waiter.requester());
      refuse(waiter.request(), Reason.QUEUE_TIME_OVER);
    });
  }

  private void grow() {
    if (phase != PoolPhase.OPEN || destroyer) return;
    var plan = machines.plan(waiting.size(), failedCreates == 0);
    machines.retireAndBoot(plan);
    if (settings.warmMode() == PoolSettings.WarmMode.SUSPENDED && waiting.size() == 0) machines.suspendTheWarm();
    if (timers.isTimerActive(GrowAgain.class)) return; // the last create failed: not so fast
    for (var creates = 0; creates < plan.creates(); creates++) machines.create();
  }

  private void close() {
    become(PoolPhase.CLOSING);
    waiting.removeAll().forEach(waiter -> refuse(waiter.request(), Reason.CLOSING));
    timers.cancelAll();
    machines.closeAll(settings.onExit() == PoolSettings.OnExit.DESTROY);
  }

  private Instant now() {
    return with.clocks().now().steady();
  }
}
