package coordbfaas.pool;

import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesApi;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerCalls.CallFailed;
import coordbfaas.pool.WorkerCalls.Created;
import coordbfaas.pool.WorkerCalls.Gone;
import coordbfaas.pool.WorkerCalls.Healthy;
import coordbfaas.pool.WorkerCalls.NotHealthy;
import coordbfaas.pool.WorkerCalls.Outcome;
import coordbfaas.pool.WorkerCalls.Started;
import coordbfaas.pool.WorkerCalls.Starting;
import coordbfaas.pool.WorkerCalls.Stopped;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One worker machine, from the call that creates it to the call that destroys it.
 *
 * <pre>
 *   CREATING ──booted──► IDLE (warm) ──allocate──► ALLOCATED ──freed──► STOPPING ──stopped──► IDLE (cold)
 *       │                 ▲     │                      │                    │                  │     │
 *       │                 └─────│──── boot ────────────│────────────────────│──────────────────┘     │
 *       └── failed ─────────────┴── lease ends ────────┴── failed ──────────┴──► EXPIRED ◄───────────┘
 * </pre>
 *
 * <p>Invariants: at most one grant is current; idle and warm only after a boot that nobody used; from {@code EXPIRED} there
 * is no way back, and it is left when the API says that the machine is gone.
 */
final class WorkerMachine {
  enum State { CREATING, IDLE, ALLOCATED, STOPPING, EXPIRED }

  sealed interface Command permits Allocate, Free, Boot, Close, WorkerCalls.Outcome, Due {}

  /** Asks for the machine. Answered once: {@link PoolSupervisor.Granted} to the requester, or {@link WorkerReport.Declined}. */
  record Allocate(Waiter waiter) implements Command {}

  /** Gives the machine back. A grant that is not the current one changes nothing. */
  record Free(Grant grant) implements Command {}

  /** Boots a cold machine. */
  record Boot() implements Command {}

  /** Ends the actor with its machine stopped and its lease kept. */
  record Close() implements Command {}

  /** What a machine works with. */
  record Surroundings(
      MachinesApi machines, WorkerHealth health, PoolSettings settings, InstantSource clock, ActorRef<WorkerReport> pool) {}

  /** Times that have come. */
  private sealed interface Due extends Command {}

  private record LeaseEnds() implements Due {}

  private record BootTimeout() implements Due {}

  private record StartAgain() implements Due {}

  private record PollAgain(long polls) implements Due {}

  private record Overdue(Grant grant) implements Due {}

  private record RequesterDied(Grant grant) implements Due {}

  private record DestroyAgain(int attempts) implements Due {}

  private static final Duration START_AGAIN_AFTER = Duration.ofMillis(100);
  private static final Duration POLL_AGAIN_AFTER_MAX = Duration.ofMillis(250);
  private static final Duration DESTROY_AGAIN_AFTER_MAX = Duration.ofSeconds(30);

  /** Creates the machine of a slot and has it booted. */
  static Behavior<Command> create(WorkerName name, Surroundings with) {
    return Behaviors.withMdc(Command.class, Map.of("machine", name.toString()),
        Behaviors.setup(context -> Behaviors.withTimers(timers -> new WorkerMachine(context, timers, name, with).create())));
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final WorkerName name;
  private final Surroundings with;
  private final WorkerCalls calls;

  private WorkerMachine(ActorContext<Command> context, TimerScheduler<Command> timers, WorkerName name, Surroundings with) {
    this.context = context;
    this.timers = timers;
    this.name = name;
    this.with = with;
    this.calls = new WorkerCalls(context, name, with);
  }

  // ---- the states: one method each, its parameters are all that the state knows ----

  /** Create was called. A close waits for the answer, so that no machine is left running. */
  private Behavior<Command> creating(boolean closing) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Created(var machine, var leaseEnd) -> created(machine, leaseEnd, closing);
      case CallFailed(var call, var failure)  -> notCreated(call, failure);
      case Close close                        -> creating(true);
      case Allocate early                     -> decline(early);
      case Boot early                         -> Behaviors.same();
      case Free stale                         -> Behaviors.same();
      case Outcome none                       -> Behaviors.unhandled();
      case Due none                           -> Behaviors.unhandled();
    });
  }

  /** Start was called. A close waits for the answer: a stop that came before the start would leave the machine running. */
  private Behavior<Command> starting(HeldMachine held, boolean closing) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Starting answered when closing    -> stop(State.IDLE, held, "close", true);
      case Starting(var previous) when previous == MachineState.STOPPED -> awaitStarted(State.IDLE, held);
      case Starting(var previous)            -> expire(State.IDLE, held, "started-before previous=" + previous);
      case StartAgain again when closing     -> stop(State.IDLE, held, "close", true);
      case StartAgain again                  -> startAgain(held);
      case CallFailed(var call, var failure) -> startFailed(held, call, failure);
      case BootTimeout over                  -> expire(State.IDLE, held, "boot-timeout");
      case LeaseEnds ended                   -> expire(State.IDLE, held, "lease-ends");
      case Close close                       -> starting(held, true);
      case Allocate early                    -> decline(early);
      case Boot already                      -> Behaviors.same();
      case Free stale                        -> Behaviors.same();
      case Outcome stale                     -> late(State.IDLE, stale);
      case Due stale                         -> late(State.IDLE, stale);
    });
  }

  /** It is on its way up, from its create or a start: until its new boot is healthy. */
  private Behavior<Command> booting(State state, HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Started started                   -> poll(held, 0);
      case Healthy(var answer)               -> healthy(state, held, answer);
      case NotHealthy(var polls)             -> pollLater(polls);
      case PollAgain(var polls)              -> poll(held, polls);
      case CallFailed(var call, var failure) -> failed(state, held, call, failure);
      case BootTimeout over                  -> expire(state, held, "boot-timeout");
      case LeaseEnds ended                   -> expire(state, held, "lease-ends");
      case Close close                       -> stop(state, held, "close", true);
      case Allocate early                    -> decline(early);
      case Boot already                      -> Behaviors.same();
      case Free stale                        -> Behaviors.same();
      case Outcome stale                     -> late(state, stale);
      case Due stale                         -> late(state, stale);
    });
  }

  private Behavior<Command> warm(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Allocate late when leaseIsOver(held) -> declineAndExpire(held, late);
      case Allocate(var waiter)                 -> grant(held, waiter);
      case LeaseEnds ended                      -> expire(State.IDLE, held, "lease-ends");
      case Close close                          -> stop(State.IDLE, held, "close", true);
      case Boot already                         -> Behaviors.same();
      case Free stale                           -> Behaviors.same();
      case Outcome stale                        -> late(State.IDLE, stale);
      case Due stale                            -> late(State.IDLE, stale);
    });
  }

  private Behavior<Command> cold(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Boot boot         -> start(held);
      case Allocate tooEarly -> decline(tooEarly);
      case LeaseEnds ended   -> expire(State.IDLE, held, "lease-ends");
      case Close close       -> end(State.IDLE, "closed");
      case Free stale        -> Behaviors.same();
      case Outcome stale     -> late(State.IDLE, stale);
      case Due stale         -> late(State.IDLE, stale);
    });
  }

  private Behavior<Command> allocated(HeldMachine held, Grant grant, Instant since) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Free(var given) when given.equals(grant)          -> stopUsed(held, "freed", grant, since);
      case RequesterDied(var of) when of.equals(grant)       -> stopUsed(held, "requester-died", grant, since);
      case Overdue(var of) when of.equals(grant)             -> stopUsed(held, "overdue", grant, since);
      case Close close                                       -> stop(State.ALLOCATED, held, "close", true);
      case LeaseEnds ended                                   -> allocated(held.leaseOver(), grant, since);
      case Allocate taken                                    -> decline(taken);
      case Boot already                                      -> Behaviors.same();
      case Free stale                                        -> Behaviors.same();
      case Outcome stale                                     -> late(State.ALLOCATED, stale);
      case Due stale                                         -> late(State.ALLOCATED, stale);
    });
  }

  /** Stop was called. */
  private Behavior<Command> stopping(HeldMachine held, boolean closing) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Stopped stopped when closing      -> end(State.STOPPING, "closed");
      case Stopped stopped                   -> stopped(held);
      case CallFailed(var call, var failure) when call.equals("stop") || lost(failure) ->
          failed(State.STOPPING, held, call, failure);
      case LeaseEnds ended                   -> stopping(held.leaseOver(), closing);
      case Close close                       -> stopping(held, true);
      case Allocate early                    -> decline(early);
      case Boot early                        -> Behaviors.same();
      case Free stale                        -> Behaviors.same();
      case Outcome stale                     -> late(State.STOPPING, stale);
      case Due stale                         -> late(State.STOPPING, stale);
    });
  }

  private Behavior<Command> expired(HeldMachine held, int attempts) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Gone gone                                             -> end(State.EXPIRED, "gone");
      case CallFailed(var call, var failure) when lost(failure)  -> end(State.EXPIRED, "lease-lost");
      case CallFailed(var call, var failure)                     -> destroyLater(held, call, attempts);
      case DestroyAgain(var attempt)                             -> destroy(held, attempt);
      case Allocate late                                         -> decline(late);
      case Close close                                           -> Behaviors.same();
      case Boot late                                             -> Behaviors.same();
      case Free stale                                            -> Behaviors.same();
      case Outcome stale                                         -> late(State.EXPIRED, stale);
      case Due stale                                             -> late(State.EXPIRED, stale);
    });
  }

  // ---- the transitions: the call, then the log line, then the next state ----

  private Behavior<Command> create() {
    calls.create();
    log(State.CREATING, State.CREATING, "slot-taken");
    report(Use.COMING);
    return creating(false);
  }

  private Behavior<Command> created(Machine machine, Instant leaseEnd, boolean closing) {
    if (machine.nonce().isEmpty()) {
      context.getLog().error("machine created without a lease id={}", machine.id());
      return end(State.CREATING, "no-lease");
    }
    var usableUntil = leaseEnd.minus(with.settings().leaseReserve());
    var held = new HeldMachine(machine, machine.nonce().get(), usableUntil, "", 0);
    if (closing) return stop(State.CREATING, held, "close", true);
    timers.startSingleTimer(LeaseEnds.class, new LeaseEnds(), positive(Duration.between(with.clock().instant(), usableUntil)));
    bootTimer();
    return awaitStarted(State.CREATING, held);
  }

  /** Whether it was created all the same is for a reconcile to find out. */
  private Behavior<Command> notCreated(String call, MachinesFailure failure) {
    warn(call, failure);
    return end(State.CREATING, "create-failed");
  }

  private Behavior<Command> start(HeldMachine held) {
    calls.start(held);
    bootTimer();
    log(State.IDLE, State.IDLE, "start");
    report(Use.COMING);
    return starting(held, false);
  }

  private Behavior<Command> startAgain(HeldMachine held) {
    calls.start(held);
    return Behaviors.same();
  }

  private Behavior<Command> awaitStarted(State state, HeldMachine held) {
    calls.awaitStarted(held);
    return booting(state, held);
  }

  private Behavior<Command> poll(HeldMachine held, long polls) {
    calls.checkHealth(held, polls);
    return Behaviors.same();
  }

  private Behavior<Command> pollLater(long polls) {
    var delay = Duration.ofMillis(Math.min(POLL_AGAIN_AFTER_MAX.toMillis(), 5L << Math.min(polls, 10)));
    timers.startSingleTimer(PollAgain.class, new PollAgain(polls), delay);
    return Behaviors.same();
  }

  private Behavior<Command> healthy(State state, HeldMachine held, WorkerHealth.Healthy answer) {
    if (!answer.machine().equals(held.id())) return expire(state, held, "another-machine-answered");
    if (answer.boot().equals(held.boot())) return expire(state, held, "boot-not-new");
    timers.cancel(BootTimeout.class);
    log(state, State.IDLE, "healthy");
    report(Use.WARM);
    return warm(held.booted(answer.boot()));
  }

  private Behavior<Command> startFailed(HeldMachine held, String call, MachinesFailure failure) {
    if (!(failure instanceof MachinesFailure.Rejected rejected && rejected.status() == 412 && call.equals("start")))
      return failed(State.IDLE, held, call, failure);
    timers.startSingleTimer(StartAgain.class, new StartAgain(), START_AGAIN_AFTER); // its last stop is not through yet
    return Behaviors.same();
  }

  private Behavior<Command> grant(HeldMachine held, Waiter waiter) {
    var request = waiter.request();
    var now = with.clock().instant();
    var granted = held.granted();
    var grant = new Grant(name, held.id(), held.boot(), granted.grants());
    context.unwatch(request.requester()); // it may have held this machine before
    context.watchWith(request.requester(), new RequesterDied(grant));
    timers.startSingleTimer(Overdue.class, new Overdue(grant), positive(waiter.timeLeft(now).plus(PoolSettings.SLACK)));
    request.replyTo().tell(new PoolSupervisor.Granted(grant));
    context.getLog().info("transition from=IDLE to=ALLOCATED cause=granted grant={} run={}", grant.number(), request.run());
    report(Use.BUSY);
    return allocated(granted, grant, now);
  }

  private Behavior<Command> stopUsed(HeldMachine held, String cause, Grant grant, Instant since) {
    timers.cancel(Overdue.class);
    return stop(State.ALLOCATED, held,
        cause + " grant=" + grant.number() + " held_ms=" + Duration.between(since, with.clock().instant()).toMillis(), false);
  }

  private Behavior<Command> stop(State from, HeldMachine held, String cause, boolean closing) {
    timers.cancel(BootTimeout.class);
    calls.stop(held);
    log(from, State.STOPPING, cause);
    report(Use.BUSY);
    return stopping(held, closing);
  }

  private Behavior<Command> stopped(HeldMachine held) {
    if (leaseIsOver(held)) return expire(State.STOPPING, held, "lease-ends");
    log(State.STOPPING, State.IDLE, "stopped");
    report(Use.COLD);
    return cold(held);
  }

  private Behavior<Command> failed(State from, HeldMachine held, String call, MachinesFailure failure) {
    if (lost(failure)) return end(from, "lease-lost");
    warn(call, failure);
    return expire(from, held, call + "-failed");
  }

  /** The clock says that the lease is over, and its timer has not noticed yet. */
  private Behavior<Command> declineAndExpire(HeldMachine held, Allocate request) {
    decline(request);
    return expire(State.IDLE, held, "lease-ends");
  }

  private Behavior<Command> expire(State from, HeldMachine held, String cause) {
    timers.cancelAll();
    log(from, State.EXPIRED, cause);
    report(Use.EXPIRED);
    return destroy(held, 0);
  }

  private Behavior<Command> destroy(HeldMachine held, int attempts) {
    calls.destroy(held);
    return expired(held, attempts);
  }

  private Behavior<Command> destroyLater(HeldMachine held, String call, int attempts) {
    if (!call.equals("destroy")) return Behaviors.same(); // an answer to what was asked before it expired
    var delay = Duration.ofMillis(Math.min(DESTROY_AGAIN_AFTER_MAX.toMillis(), 250L << Math.min(attempts, 10)));
    timers.startSingleTimer(DestroyAgain.class, new DestroyAgain(attempts + 1), delay);
    return Behaviors.same();
  }

  private Behavior<Command> end(State from, String cause) {
    context.getLog().info("transition from={} to=ENDED cause={}", from, cause);
    return Behaviors.stopped();
  }

  private Behavior<Command> decline(Allocate refused) {
    with.pool().tell(new WorkerReport.Declined(name.slot(), refused.waiter()));
    return Behaviors.same();
  }

  private Behavior<Command> late(State state, Command message) {
    context.getLog().debug("late state={} message={}", state, message.getClass().getSimpleName());
    return Behaviors.same();
  }

  // ---- small things ----

  /** Another nonce holds the lease: whatever we did now would be done to somebody else's machine. */
  private static boolean lost(MachinesFailure failure) {
    return failure instanceof MachinesFailure.Rejected rejected && rejected.leaseHeldByAnother();
  }

  private boolean leaseIsOver(HeldMachine held) {
    return !with.clock().instant().isBefore(held.usableUntil());
  }

  private void bootTimer() {
    timers.startSingleTimer(BootTimeout.class, new BootTimeout(), with.settings().bootTimeout());
  }

  private void report(Use use) {
    with.pool().tell(new WorkerReport.Became(name.slot(), use));
  }

  private void warn(String call, MachinesFailure failure) {
    context.getLog().warn("call failed call={} failure={} message=\"{}\"",
        call, failure.getClass().getSimpleName(), failure.getMessage());
  }

  private void log(State from, State to, String cause) {
    context.getLog().info("transition from={} to={} cause={}", from, to, cause);
  }

  private static Duration positive(Duration duration) {
    return duration.isPositive() ? duration : Duration.ofMillis(1);
  }
}
