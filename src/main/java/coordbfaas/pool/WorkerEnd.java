package coordbfaas.pool;

import static coordbfaas.pool.WorkerContext.lost;
import static coordbfaas.pool.WorkerContext.notNow;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerCalls.CallFailed;
import coordbfaas.pool.WorkerCalls.Gone;
import coordbfaas.pool.WorkerCalls.Outcome;
import coordbfaas.pool.WorkerCalls.Stopped;
import coordbfaas.pool.WorkerMachine.Allocate;
import coordbfaas.pool.WorkerMachine.Boot;
import coordbfaas.pool.WorkerMachine.BootTimeout;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Close;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.DestroyAgain;
import coordbfaas.pool.WorkerMachine.Due;
import coordbfaas.pool.WorkerMachine.Free;
import coordbfaas.pool.WorkerMachine.LeaseEnds;
import coordbfaas.pool.WorkerMachine.State;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A {@link WorkerMachine} on its way down, to be booted again or destroyed. */
final class WorkerEnd {
  private static final Backoff DESTROY_AGAIN = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30));

  private final WorkerContext worker;
  private final WorkerMachine machine;

  WorkerEnd(WorkerContext worker, WorkerMachine machine) {
    this.worker = worker;
    this.machine = machine;
  }

  // ---- the states ----

  /** Stop was called. */
  private Behavior<Command> stopping(HeldMachine held, boolean closing, int failures) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Stopped stopped when closing      -> worker.end(State.STOPPING, "closed");
      case Stopped stopped                   -> stopped(held);
      case CallAgain again                   -> stopAgain(held);
      case CallFailed(var call, var failure) when call.equals("stop") && notNow(failure) ->
          stopLater(held, closing, failure, failures + 1);
      case CallFailed(var call, var failure) when call.equals("stop") || lost(failure) ->
          failed(State.STOPPING, held, call, failure);
      case LeaseEnds ended                   -> stopping(held.leaseOver(), closing, failures);
      case Close close                       -> stopping(held, true, failures);
      case Allocate early                    -> worker.decline(early);
      case Boot early                        -> Behaviors.same();
      case Free stale                        -> Behaviors.same();
      case Outcome stale                     -> worker.late(State.STOPPING, stale);
      case Due stale                         -> worker.late(State.STOPPING, stale);
    });
  }

  private Behavior<Command> expired(HeldMachine held, int attempts) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Gone gone                                            -> worker.end(State.EXPIRED, "gone");
      case CallFailed(var call, var failure) when lost(failure) -> worker.end(State.EXPIRED, "lease-lost");
      case CallFailed(var call, var failure)                    -> destroyLater(held, call, attempts);
      case DestroyAgain(var attempt)                            -> destroy(held, attempt);
      case Allocate late                                        -> worker.decline(late);
      case Close close                                          -> Behaviors.same();
      case Boot late                                            -> Behaviors.same();
      case Free stale                                           -> Behaviors.same();
      case Outcome stale                                        -> worker.late(State.EXPIRED, stale);
      case Due stale                                            -> worker.late(State.EXPIRED, stale);
    });
  }

  // ---- the transitions ----

  Behavior<Command> stop(State from, HeldMachine held, String cause, boolean closing) {
    worker.timers.cancel(BootTimeout.class);
    worker.timers.cancel(CallAgain.class);
    worker.calls.stop(held);
    worker.journal.transition(from, State.STOPPING, cause);
    worker.journal.report(Use.BUSY);
    return stopping(held, closing, 0);
  }

  private Behavior<Command> stopAgain(HeldMachine held) {
    worker.calls.stop(held);
    return Behaviors.same();
  }

  private Behavior<Command> stopLater(HeldMachine held, boolean closing, MachinesFailure failure, int failures) {
    worker.callLater("stop", failure, failures);
    return stopping(held, closing, failures);
  }

  private Behavior<Command> stopped(HeldMachine held) {
    if (worker.leaseIsOver(held)) return expire(State.STOPPING, held, "lease-ends");
    worker.journal.transition(State.STOPPING, State.IDLE, "stopped");
    worker.journal.report(Use.COLD);
    return machine.cold(held);
  }

  Behavior<Command> failed(State from, HeldMachine held, String call, MachinesFailure failure) {
    if (lost(failure)) return worker.end(from, "lease-lost");
    worker.journal.failed(call, failure);
    return expire(from, held, call + "-failed");
  }

  Behavior<Command> expire(State from, HeldMachine held, String cause) {
    worker.timers.cancelAll();
    worker.journal.transition(from, State.EXPIRED, cause);
    worker.journal.report(Use.EXPIRED);
    return destroy(held, 0);
  }

  private Behavior<Command> destroy(HeldMachine held, int attempts) {
    worker.calls.destroy(held);
    return expired(held, attempts);
  }

  private Behavior<Command> destroyLater(HeldMachine held, String call, int attempts) {
    if (!call.equals("destroy")) return Behaviors.same(); // an answer to what was asked before it expired
    worker.timer(DestroyAgain.class, new DestroyAgain(attempts + 1), DESTROY_AGAIN.after(attempts + 1));
    return Behaviors.same();
  }
}
