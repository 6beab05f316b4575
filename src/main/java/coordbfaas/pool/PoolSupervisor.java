package coordbfaas.pool;

import coordbfaas.machines.MachinesApi;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One coordinator's worker machines and the requests that wait for one.
 *
 * <p>Invariants: a slot is held by at most one machine, from before its create to after its end; who waits is served in
 * order of arrival, refused in time, or has withdrawn; every change that makes room serves the next.
 */
public final class PoolSupervisor extends AbstractMatchingBehavior<PoolSupervisor.Command> {
  public sealed interface Command {}

  /**
   * Asks for a machine. Answered exactly once unless withdrawn, by {@link Granted} or {@link Refused}.
   *
   * @param run the run's id, for the log
   * @param timeLeft from now to the request's deadline
   * @param requester whoever asks; when it ends, what it was granted is taken back
   */
  public record Allocate(String run, Duration timeLeft, ActorRef<?> requester, ActorRef<AllocateReply> replyTo)
      implements Command {}

  /** The requester waits no longer. */
  public record Withdraw(ActorRef<?> requester) implements Command {}

  /** Gives a machine back. A grant that is not current changes nothing. */
  public record Free(Grant grant) implements Command {}

  /** Refuses whoever waits, stops every machine and ends the pool. Its grants must have been freed. */
  public record Close() implements Command {}

  public sealed interface AllocateReply {}

  /** The requester holds the machine until it frees it, or ends. */
  public record Granted(Grant grant) implements AllocateReply {}

  /** @param retryAfter when it may be worth to ask again */
  public record Refused(Reason reason, Duration retryAfter) implements AllocateReply {}

  /** Why a request got no machine. */
  public enum Reason { QUEUE_FULL, QUEUE_TIME_OVER, CLOSING }

  private record Told(WorkerReport report) implements Command {}

  private record Ended(int slot) implements Command {}

  private record QueueTimeOver(ActorRef<?> requester) implements Command {}

  private record GrowAgain() implements Command {}

  /** A slot that is taken; {@code since} is when its present use began. */
  private record Slot(ActorRef<WorkerMachine.Command> machine, WorkerReport.Use use, Instant since, boolean everIdle) {}

  private static final Backoff GROW_AGAIN = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10));

  public static Behavior<Command> create(PoolSettings settings, MachinesApi machines, WorkerHealth health, InstantSource clock) {
    return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
      ActorRef<WorkerReport> reports = context.messageAdapter(WorkerReport.class, Told::new);
      var pool = new PoolSupervisor(context, timers, settings,
          new WorkerMachine.Surroundings(machines, health, settings, clock, reports));
      pool.grow();
      return pool;
    }));
  }

  private final TimerScheduler<Command> timers;
  private final PoolSettings settings;
  private final WorkerMachine.Surroundings surroundings;
  private final Map<Integer, Slot> slots = new TreeMap<>();
  private final WaitingQueue waiting = new WaitingQueue();
  private HoldTime holdTime;
  private int failedCreates;
  private int nextSlot;
  private boolean closing;

  private PoolSupervisor(
      ActorContext<Command> context, TimerScheduler<Command> timers,
      PoolSettings settings, WorkerMachine.Surroundings surroundings) {
    super(context);
    this.timers = timers;
    this.settings = settings;
    this.surroundings = surroundings;
    this.holdTime = new HoldTime(settings.requestTime());
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Allocate request -> allocate(request);
      case Withdraw(var requester) -> withdraw(requester);
      case Free(var grant) -> free(grant);
      case Told(WorkerReport.Became(var slot, var use)) -> became(slot, use);
      case Told(WorkerReport.Declined(var slot, var waiter)) -> declined(waiter);
      case Ended(var slot) -> ended(slot);
      case QueueTimeOver(var requester) -> queueTimeOver(requester);
      case GrowAgain again -> grow();
      case Close close -> close();
    }
    return closing && slots.isEmpty() ? Behaviors.stopped() : this;
  }

  // ---- requests ----

  private void allocate(Allocate request) {
    if (closing) {
      refuse(request, Reason.CLOSING);
    } else if (waiting.size() >= settings.queueMax() && oldestWarm().isEmpty()) {
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

  private void free(Grant grant) {
    var slot = slots.get(grant.name().slot());
    if (slot != null) slot.machine().tell(new WorkerMachine.Free(grant));
  }

  /** A request for which a machine is on its way waits on, until its deadline. */
  private void queueTimeOver(ActorRef<?> requester) {
    if (waiting.place(requester) >= count(WorkerReport.Use.COMING))
      waiting.remove(requester).ifPresent(waiter -> refuse(waiter.request(), Reason.QUEUE_TIME_OVER));
  }

  private void declined(Waiter waiter) {
    if (closing) {
      refuse(waiter.request(), Reason.CLOSING);
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

  // ---- machines ----

  private void became(int number, WorkerReport.Use use) {
    var slot = slots.get(number);
    if (slot == null || slot.use() == use) return; // a grant and the stop after it are one use
    if (use == WorkerReport.Use.WARM) failedCreates = 0;
    if (slot.use() == WorkerReport.Use.BUSY && use != WorkerReport.Use.EXPIRED)
      holdTime = holdTime.with(Duration.between(slot.since(), now()));
    var idle = use == WorkerReport.Use.WARM || use == WorkerReport.Use.COLD;
    slots.put(number, new Slot(slot.machine(), use, now(), slot.everIdle() || idle));
    serve();
  }

  private void ended(int number) {
    var slot = slots.remove(number);
    if (!slot.everIdle()) {
      timers.startSingleTimer(GrowAgain.class, new GrowAgain(), GROW_AGAIN.after(++failedCreates));
    }
    serve();
  }

  /** Gives machines to those who wait, and sees to it that more come if more are wanted. */
  private void serve() {
    for (var warm = oldestWarm(); warm.isPresent() && waiting.size() > 0; warm = oldestWarm()) {
      var waiter = waiting.next();
      timers.cancel(waiter.requester());
      var slot = slots.get(warm.get());
      slots.put(warm.get(), new Slot(slot.machine(), WorkerReport.Use.BUSY, now(), true));
      slot.machine().tell(new WorkerMachine.Allocate(waiter));
    }
    grow();
    refuseTheOverdue();
  }

  /** Whoever waited on for a machine that does not come after all. */
  private void refuseTheOverdue() {
    waiting.overdue(now().minus(settings.queueTime()), count(WorkerReport.Use.COMING)).forEach(waiter -> {
      withdraw(waiter.requester());
      refuse(waiter.request(), Reason.QUEUE_TIME_OVER);
    });
  }

  private void grow() {
    if (closing) return;
    var stock = new PoolPlan.Stock(
        count(WorkerReport.Use.WARM), count(WorkerReport.Use.COMING), count(WorkerReport.Use.COLD), slots.size());
    var plan = PoolPlan.of(stock, waiting.size(), settings.warm(), settings.size());
    for (var boots = 0; boots < plan.boots(); boots++) oldest(WorkerReport.Use.COLD).ifPresent(this::boot);
    if (timers.isTimerActive(GrowAgain.class)) return; // the last create failed: not so fast
    for (var creates = 0; creates < plan.creates(); creates++) createMachine();
  }

  private void boot(int number) {
    var slot = slots.get(number);
    slots.put(number, new Slot(slot.machine(), WorkerReport.Use.COMING, now(), true));
    slot.machine().tell(new WorkerMachine.Boot());
  }

  private void createMachine() {
    var number = IntStream.range(0, settings.size()).map(step -> (nextSlot + step) % settings.size())
        .filter(free -> !slots.containsKey(free)).findFirst().orElseThrow();
    nextSlot = number + 1; // the name of a slot may be taken: it is not tried again before the others
    var machine = getContext().spawnAnonymous(WorkerMachine.create(new WorkerName(settings.name(), number), surroundings));
    getContext().watchWith(machine, new Ended(number));
    slots.put(number, new Slot(machine, WorkerReport.Use.COMING, now(), false));
  }

  private void close() {
    closing = true;
    waiting.removeAll().forEach(waiter -> refuse(waiter.request(), Reason.CLOSING));
    timers.cancelAll();
    slots.values().forEach(slot -> slot.machine().tell(new WorkerMachine.Close()));
  }

  // ---- small things ----

  private Optional<Integer> oldestWarm() {
    return oldest(WorkerReport.Use.WARM);
  }

  /** The slot that has been of this use for longest: use spreads over the machines, and with it Fly's rate limits. */
  private Optional<Integer> oldest(WorkerReport.Use use) {
    return slots.entrySet().stream().filter(slot -> slot.getValue().use() == use)
        .min(Comparator.comparing(slot -> slot.getValue().since())).map(Map.Entry::getKey);
  }

  private int count(WorkerReport.Use use) {
    return (int) slots.values().stream().filter(slot -> slot.use() == use).count();
  }

  private Instant now() {
    return surroundings.clock().instant();
  }
}
