package coordbfaas.pool;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerCalls.Call;
import coordbfaas.pool.WorkerCalls.CallFailed;
import coordbfaas.pool.WorkerCalls.Healthy;
import coordbfaas.pool.WorkerCalls.NotHealthy;
import coordbfaas.pool.WorkerCalls.Suspended;
import coordbfaas.pool.WorkerCalls.Suspending;
import coordbfaas.pool.WorkerMachine.Boot;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.ProbeDue;
import coordbfaas.pool.WorkerMachine.Retire;
import coordbfaas.pool.WorkerMachine.State;
import coordbfaas.pool.WorkerReport.Use;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A {@link WorkerMachine} that was booted ahead of demand and is suspended until it is wanted. Nobody has used it. */
final class WorkerSleep {
  private final WorkerContext worker;
  private final WorkerMachine machine;

  WorkerSleep(WorkerContext worker, WorkerMachine machine) {
    this.worker = worker;
    this.machine = machine;
  }

  // ---- the states ----

  /**
   * Suspend was called.
   *
   * @param wanted whether somebody waits for it: it is not resumed before it is suspended
   */
  private Behavior<Command> suspending(HeldMachine held, boolean wanted, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Suspending answered -> awaitSuspended(held, wanted, 0);
      case CallFailed(var call, var failure) when call == Call.SUSPEND -> notSuspended(held, wanted, failure, failures + 1);
      case Boot asked          -> wanted(held, () -> suspending(held, true, failures));
      case Command other       -> meanwhile(held, other);
    });
  }

  /** Its suspend was not sent, or not taken: it runs, until suspend is called again. */
  private Behavior<Command> awakeStill(HeldMachine held, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case CallAgain again -> callSuspend(held, failures);
      case Boot asked      -> {
        worker.timers.cancel(CallAgain.class);
        yield machine.toWarm(State.IDLE, held, "wanted");
      }
      case Command other   -> meanwhile(held, other);
    });
  }

  /** Its suspend was refused, and its worker was asked whether it runs. */
  private Behavior<Command> refused(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Healthy(var answer, var boots) when boots == held.boots() -> awake(held, answer);
      case NotHealthy(var boots, var polls) when boots == held.boots() -> stop(held);
      case Command other -> meanwhile(held, other);
    });
  }

  /** The API suspends it, and was asked to tell when it is done. */
  private Behavior<Command> fallingAsleep(HeldMachine held, boolean wanted, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Suspended suspended when wanted -> machine.boot.start(held);
      case Suspended suspended             -> suspended(held);
      case CallFailed(var call, var failure) when call == Call.AWAIT_SUSPENDED -> notAwaited(held, wanted, failure, failures + 1);
      case Boot asked                      -> wanted(held, () -> fallingAsleep(held, true, failures));
      case Command other                   -> meanwhile(held, other);
    });
  }

  /** The API suspends it, and did not tell whether it is done. */
  private Behavior<Command> awaitingAgain(HeldMachine held, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case CallAgain again -> awaitSuspended(held, false, failures);
      case Boot asked      -> wanted(held, () -> awaitSuspended(held, true, failures));
      case Command other   -> meanwhile(held, other);
    });
  }

  private Behavior<Command> asleep(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Boot asked    -> machine.boot.start(held);
      case Command other -> machine.idle(held, other);
    });
  }

  private Behavior<Command> meanwhile(HeldMachine held, Command message) {
    return switch (message) {
      case Retire(var cause) -> machine.end.expire(State.IDLE, held, cause); // to the pool it is suspended already
      case Command other     -> machine.meanwhile(State.IDLE, held, other);
    };
  }

  // ---- the transitions ----

  Behavior<Command> suspend(HeldMachine held) {
    if (held.isUsed()) throw new IllegalStateException("a machine that was used since its boot is never suspended");
    worker.timers.cancel(ProbeDue.class);
    worker.journal.transition(State.IDLE, State.IDLE, "suspend");
    worker.journal.report(Use.SUSPENDED, held);
    return callSuspend(held, 0);
  }

  private Behavior<Command> callSuspend(HeldMachine held, int failures) {
    if (worker.lease.isOver()) return worker.lost(State.IDLE, held, "lease-over");
    worker.calls.suspend(held, worker.lease);
    return suspending(held, false, failures);
  }

  private Behavior<Command> awaitSuspended(HeldMachine held, boolean wanted, int failures) {
    worker.timers.cancel(CallAgain.class);
    worker.calls.awaitSuspended(held);
    return fallingAsleep(held, wanted, failures);
  }

  private Behavior<Command> wanted(HeldMachine held, Supplier<Behavior<Command>> then) {
    worker.journal.report(Use.COMING, held);
    return then.get();
  }

  private Behavior<Command> suspended(HeldMachine held) {
    worker.journal.transition(State.IDLE, State.IDLE, "suspended");
    worker.journal.report(Use.SUSPENDED, held);
    return asleep(held);
  }

  private Behavior<Command> notSuspended(HeldMachine held, boolean wanted, MachinesFailure failure, int failures) {
    if (worker.rules().isLost(failure)) return worker.lost(State.IDLE, held, "lease-lost");
    if (worker.rules().isNotNow(failure) && !worker.rules().leavesDoubt(failure)) {
      if (wanted) return machine.toWarm(State.IDLE, held, "wanted");
      worker.callLater(Call.SUSPEND, failure, failures);
      return awakeStill(held, failures);
    }
    worker.journal.failed(Call.SUSPEND, failure);
    return worker.rules().isRefused(failure) ? askWhetherItRuns(held.whoseSuspendWasRefused()) : stop(held);
  }

  /** What cannot be suspended may be so for not running any more. */
  private Behavior<Command> askWhetherItRuns(HeldMachine held) {
    var asked = held.starting(false); // an answer to an earlier question is none to this one
    worker.calls.checkHealth(asked, 0);
    return refused(asked);
  }

  private Behavior<Command> awake(HeldMachine held, WorkerHealth.Healthy answer) {
    return held.isTheOneOf(answer) ? machine.toWarm(State.IDLE, held, "suspend-refused")
        : machine.end.expire(State.IDLE, held, "another-boot-answered");
  }

  /** The suspend was answered: the machine is not awake any more, whatever its wait comes to. */
  private Behavior<Command> notAwaited(HeldMachine held, boolean wanted, MachinesFailure failure, int failures) {
    if (worker.isUntold(failure) && !wanted) {
      worker.callLater(Call.AWAIT_SUSPENDED, failure, failures);
      return awaitingAgain(held, failures);
    }
    worker.journal.failed(Call.AWAIT_SUSPENDED, failure);
    return stop(held);
  }

  /** It may be suspended any time now, or is: it is stopped, and booted again under another nonce. */
  private Behavior<Command> stop(HeldMachine held) {
    return machine.end.stop(State.IDLE, held.withDoubt(true), "not-suspended");
  }
}
