package coordbfaas.pool;

import coordbfaas.machines.MachinesApi;
import coordbfaas.pool.WorkerCalls.Outcome;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

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
 * <p>What the API does not let it do now ({@code Later}, {@code Unreachable}) says nothing of the machine: it stays in its
 * state and calls again. What it is in while on its way up is {@link WorkerBoot}, on its way down {@link WorkerEnd}.
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
  sealed interface Due extends Command {}

  record LeaseEnds() implements Due {}

  record BootTimeout() implements Due {}

  record CallAgain() implements Due {}

  record PollAgain(long polls) implements Due {}

  record Overdue(Grant grant) implements Due {}

  record RequesterDied(Grant grant) implements Due {}

  record DestroyAgain(int attempts) implements Due {}

  /** Creates the machine of a slot and has it booted. */
  static Behavior<Command> create(WorkerName name, Surroundings with) {
    return Behaviors.withMdc(Command.class, Map.of("machine", name.toString()),
        Behaviors.setup(context -> Behaviors.withTimers(timers ->
            new WorkerMachine(new WorkerContext(context, timers, name, with)).boot.create())));
  }

  private final WorkerContext worker;
  private final WorkerBoot boot;
  private final WorkerEnd end;

  private WorkerMachine(WorkerContext worker) {
    this.worker = worker;
    this.end = new WorkerEnd(worker, this);
    this.boot = new WorkerBoot(worker, this, end);
  }

  // ---- the states in which it is held: one method each, its parameters are all that the state knows ----

  Behavior<Command> warm(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Allocate late when worker.leaseIsOver(held) -> declineAndExpire(held, late);
      case Allocate(var waiter)                 -> grant(held, waiter);
      case LeaseEnds ended                      -> end.expire(State.IDLE, held, "lease-ends");
      case Close close                          -> end.stop(State.IDLE, held, "close", true);
      case Boot already                         -> Behaviors.same();
      case Free stale                           -> Behaviors.same();
      case Outcome stale                        -> worker.late(State.IDLE, stale);
      case Due stale                            -> worker.late(State.IDLE, stale);
    });
  }

  Behavior<Command> cold(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Boot asked        -> boot.start(held);
      case Allocate tooEarly -> worker.decline(tooEarly);
      case LeaseEnds ended   -> end.expire(State.IDLE, held, "lease-ends");
      case Close close       -> worker.end(State.IDLE, "closed");
      case Free stale        -> Behaviors.same();
      case Outcome stale     -> worker.late(State.IDLE, stale);
      case Due stale         -> worker.late(State.IDLE, stale);
    });
  }

  private Behavior<Command> allocated(HeldMachine held, Grant grant, Instant since) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Free(var given) when given.equals(grant)          -> stopUsed(held, "freed", grant, since);
      case RequesterDied(var of) when of.equals(grant)       -> stopUsed(held, "requester-died", grant, since);
      case Overdue(var of) when of.equals(grant)             -> stopUsed(held, "overdue", grant, since);
      case Close close                                       -> end.stop(State.ALLOCATED, held, "close", true);
      case LeaseEnds ended                                   -> allocated(held.leaseOver(), grant, since);
      case Allocate taken                                    -> worker.decline(taken);
      case Boot already                                      -> Behaviors.same();
      case Free stale                                        -> Behaviors.same();
      case Outcome stale                                     -> worker.late(State.ALLOCATED, stale);
      case Due stale                                         -> worker.late(State.ALLOCATED, stale);
    });
  }

  // ---- the transitions: the call, then the log line, then the next state ----

  private Behavior<Command> grant(HeldMachine held, Waiter waiter) {
    var request = waiter.request();
    var now = worker.now();
    var granted = held.granted();
    var grant = new Grant(worker.name, held.id(), held.boot(), granted.grants());
    worker.context.unwatch(request.requester()); // it may have held this machine before
    worker.context.watchWith(request.requester(), new RequesterDied(grant));
    worker.timer(Overdue.class, new Overdue(grant), waiter.timeLeft(now).plus(PoolSettings.SLACK));
    request.replyTo().tell(new PoolSupervisor.Granted(grant));
    worker.journal.granted(grant, request.run());
    worker.journal.report(Use.BUSY);
    return allocated(granted, grant, now);
  }

  private Behavior<Command> stopUsed(HeldMachine held, String cause, Grant grant, Instant since) {
    worker.timers.cancel(Overdue.class);
    return end.stop(State.ALLOCATED, held,
        cause + " grant=" + grant.number() + " held_ms=" + Duration.between(since, worker.now()).toMillis(), false);
  }

  /** The clock says that the lease is over, and its timer has not noticed yet. */
  private Behavior<Command> declineAndExpire(HeldMachine held, Allocate request) {
    worker.decline(request);
    return end.expire(State.IDLE, held, "lease-ends");
  }
}
