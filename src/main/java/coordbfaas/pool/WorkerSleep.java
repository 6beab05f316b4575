package coordbfaas.pool;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerCalls.Call;
import coordbfaas.pool.WorkerCalls.CallFailed;
import coordbfaas.pool.WorkerCalls.Suspended;
import coordbfaas.pool.WorkerMachine.Boot;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.ProbeDue;
import coordbfaas.pool.WorkerMachine.State;
import coordbfaas.pool.WorkerReport.Use;
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

  /** @param wanted whether somebody waits for it: it is not resumed before it is suspended */
  private Behavior<Command> suspending(HeldMachine held, boolean wanted, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Suspended suspended when wanted -> machine.boot.start(held);
      case Suspended suspended             -> suspended(held);
      case CallFailed(var call, var failure) when call == Call.SUSPEND -> notSuspended(held, wanted, failure, failures + 1);
      case CallAgain again                 -> callSuspend(held, wanted, failures);
      case Boot asked                      -> wanted(held, failures);
      case Command other                   -> machine.meanwhile(State.IDLE, held, other);
    });
  }

  private Behavior<Command> asleep(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Boot asked    -> machine.boot.start(held);
      case Command other -> machine.idle(held, other);
    });
  }

  // ---- the transitions ----

  Behavior<Command> suspend(HeldMachine held) {
    if (held.isUsed()) throw new IllegalStateException("a machine that was used since its boot is never suspended");
    worker.timers.cancel(ProbeDue.class);
    worker.journal.transition(State.IDLE, State.IDLE, "suspend");
    worker.journal.report(Use.SUSPENDED, held);
    return callSuspend(held, false, 0);
  }

  private Behavior<Command> callSuspend(HeldMachine held, boolean wanted, int failures) {
    if (worker.lease.isOver()) return worker.lost(State.IDLE, held, "lease-over");
    worker.calls.suspend(held, worker.lease);
    return suspending(held, wanted, failures);
  }

  private Behavior<Command> wanted(HeldMachine held, int failures) {
    worker.journal.report(Use.COMING, held);
    return suspending(held, true, failures);
  }

  private Behavior<Command> suspended(HeldMachine held) {
    worker.journal.transition(State.IDLE, State.IDLE, "suspended");
    worker.journal.report(Use.SUSPENDED, held);
    return asleep(held);
  }

  /** If it may be suspended any time now, it is stopped, and booted again under another nonce. */
  private Behavior<Command> notSuspended(HeldMachine held, boolean wanted, MachinesFailure failure, int failures) {
    if (worker.rules().isLost(failure)) return worker.lost(State.IDLE, held, "lease-lost");
    if (worker.rules().isNotNow(failure) && !worker.rules().leavesDoubt(failure) && !wanted) {
      worker.callLater(Call.SUSPEND, failure, failures);
      return suspending(held, false, failures);
    }
    worker.journal.failed(Call.SUSPEND, failure);
    if (worker.rules().isRefused(failure))
      return machine.toWarm(State.IDLE, held.whoseSuspendWasRefused(), "suspend-refused");
    return machine.end.stop(State.IDLE, held.withDoubt(true), "not-suspended");
  }
}
