package coordbfaas.pool;

import static coordbfaas.pool.WorkerContext.notDone;
import static coordbfaas.pool.WorkerContext.notNow;
import static coordbfaas.pool.WorkerContext.untold;

import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerCalls.CallFailed;
import coordbfaas.pool.WorkerCalls.Created;
import coordbfaas.pool.WorkerCalls.Healthy;
import coordbfaas.pool.WorkerCalls.NotHealthy;
import coordbfaas.pool.WorkerCalls.Outcome;
import coordbfaas.pool.WorkerCalls.Started;
import coordbfaas.pool.WorkerCalls.Starting;
import coordbfaas.pool.WorkerMachine.Allocate;
import coordbfaas.pool.WorkerMachine.Boot;
import coordbfaas.pool.WorkerMachine.BootTimeout;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Close;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.Due;
import coordbfaas.pool.WorkerMachine.Free;
import coordbfaas.pool.WorkerMachine.LeaseEnds;
import coordbfaas.pool.WorkerMachine.PollAgain;
import coordbfaas.pool.WorkerMachine.State;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A {@link WorkerMachine} on its way up, from its create or a start until its new boot is healthy. */
final class WorkerBoot {
  private static final Backoff POLL_AGAIN = new Backoff(Duration.ofMillis(10), Duration.ofMillis(250));

  private final WorkerContext worker;
  private final WorkerMachine machine;
  private final WorkerEnd end;

  WorkerBoot(WorkerContext worker, WorkerMachine machine, WorkerEnd end) {
    this.worker = worker;
    this.machine = machine;
    this.end = end;
  }

  // ---- the states ----

  /** Create was called. A close waits for the answer, so that no machine is left running. */
  private Behavior<Command> creating(boolean closing, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Created(var machine, var leaseEnd) -> {
        noLongerStalled(failures);
        yield created(machine, leaseEnd, closing);
      }
      case CallFailed(var call, var failure) when !closing && notNow(failure) ->
          createLater(call, failure, failures + 1);
      case CallFailed(var call, var failure)  -> notCreated(call, failure);
      case Close close                        -> creating(true, failures);
      case Allocate early                     -> worker.decline(early);
      case Boot early                         -> Behaviors.same();
      case Free stale                         -> Behaviors.same();
      case Outcome none                       -> Behaviors.unhandled();
      case Due none                           -> Behaviors.unhandled();
    });
  }

  /** The API let nothing be created. */
  private Behavior<Command> createStalled(int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case CallAgain again -> createAgain(failures);
      case Close close     -> worker.end(State.CREATING, "closed");
      case Allocate early  -> worker.decline(early);
      case Boot early      -> Behaviors.same();
      case Free stale      -> Behaviors.same();
      case Outcome none    -> Behaviors.unhandled();
      case Due none        -> Behaviors.unhandled();
    });
  }

  /** Start was called. A close waits for the answer: a stop that came before the start would leave the machine running. */
  private Behavior<Command> starting(HeldMachine held, boolean closing, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Starting answered when closing    -> end.stop(State.IDLE, held, "close", true);
      case Starting(var previous) when previous == MachineState.STOPPED -> {
        noLongerStalled(failures);
        yield started(held);
      }
      case Starting(var previous)            -> end.expire(State.IDLE, held, "started-before previous=" + previous);
      case CallFailed(var call, var failure) when closing && notDone(failure) ->
          end.stop(State.IDLE, held, "close", true);
      case CallFailed(var call, var failure) when call.equals("start") && notNow(failure) ->
          startLater(held, failure, failures + 1);
      case CallFailed(var call, var failure) -> end.failed(State.IDLE, held, call, failure);
      case BootTimeout over                  -> end.expire(State.IDLE, held, "boot-timeout");
      case LeaseEnds ended                   -> end.expire(State.IDLE, held, "lease-ends");
      case Close close                       -> starting(held, true, failures);
      case Allocate early                    -> worker.decline(early);
      case Boot already                      -> Behaviors.same();
      case Free stale                        -> Behaviors.same();
      case Outcome stale                     -> worker.late(State.IDLE, stale);
      case Due stale                         -> worker.late(State.IDLE, stale);
    });
  }

  /** The API did not let it start. */
  private Behavior<Command> startStalled(HeldMachine held, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case CallAgain again -> startAgain(held, failures);
      case LeaseEnds ended -> end.expire(State.IDLE, held, "lease-ends");
      case Close close     -> end.stop(State.IDLE, held, "close", true); // one of the attempts may have been carried out
      case Allocate early  -> worker.decline(early);
      case Boot already    -> Behaviors.same();
      case Free stale      -> Behaviors.same();
      case Outcome stale   -> worker.late(State.IDLE, stale);
      case Due stale       -> worker.late(State.IDLE, stale);
    });
  }

  /** It is on its way up, from its create or a start: until its new boot is healthy. */
  private Behavior<Command> booting(State state, HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Started started                   -> poll(held, 0);
      case Healthy(var answer)               -> healthy(state, held, answer);
      case NotHealthy(var polls)             -> pollLater(polls);
      case PollAgain(var polls)              -> poll(held, polls);
      case CallFailed(var call, var failure) when untold(failure) -> poll(held, 0);
      case CallFailed(var call, var failure) -> end.failed(state, held, call, failure);
      case BootTimeout over                  -> end.expire(state, held, "boot-timeout");
      case LeaseEnds ended                   -> end.expire(state, held, "lease-ends");
      case Close close                       -> end.stop(state, held, "close", true);
      case Allocate early                    -> worker.decline(early);
      case Boot already                      -> Behaviors.same();
      case Free stale                        -> Behaviors.same();
      case Outcome stale                     -> worker.late(state, stale);
      case Due stale                         -> worker.late(state, stale);
    });
  }

  // ---- the transitions ----

  Behavior<Command> create() {
    worker.journal.transition(State.CREATING, State.CREATING, "slot-taken");
    worker.journal.report(Use.COMING);
    return createAgain(0);
  }

  private Behavior<Command> createAgain(int failures) {
    worker.calls.create();
    return creating(false, failures);
  }

  private Behavior<Command> createLater(String call, MachinesFailure failure, int failures) {
    worker.callLater(call, failure, failures);
    worker.journal.report(Use.STALLED);
    return createStalled(failures);
  }

  private Behavior<Command> created(Machine machine, Instant leaseEnd, boolean closing) {
    if (machine.nonce().isEmpty()) {
      worker.context.getLog().error("machine created without a lease id={}", machine.id());
      return worker.end(State.CREATING, "no-lease");
    }
    var usableUntil = leaseEnd.minus(worker.with.settings().leaseReserve());
    var held = new HeldMachine(machine, machine.nonce().get(), usableUntil, "", 0);
    if (closing) return end.stop(State.CREATING, held, "close", true);
    worker.timer(LeaseEnds.class, new LeaseEnds(), Duration.between(worker.now(), usableUntil));
    bootTimer();
    return awaitStarted(held);
  }

  /** Whether it was created all the same is for a reconcile to find out. */
  private Behavior<Command> notCreated(String call, MachinesFailure failure) {
    worker.journal.failed(call, failure);
    return worker.end(State.CREATING, "create-failed");
  }

  Behavior<Command> start(HeldMachine held) {
    worker.journal.transition(State.IDLE, State.IDLE, "start");
    worker.journal.report(Use.COMING);
    return startAgain(held, 0);
  }

  private Behavior<Command> startAgain(HeldMachine held, int failures) {
    worker.calls.start(held);
    bootTimer();
    return starting(held, false, failures);
  }

  private void noLongerStalled(int failures) {
    if (failures > 0) worker.journal.report(Use.COMING);
  }

  private Behavior<Command> startLater(HeldMachine held, MachinesFailure failure, int failures) {
    worker.timers.cancel(BootTimeout.class);
    worker.callLater("start", failure, failures);
    worker.journal.report(Use.STALLED);
    return startStalled(held, failures);
  }

  /** A create takes seconds, so Fly is asked to tell when it is done. */
  private Behavior<Command> awaitStarted(HeldMachine held) {
    worker.calls.awaitStarted(held);
    return booting(State.CREATING, held);
  }

  /** A start takes moments: the worker is asked at once, and Fly's one call a second of each kind is left for the stops. */
  private Behavior<Command> started(HeldMachine held) {
    poll(held, 0);
    return booting(State.IDLE, held);
  }

  private Behavior<Command> poll(HeldMachine held, long polls) {
    worker.calls.checkHealth(held, polls);
    return Behaviors.same();
  }

  private Behavior<Command> pollLater(long polls) {
    worker.timer(PollAgain.class, new PollAgain(polls), POLL_AGAIN.after((int) polls));
    return Behaviors.same();
  }

  private Behavior<Command> healthy(State state, HeldMachine held, WorkerHealth.Healthy answer) {
    if (!answer.machine().equals(held.id())) return end.expire(state, held, "another-machine-answered");
    if (answer.boot().equals(held.boot())) return end.expire(state, held, "boot-not-new");
    worker.timers.cancel(BootTimeout.class);
    worker.journal.transition(state, State.IDLE, "healthy");
    worker.journal.report(Use.WARM);
    return machine.warm(held.booted(answer.boot()));
  }

  private void bootTimer() {
    worker.timer(BootTimeout.class, new BootTimeout(), worker.with.settings().bootTimeout());
  }
}
