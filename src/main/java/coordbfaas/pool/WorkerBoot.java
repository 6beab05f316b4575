package coordbfaas.pool;

import coordbfaas.machines.Lease;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerCalls.Call;
import coordbfaas.pool.WorkerCalls.CallFailed;
import coordbfaas.pool.WorkerCalls.Created;
import coordbfaas.pool.WorkerCalls.Healthy;
import coordbfaas.pool.WorkerCalls.LeaseRead;
import coordbfaas.pool.WorkerCalls.NotHealthy;
import coordbfaas.pool.WorkerCalls.NotStarted;
import coordbfaas.pool.WorkerCalls.Outcome;
import coordbfaas.pool.WorkerCalls.Started;
import coordbfaas.pool.WorkerCalls.Starting;
import coordbfaas.pool.WorkerLease.LeaseNews;
import coordbfaas.pool.WorkerMachine.Allocate;
import coordbfaas.pool.WorkerMachine.BootTimeout;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Close;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.Found;
import coordbfaas.pool.WorkerMachine.PollAgain;
import coordbfaas.pool.WorkerMachine.State;
import coordbfaas.pool.WorkerMachine.StepBack;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A {@link WorkerMachine} on its way up, from its create or a start until its new boot is healthy. */
final class WorkerBoot {
  private static final Backoff POLL_AGAIN = new Backoff(Duration.ofMillis(10), Duration.ofMillis(250));

  /**
   * How far a create has come.
   *
   * @param failures in a row
   * @param doubted whether one of them may have made a machine all the same
   * @param closing what is to become of the machine, if the pool is being closed
   */
  private record Try(int failures, boolean doubted, Optional<Close> closing) {
    Try failed(boolean inDoubt) {
      return new Try(failures + 1, doubted || inDoubt, closing);
    }

    Try closing(Close close) {
      return new Try(failures, doubted, Optional.of(close));
    }
  }

  private final WorkerContext worker;
  private final WorkerMachine machine;

  WorkerBoot(WorkerContext worker, WorkerMachine machine) {
    this.worker = worker;
    this.machine = machine;
  }

  // ---- the states ----

  /** Create was called. A close waits for the answer, so that no machine is left running. */
  private Behavior<Command> creating(Try attempt) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Created(var made, var sent)         -> created(made, sent, attempt);
      case CallFailed(var call, var failure)   -> notCreated(failure, attempt.failed(worker.rules().leavesDoubt(failure)));
      case Close close                         -> creating(attempt.closing(close));
      case StepBack later                      -> worker.stepBack(State.CREATING);
      case Allocate early                      -> worker.decline(early);
      case Outcome none                        -> Behaviors.unhandled();
      case LeaseNews none                      -> Behaviors.unhandled();
      case Command other                       -> Behaviors.same();
    });
  }

  /** Nothing was created, or nobody knows: create is called until that is known, for as long the name may be taken. */
  private Behavior<Command> createStalled(Try attempt) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case CallAgain again -> createAgain(attempt);
      case Found(var id)   -> machine.reclaim.begin(id, attempt.closing());
      case Close close when !attempt.doubted() -> worker.end(State.CREATING, "closed");
      case Close close     -> createAgain(attempt.closing(close)); // or a machine that nobody knows of is left running
      case StepBack later  -> worker.stepBack(State.CREATING);
      case Allocate early  -> worker.decline(early);
      case Outcome none    -> Behaviors.unhandled();
      case LeaseNews none  -> Behaviors.unhandled();
      case Command other   -> Behaviors.same();
    });
  }

  /** Start was called. A close waits for the answer: a stop that came before the start would leave the machine running. */
  private Behavior<Command> starting(HeldMachine held, Optional<Close> closing, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Starting answered when closing.isPresent() -> machine.end.close(State.IDLE, held, closing.get().destroy());
      case Starting(var previous) when worker.rules().isCleanBoot(previous, held) -> started(held, previous, failures);
      case Starting(var previous)      -> machine.end.expire(State.IDLE, held, "started-before previous=" + previous);
      case CallFailed(var call, var failure) when call == Call.START -> notStarted(held, failure, closing, failures + 1);
      case BootTimeout over            -> machine.end.expire(State.IDLE, held, "boot-timeout");
      case Close close                 -> starting(held, Optional.of(close), failures);
      case Command other               -> machine.meanwhile(State.IDLE, held, other);
    });
  }

  /** The API did not let it start. */
  private Behavior<Command> startStalled(HeldMachine held, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case CallAgain again -> startAgain(held, failures);
      case Command other   -> machine.meanwhile(State.IDLE, held, other);
    });
  }

  /** It is on its way up, from its create or a start: until its new boot is healthy. */
  private Behavior<Command> booting(State state, HeldMachine held, boolean resumed) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Started(var boots) when boots == held.boots()               -> poll(held, 0);
      case Healthy(var answer, var boots) when boots == held.boots()   -> healthy(state, held, answer, resumed);
      case NotHealthy(var boots, var polls) when boots == held.boots() -> pollLater(polls);
      case PollAgain(var polls)              -> poll(held, polls);
      case NotStarted(var boots, var failure) when boots == held.boots() && worker.isUntold(failure) -> poll(held, 0);
      case NotStarted(var boots, var failure) when boots == held.boots() ->
          machine.end.failed(state, held, Call.AWAIT_STARTED, failure);
      case BootTimeout over                  -> machine.end.expire(state, held, "boot-timeout");
      case Command other                     -> machine.meanwhile(state, held, other);
    });
  }

  /** It is healthy, and its lease is being read. */
  private Behavior<Command> proving(State state, HeldMachine held, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case LeaseRead(var lease) -> proved(state, held, lease);
      case CallFailed(var call, var failure) when call == Call.READ_LEASE -> proveLater(state, held, failure, failures + 1);
      case CallAgain again      -> prove(state, held, failures);
      case BootTimeout over     -> machine.end.expire(state, held, "boot-timeout");
      case Command other        -> machine.meanwhile(state, held, other);
    });
  }

  // ---- the transitions: create ----

  Behavior<Command> create() {
    worker.journal.transition(State.CREATING, State.CREATING, "slot-taken");
    worker.journal.report(Use.COMING);
    return createAgain(new Try(0, false, Optional.empty()));
  }

  private Behavior<Command> createAgain(Try attempt) {
    worker.calls.create();
    return creating(attempt);
  }

  private Behavior<Command> created(Machine made, Moment sent, Try attempt) {
    var closing = attempt.closing();
    if (made.nonce().isEmpty()) return machine.reclaim.begin(made.id(), closing);
    var held = HeldMachine.made(made).starting(true);
    worker.lease.begins(made.id(), made.nonce().get(), sent, Duration.ZERO);
    if (closing.isPresent()) return machine.end.close(State.CREATING, held, closing.get().destroy());
    worker.journal.report(Use.COMING, held);
    bootTimer();
    return awaitStarted(held);
  }

  /** What was created may be ours all the same: as long as that is not known, the slot is not free. */
  private Behavior<Command> notCreated(MachinesFailure failure, Try attempt) {
    var taken = failure instanceof MachinesFailure.Rejected rejected ? rejected.nameTakenBy() : Optional.<String>empty();
    if (taken.isPresent()) return machine.reclaim.begin(taken.get(), attempt.closing());
    if (attempt.closing().isPresent() && !attempt.doubted()) return worker.end(State.CREATING, "closed");
    if (!worker.rules().isNotNow(failure) && !attempt.doubted()) {
      worker.journal.failed(Call.CREATE, failure);
      return worker.end(State.CREATING, "create-failed");
    }
    worker.callLater(Call.CREATE, failure, attempt.failures());
    worker.journal.report(Use.STALLED);
    return createStalled(attempt);
  }

  // ---- the transitions: start ----

  Behavior<Command> start(HeldMachine held) {
    worker.journal.transition(State.IDLE, State.IDLE, "start");
    return startAgain(held, 0);
  }

  private Behavior<Command> startAgain(HeldMachine held, int failures) {
    if (worker.lease.isOver()) return worker.lost(State.IDLE, held, "lease-over");
    if (failures == 0) worker.journal.report(Use.COMING, held);
    worker.calls.start(held, worker.lease);
    bootTimer();
    return starting(held, Optional.empty(), failures);
  }

  private Behavior<Command> notStarted(HeldMachine held, MachinesFailure failure, Optional<Close> closing, int failures) {
    if (worker.rules().isLost(failure)) return worker.lost(State.IDLE, held, "lease-lost");
    var doubted = held.withDoubt(held.doubted() || worker.rules().leavesDoubt(failure));
    if (closing.isPresent()) return machine.end.close(State.IDLE, doubted, closing.get().destroy());
    if (worker.rules().leavesDoubt(failure)) {
      worker.journal.failed(Call.START, failure);
      return machine.end.stop(State.IDLE, doubted, "start-in-doubt");
    }
    if (!worker.rules().isNotNow(failure)) return machine.end.failed(State.IDLE, held, Call.START, failure);
    worker.timers.cancel(BootTimeout.class);
    worker.callLater(Call.START, failure, failures);
    worker.journal.report(Use.STALLED, held);
    return startStalled(held, failures);
  }

  /** A create takes seconds, so Fly is asked to tell when it is done. */
  private Behavior<Command> awaitStarted(HeldMachine held) {
    worker.calls.awaitStarted(held);
    return booting(State.CREATING, held, false);
  }

  /**
   * A start takes moments: the worker is asked at once, and Fly's one call a second of each kind is left for the stops. Somebody
   * waits for one that resumes, so Fly is asked as well: between two questions to the worker as much time may pass as it takes.
   */
  private Behavior<Command> started(HeldMachine held, MachineState previous, int failures) {
    if (failures > 0) worker.journal.report(Use.COMING, held);
    var resumed = previous == MachineState.SUSPENDED;
    var up = held.starting(!resumed);
    if (resumed) worker.calls.awaitStarted(up);
    poll(up, 0);
    return booting(State.IDLE, up, resumed);
  }

  // ---- the transitions: the worker's answers ----

  private Behavior<Command> poll(HeldMachine held, long polls) {
    worker.calls.checkHealth(held, polls);
    return Behaviors.same();
  }

  private Behavior<Command> pollLater(long polls) {
    worker.timer(PollAgain.class, new PollAgain(polls), POLL_AGAIN.after((int) polls));
    return Behaviors.same();
  }

  private Behavior<Command> healthy(State state, HeldMachine held, WorkerHealth.Healthy answer, boolean resumed) {
    if (!answer.machine().equals(held.id())) return machine.end.expire(state, held, "another-machine-answered");
    if (worker.rules().isNewBoot(held, answer.boot())) return prove(state, held.booted(answer.boot()), 0);
    return resumed ? up(state, held, "resumed") : machine.end.expire(state, held, "boot-not-new");
  }

  /**
   * The worker is well; but is it the boot that we made? Only one that goes on after its suspend was proved before: whoever took
   * the machine since would have stopped it first.
   */
  private Behavior<Command> prove(State state, HeldMachine held, int failures) {
    worker.calls.readLease(held.id());
    return proving(state, held, failures);
  }

  private Behavior<Command> proved(State state, HeldMachine held, Optional<Lease> lease) {
    if (!worker.rules().isOurLease(worker.lease.nonce(), lease)) return worker.lost(state, held, "lease-lost");
    return up(state, held, "healthy");
  }

  private Behavior<Command> up(State state, HeldMachine held, String cause) {
    worker.timers.cancel(BootTimeout.class);
    return machine.toWarm(state, held, cause);
  }

  private Behavior<Command> proveLater(State state, HeldMachine held, MachinesFailure failure, int failures) {
    worker.callLater(Call.READ_LEASE, failure, failures);
    return proving(state, held, failures);
  }

  private void bootTimer() {
    worker.timer(BootTimeout.class, new BootTimeout(), worker.with.settings().bootTimeout());
  }
}
