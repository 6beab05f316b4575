package coordbfaas.pool;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerCalls.Call;
import coordbfaas.pool.WorkerCalls.CallFailed;
import coordbfaas.pool.WorkerCalls.Gone;
import coordbfaas.pool.WorkerCalls.Outcome;
import coordbfaas.pool.WorkerCalls.Stopped;
import coordbfaas.pool.WorkerLease.LeaseNews;
import coordbfaas.pool.WorkerLease.NotRenewed;
import coordbfaas.pool.WorkerLease.Renewed;
import coordbfaas.pool.WorkerLease.UseEnds;
import coordbfaas.pool.WorkerMachine.Allocate;
import coordbfaas.pool.WorkerMachine.BootTimeout;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Close;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.Condemned;
import coordbfaas.pool.WorkerMachine.DestroyAgain;
import coordbfaas.pool.WorkerMachine.Due;
import coordbfaas.pool.WorkerMachine.PollAgain;
import coordbfaas.pool.WorkerMachine.ProbeDue;
import coordbfaas.pool.WorkerMachine.State;
import coordbfaas.pool.WorkerMachine.StepBack;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A {@link WorkerMachine} on its way down, to be booted again, kept for the next instance, or destroyed. */
final class WorkerEnd {
  private static final Backoff DESTROY_AGAIN = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(30));

  /**
   * How far a stop has come.
   *
   * @param comes whether the pool waits for the machine: it was reclaimed, and is on its way up
   * @param closing whether it is kept for the next instance then
   * @param failures in a row
   */
  private record Stop(boolean comes, boolean closing, int failures) {
    Stop failed() {
      return new Stop(comes, closing, failures + 1);
    }

    Stop toClose() {
      return new Stop(false, true, failures);
    }
  }

  private final WorkerContext worker;
  private final WorkerMachine machine;

  WorkerEnd(WorkerContext worker, WorkerMachine machine) {
    this.worker = worker;
    this.machine = machine;
  }

  // ---- the states ----

  /** Stop was called. */
  private Behavior<Command> stopping(HeldMachine held, Stop stop) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Stopped stopped when stop.closing() -> keep(held);
      case Stopped stopped                     -> stopped(held);
      case CallAgain again                     -> callStop(held, stop);
      case CallFailed(var call, var failure) when call == Call.STOP -> notStopped(held, failure, stop.failed());
      case Close(var destroy) when !destroy    -> stopping(held, stop.toClose());
      case Command other                       -> machine.meanwhile(State.STOPPING, held, other);
    });
  }

  /** It is stopped and its lease is to last for as long as it may, for the next instance. */
  private Behavior<Command> keeping(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Renewed renewed -> worker.end(State.IDLE, "closed");
      case NotRenewed not  -> worker.end(State.IDLE, "closed");
      case Close(var destroy) when !destroy -> Behaviors.same();
      case Command other   -> machine.meanwhile(State.IDLE, held, other);
    });
  }

  /** It is stopped, and to be destroyed once its maker has had the time to learn that it is ours. */
  private Behavior<Command> awaitingItsMaker(HeldMachine held) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case DestroyAgain due                -> destroy(held, 0);
      case CallFailed(var call, var failure) when worker.rules().isLost(failure) ->
          worker.lost(State.EXPIRED, held, "lease-lost");
      case Close(var destroy) when destroy -> destroy(held, 0);
      case UseEnds ended                   -> Behaviors.same();
      case Condemned again                 -> Behaviors.same();
      case Command other                   -> machine.meanwhile(State.EXPIRED, held, other);
    });
  }

  private Behavior<Command> expired(HeldMachine held, int attempts) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Gone gone                                  -> worker.end(State.EXPIRED, "gone");
      case CallFailed(var call, var failure) when call == Call.DESTROY -> notDestroyed(held, failure, attempts + 1);
      case CallFailed(var call, var failure) when worker.rules().isLost(failure) ->
          worker.lost(State.EXPIRED, held, "lease-lost");
      case DestroyAgain(var attempt)                  -> destroy(held, attempt);
      case LeaseNews news                             -> worker.lease.hear(news, State.EXPIRED, held);
      case StepBack later                             -> worker.stepBack(State.EXPIRED);
      case Allocate late                              -> worker.decline(late);
      case Outcome stale                              -> worker.late(State.EXPIRED, stale);
      case Due stale                                  -> worker.late(State.EXPIRED, stale);
      case Command other                              -> Behaviors.same();
    });
  }

  // ---- the transitions: stop ----

  Behavior<Command> stop(State from, HeldMachine held, String cause) {
    return stop(from, held, cause, false);
  }

  /** Ends the actor: its machine stopped and its lease kept, or destroyed. */
  Behavior<Command> close(State from, HeldMachine held, boolean destroy) {
    return destroy || held.doom().isPresent() ? expireNow(from, held, "close") : stop(from, held, "close", true);
  }

  private Behavior<Command> stop(State from, HeldMachine held, String cause, boolean closing) {
    noTimersButTheLeases();
    worker.journal.transition(from, State.STOPPING, cause);
    var comes = from == State.CREATING && !closing;
    worker.journal.report(comes ? Use.COMING : Use.BUSY, held);
    return callStop(held, new Stop(comes, closing, 0));
  }

  private Behavior<Command> callStop(HeldMachine held, Stop stop) {
    if (worker.lease.isOver()) return worker.lost(State.STOPPING, held, "lease-over");
    worker.calls.stop(held, worker.lease);
    return stopping(held, stop);
  }

  private Behavior<Command> notStopped(HeldMachine held, MachinesFailure failure, Stop stop) {
    if (worker.rules().isLost(failure)) return worker.lost(State.STOPPING, held, "lease-lost");
    if (!worker.isUntold(failure)) return failed(State.STOPPING, held, Call.STOP, failure);
    worker.callLater(Call.STOP, failure, stop.failures());
    if (stop.comes() && stop.failures() >= WorkerContext.FAILURES_TO_STALL) worker.journal.stalls(held);
    return stopping(held.withDoubt(held.doubted() || worker.rules().leavesDoubt(failure)), stop);
  }

  private Behavior<Command> stopped(HeldMachine held) {
    if (worker.lease.isOver()) return worker.lost(State.STOPPING, held, "lease-over");
    if (worker.lease.useIsOver()) return expire(State.STOPPING, held, "use-ends");
    if (worker.rules().mustRotate(held)) return machine.reclaim.rotate(held);
    worker.journal.transition(State.STOPPING, State.IDLE, "stopped");
    worker.journal.report(Use.COLD, held);
    return machine.cold(held);
  }

  /** Keeps a stopped machine for the next instance. */
  Behavior<Command> keep(HeldMachine held) {
    if (worker.lease.isOver() || !worker.lease.isRenewed()) return worker.end(State.IDLE, "closed");
    worker.lease.renewNow();
    return keeping(held);
  }

  // ---- the transitions: destroy ----

  Behavior<Command> failed(State from, HeldMachine held, Call call, MachinesFailure failure) {
    if (worker.rules().isLost(failure)) return worker.lost(from, held, "lease-lost");
    worker.journal.failed(call, failure);
    return expire(from, held, call + "-failed");
  }

  /** Whatever is still on its way to the machine, or comes of it, is of no account from here on. */
  Behavior<Command> expire(State from, HeldMachine held, String cause) {
    var meeting = held.meetsItsMaker().filter(until -> !until.hasCome(worker.now()));
    if (meeting.isEmpty()) return expireNow(from, held, cause);
    expires(from, held, cause);
    return letItsMakerMeetIt(held.doomed(cause), meeting.get());
  }

  /** Without a wait for its maker: whoever closes is in a hurry. */
  private Behavior<Command> expireNow(State from, HeldMachine held, String cause) {
    expires(from, held, cause);
    return destroy(held.doomed(cause), 0);
  }

  /** Somebody destroyed it: there is nothing left to do. */
  Behavior<Command> gone(HeldMachine held) {
    expires(State.IDLE, held, "missing");
    return worker.end(State.EXPIRED, "gone");
  }

  private void expires(State from, HeldMachine held, String cause) {
    noTimersButTheLeases();
    worker.journal.transition(from, State.EXPIRED, cause);
    worker.journal.report(Use.EXPIRED, held);
  }

  /**
   * The machine of an instance that lives beside us, and that would make another at once. For a lease's time it finds this one
   * to be ours instead, whatever it does with it, and steps back.
   */
  private Behavior<Command> letItsMakerMeetIt(HeldMachine held, Moment until) {
    if (worker.lease.isOver()) return worker.lost(State.EXPIRED, held, "lease-over");
    worker.calls.stop(held, worker.lease);
    worker.timer(DestroyAgain.class, new DestroyAgain(0), until.from(worker.now()));
    return awaitingItsMaker(held);
  }

  private Behavior<Command> destroy(HeldMachine held, int attempts) {
    if (worker.lease.isOver()) return worker.lost(State.EXPIRED, held, "lease-over");
    worker.calls.destroy(held, worker.lease);
    return expired(held, attempts);
  }

  private Behavior<Command> notDestroyed(HeldMachine held, MachinesFailure failure, int attempts) {
    if (worker.rules().isLost(failure)) return worker.lost(State.EXPIRED, held, "lease-lost");
    var pause = worker.laterBy(Call.DESTROY, failure, attempts, DESTROY_AGAIN);
    worker.timer(DestroyAgain.class, new DestroyAgain(attempts), pause);
    return expired(held, attempts);
  }

  private void noTimersButTheLeases() {
    List.of(BootTimeout.class, CallAgain.class, PollAgain.class, ProbeDue.class).forEach(worker.timers::cancel);
  }
}
