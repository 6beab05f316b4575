package coordbfaas.pool;

import coordbfaas.auth.PoolClaims;
import coordbfaas.facts.Observer;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesApi;
import coordbfaas.pool.WorkerCalls.Healthy;
import coordbfaas.pool.WorkerCalls.LookedFor;
import coordbfaas.pool.WorkerCalls.NotHealthy;
import coordbfaas.pool.WorkerCalls.Outcome;
import coordbfaas.pool.WorkerLease.LeaseNews;
import coordbfaas.pool.WorkerLease.Renewed;
import coordbfaas.pool.WorkerLease.UseEnds;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One worker machine, from the call that creates it, or the look that finds it, to the call that destroys it.
 *
 * <pre>
 *   CREATING ──booted──► IDLE (warm) ──allocate──► ALLOCATED ──freed──► STOPPING ──stopped──► IDLE (cold)
 *       │                 ▲     │                      │                    │                  │     │
 *       │                 └─────│──── boot ────────────│────────────────────│──────────────────┘     │
 *       └── failed ─────────────┴── use ends ──────────┴── failed ──────────┴──► EXPIRED ◄───────────┘
 * </pre>
 *
 * <p>What the API does not let it do now ({@code Later}, {@code Unreachable}) says nothing of the machine: it stays in its
 * state and calls again. How a machine under our name becomes ours is {@link WorkerReclaim}; what it is in while on its way up
 * is {@link WorkerBoot}, suspended {@link WorkerSleep}, on its way down {@link WorkerEnd}. Its lease is {@link WorkerLease}'s.
 *
 * <p>Invariants: at most one grant is current; idle and warm only after a boot that nobody used; from {@code EXPIRED} there
 * is no way back, and it is left when the API says that the machine is gone; from every state, a lease that is lost or over
 * ends the actor without a call.
 */
final class WorkerMachine {
  enum State { CREATING, IDLE, ALLOCATED, STOPPING, EXPIRED }

  sealed interface Command permits
      Allocate, Free, Boot, Suspend, Retire, Close, StepBack, Verdict, Outcome, LeaseNews, Due {}

  /** Asks for the machine. Answered once: {@link PoolSupervisor.Granted} to the requester, or {@link WorkerReport.Declined}. */
  record Allocate(Waiter waiter) implements Command {}

  /** Gives the machine back. A grant that is not the current one changes nothing. */
  record Free(Grant grant) implements Command {}

  /** Boots a cold machine, or resumes a suspended one. */
  record Boot() implements Command {}

  /** Suspends a warm machine. */
  record Suspend() implements Command {}

  /** Destroys an idle machine, whose successor is wanted. */
  record Retire(String cause) implements Command {}

  /** Ends the actor with its machine stopped and its lease kept, or with its machine destroyed. */
  record Close(boolean destroy) implements Command {}

  /** A later instance owns the pool: ends the actor without a call, once the machine's grant is over. */
  record StepBack() implements Command {}

  /** What a look at all machines said about this one. {@code asOf} is the change that was the latest when it was asked for. */
  sealed interface Verdict extends Command {}

  /** It was not there. */
  record Missing(long asOf) implements Verdict {}

  /** It was in another state than it should be in, and not for the first time. */
  record Drifted(long asOf, MachineState seen) implements Verdict {}

  /** It was suspended. */
  record SeenSuspended(long asOf, MachineState seen) implements Verdict {}

  /** It must be destroyed, once its grant is over. */
  record Condemned(String machine, String cause) implements Verdict {}

  /** A machine has the name that was to be given. */
  record Found(String machine) implements Verdict {}

  /**
   * What a machine works with.
   *
   * @param old the ids of the machines that were there when this instance came
   */
  record Surroundings(
      MachinesApi machines, WorkerHealth health, PoolClaims claims, PoolClocks clocks, RandomGenerator random,
      PoolSettings settings, WorkerRules rules, Instance instance, Set<String> old, ActorRef<WorkerReport> pool,
      Observer observer) {}

  /** Times that have come. */
  sealed interface Due extends Command permits UseEnds, BootTimeout, CallAgain, PollAgain, ProbeDue, Overdue, RequesterDied,
      DestroyAgain {}

  record BootTimeout() implements Due {}

  record CallAgain() implements Due {}

  record PollAgain(long polls) implements Due {}

  record ProbeDue() implements Due {}

  record Overdue(Grant grant) implements Due {}

  record RequesterDied(Grant grant) implements Due {}

  record DestroyAgain(int attempts) implements Due {}

  /**
   * Creates the machine of a slot and has it booted.
   *
   * @param change from which it numbers its changes; at least 1, and beyond all that the pool was told
   */
  static Behavior<Command> create(WorkerName name, long change, Surroundings with) {
    return behavior(name, change, with, machine -> machine.boot.create());
  }

  /**
   * Takes over a machine that has the name of a slot.
   *
   * @param doom why it is to be destroyed then; empty if it is to be used
   * @param change as for {@link #create}
   */
  static Behavior<Command> reclaim(WorkerName name, String id, Optional<String> doom, long change, Surroundings with) {
    return behavior(name, change, with, machine -> doom.isPresent()
        ? machine.reclaim.beginToDestroy(id, doom.get()) : machine.reclaim.begin(id, Optional.empty()));
  }

  private interface Beginning {
    Behavior<Command> of(WorkerMachine machine);
  }

  private static Behavior<Command> behavior(WorkerName name, long change, Surroundings with, Beginning beginning) {
    return Behaviors.withMdc(Command.class, Map.of("machine", name.toString()),
        Behaviors.setup(context -> Behaviors.withTimers(timers ->
            beginning.of(new WorkerMachine(new WorkerContext(context, timers, name, change, with))))));
  }

  /** How often in a row an idle worker may not say that it is well. */
  private static final int UNWELL_MAX = 3;

  private final WorkerContext worker;
  final WorkerReclaim reclaim;
  final WorkerBoot boot;
  final WorkerSleep sleep;
  final WorkerEnd end;

  private WorkerMachine(WorkerContext worker) {
    this.worker = worker;
    this.end = new WorkerEnd(worker, this);
    this.boot = new WorkerBoot(worker, this);
    this.sleep = new WorkerSleep(worker, this);
    this.reclaim = new WorkerReclaim(worker, this);
  }

  // ---- the states in which it is held: one method each, its parameters are all that the state knows ----

  /** @param unwell how often its worker was asked in a row and did not say that it is well */
  private Behavior<Command> warm(HeldMachine held, int unwell) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Allocate asked when worker.lease.isOver()    -> declineAndLose(held, asked);
      case Allocate asked when worker.lease.useIsOver() -> declineAndExpire(held, asked);
      case Allocate asked when !lasts(asked)            -> declineUntilRenewed(held, asked);
      case Allocate(var waiter)                         -> grant(held, waiter);
      case Suspend asked when !held.sleepless()         -> sleep.suspend(held);
      case ProbeDue due                                 -> probe(held, unwell);
      case Healthy(var answer, var boots) when boots == held.boots()  -> probed(held, answer);
      case NotHealthy(var boots, var polls) when boots == held.boots() -> notWell(held, unwell + 1);
      case Free stale                                   -> Behaviors.same();
      case Boot already                                 -> Behaviors.same();
      case Command other                                -> idle(held, other);
    });
  }

  /** Warm, but too little of its lease is left until it is renewed. */
  private Behavior<Command> lapsed(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Renewed renewed -> {
        var heard = worker.lease.hear(renewed, State.IDLE, held);
        var lasts = Behavior.isAlive(heard) && worker.lease.leaves(worker.with.settings().leaseReserve());
        yield lasts ? toWarm(State.IDLE, held, "renewed") : heard;
      }
      case Allocate early -> worker.decline(early);
      case Free stale     -> Behaviors.same();
      case Boot already   -> Behaviors.same();
      case Suspend early  -> Behaviors.same();
      case Command other  -> idle(held, other);
    });
  }

  Behavior<Command> cold(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Boot asked        -> boot.start(held);
      case Close(var destroy) when !destroy -> end.keep(held);
      case Allocate tooEarly -> worker.decline(tooEarly);
      case Free stale        -> Behaviors.same();
      case Suspend late      -> Behaviors.same();
      case Command other     -> idle(held, other);
    });
  }

  private Behavior<Command> allocated(HeldMachine held, Grant grant, Moment since) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Free(var given) when given.equals(grant)          -> over(held, "freed", grant, since);
      case RequesterDied(var of) when of.equals(grant)       -> over(held, "requester-ended", grant, since);
      case Overdue(var of) when of.equals(grant)             -> over(held, "overdue", grant, since);
      case Close(var destroy)                                -> end.close(State.ALLOCATED, held, destroy);
      case UseEnds ended                                     -> allocated(held.doomed("use-ends"), grant, since);
      case Condemned(var of, var cause) when of.equals(held.id()) -> allocated(condemned(held, cause), grant, since);
      case SeenSuspended(var asOf, var seen) when worker.rules().isTainted(held, seen, asOf) ->
          allocated(held.doomed("seen-suspended"), grant, since);
      case StepBack later                                    -> handingOver(held, grant);
      case LeaseNews news                                    -> worker.lease.hear(news, State.ALLOCATED, held);
      case Allocate taken                                    -> worker.decline(taken);
      case Free stale                                        -> Behaviors.same();
      case Boot already                                      -> Behaviors.same();
      case Suspend late                                      -> Behaviors.same();
      case Retire late                                       -> Behaviors.same();
      case Verdict none                                      -> Behaviors.same();
      case Outcome stale                                     -> worker.late(State.ALLOCATED, stale);
      case Due stale                                         -> worker.late(State.ALLOCATED, stale);
    });
  }

  /** Its run may end, then a later instance has the machine. */
  private Behavior<Command> handingOver(HeldMachine held, Grant grant) {
    worker.lease.isLeftToEnd();
    return Behaviors.receiveMessage(message -> switch (message) {
      case Free(var given) when given.equals(grant)    -> worker.stepBack(State.ALLOCATED);
      case RequesterDied(var of) when of.equals(grant) -> worker.stepBack(State.ALLOCATED);
      case Overdue(var of) when of.equals(grant)       -> worker.stepBack(State.ALLOCATED);
      case Close close                                 -> worker.stepBack(State.ALLOCATED);
      case LeaseNews news                              -> worker.lease.hear(news, State.ALLOCATED, held);
      case Allocate late                               -> worker.decline(late);
      case Command other                               -> Behaviors.same();
    });
  }

  // ---- what several states have in common ----

  /** What comes to an idle machine, warm, cold or suspended. */
  Behavior<Command> idle(HeldMachine held, Command message) {
    return switch (message) {
      case Retire(var cause)                                                       -> end.expire(State.IDLE, held, cause);
      case Missing(var asOf) when isUnchanged(asOf)                                -> lookFor(held);
      case LookedFor(var asOf, var gone) when gone && isUnchanged(asOf)            -> end.gone(held);
      case Drifted(var asOf, var seen) when isUnchanged(asOf) -> end.expire(State.IDLE, held, "drifted seen=" + seen);
      case Command other -> meanwhile(State.IDLE, held, other);
    };
  }

  /** What comes to a machine at any time when it is not granted, and is not what it waits for. */
  Behavior<Command> meanwhile(State state, HeldMachine held, Command message) {
    return switch (message) {
      case LeaseNews news   -> worker.lease.hear(news, state, held);
      case UseEnds ended    -> end.expire(state, held, "use-ends");
      case Condemned(var of, var cause) when of.equals(held.id()) -> end.expire(state, condemned(held, cause), cause);
      case SeenSuspended(var asOf, var seen) when worker.rules().isTainted(held, seen, asOf) ->
          end.expire(state, held, "seen-suspended");
      case StepBack later   -> worker.stepBack(state);
      case Close(var destroy) -> end.close(state, held, destroy);
      case Allocate early   -> worker.decline(early);
      case Boot already     -> Behaviors.same();
      case Suspend early    -> Behaviors.same();
      case Retire early     -> Behaviors.same();
      case Free stale       -> Behaviors.same();
      case Verdict outdated -> Behaviors.same();
      case Outcome stale    -> worker.late(state, stale);
      case Due stale        -> worker.late(state, stale);
    };
  }

  // ---- the transitions: the call, then the log line, then the next state ----

  Behavior<Command> toWarm(State from, HeldMachine held, String cause) {
    worker.journal.transition(from, State.IDLE, cause);
    probeLater();
    worker.journal.report(Use.WARM, held);
    return warm(held, 0);
  }

  /** Whether the lease outlasts the request; none takes longer than the pool was told, whatever it says. */
  private boolean lasts(Allocate asked) {
    var settings = worker.with.settings();
    var asks = asked.waiter().timeLeft(worker.now().steady());
    var timeLeft = asks.compareTo(settings.requestTime()) < 0 ? asks : settings.requestTime();
    return worker.lease.leaves(settings.leaseReserve(timeLeft));
  }

  private Behavior<Command> grant(HeldMachine held, Waiter waiter) {
    var request = waiter.request();
    var now = worker.now();
    var grant = new Grant(worker.name, held.id(), held.boot(), held.grants() + 1);
    worker.timers.cancel(ProbeDue.class);
    worker.context.unwatch(request.requester()); // it may have held this machine before
    worker.context.watchWith(request.requester(), new RequesterDied(grant));
    worker.timer(Overdue.class, new Overdue(grant), waiter.timeLeft(now.steady()).plus(PoolSettings.SLACK));
    request.replyTo().tell(new PoolSupervisor.Granted(grant));
    worker.journal.granted(grant, request.run());
    worker.journal.report(Use.BUSY, held);
    return allocated(held.granted(worker.journal.change()), grant, now);
  }

  private Behavior<Command> over(HeldMachine held, String cause, Grant grant, Moment since) {
    worker.timers.cancel(Overdue.class);
    var heldFor = Duration.between(since.steady(), worker.now().steady());
    var why = cause + " grant=" + grant.number() + " held_ms=" + heldFor.toMillis();
    return held.doom().isPresent() ? end.expire(State.ALLOCATED, held, held.doom().get() + " after " + why)
        : end.stop(State.ALLOCATED, held, why);
  }

  /** The clock says that the lease is over, and its timer has not noticed yet. */
  private Behavior<Command> declineAndLose(HeldMachine held, Allocate request) {
    worker.decline(request);
    return worker.lost(State.IDLE, held, "lease-over");
  }

  private Behavior<Command> declineAndExpire(HeldMachine held, Allocate request) {
    worker.decline(request);
    return end.expire(State.IDLE, held, "use-ends");
  }

  private Behavior<Command> declineUntilRenewed(HeldMachine held, Allocate request) {
    if (!worker.lease.isRenewed()) return declineAndExpire(held, request);
    worker.lease.renewNow();
    worker.journal.transition(State.IDLE, State.IDLE, "lease-short");
    worker.journal.report(Use.STALLED, held);
    worker.decline(request);
    return lapsed(held);
  }

  private HeldMachine condemned(HeldMachine held, String cause) {
    worker.journal.condemned(held.id(), cause, held.doom());
    return held.condemned(cause);
  }

  // ---- is it still there, is it still well ----

  private boolean isUnchanged(long asOf) {
    return worker.rules().isUnchanged(asOf, worker.journal.change());
  }

  private Behavior<Command> lookFor(HeldMachine held) {
    worker.calls.lookFor(held.id(), worker.journal.change());
    return Behaviors.same();
  }

  private void probeLater() {
    var time = worker.with.settings().ownership().probeTime();
    worker.timer(ProbeDue.class, new ProbeDue(), time.minusMillis(worker.with.random().nextLong(time.toMillis() / 4 + 1)));
  }

  private Behavior<Command> probe(HeldMachine held, long polls) {
    worker.calls.checkHealth(held, polls);
    return Behaviors.same();
  }

  private Behavior<Command> probed(HeldMachine held, WorkerHealth.Healthy answer) {
    if (!held.isTheOneOf(answer)) return end.expire(State.IDLE, held, "another-boot-answered");
    probeLater();
    return warm(held, 0);
  }

  private Behavior<Command> notWell(HeldMachine held, int unwell) {
    if (unwell >= UNWELL_MAX) return end.expire(State.IDLE, held, "not-healthy");
    worker.timer(ProbeDue.class, new ProbeDue(), Duration.ofSeconds(1));
    return warm(held, unwell);
  }
}
