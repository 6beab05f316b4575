package coordbfaas.pool;

import coordbfaas.facts.Fact.Loss;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerMachine.Allocate;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.State;
import java.time.Duration;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** What the states of one {@link WorkerMachine} have in common: its surroundings, and what is done in any of them. */
final class WorkerContext {
  /** So many failures in a row are more than a moment: nobody should wait for the machine. */
  static final int FAILURES_TO_STALL = 2;

  private static final String LEASE_OVER = "lease-over";
  private static final Backoff CALL_AGAIN = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5));

  final ActorContext<Command> context;
  final TimerScheduler<Command> timers;
  final WorkerName name;
  final WorkerMachine.Surroundings with;
  final WorkerCalls calls;
  final WorkerJournal journal;
  final WorkerLease lease;

  WorkerContext(
      ActorContext<Command> context, TimerScheduler<Command> timers, WorkerName name, long change,
      WorkerMachine.Surroundings with) {
    context.setLoggerName(WorkerMachine.class); // whichever of its files writes
    this.context = context;
    this.timers = timers;
    this.name = name;
    this.with = with;
    this.calls = new WorkerCalls(context, name, with);
    this.journal = new WorkerJournal(context, with.pool(), with.observer(), name, change);
    this.lease = new WorkerLease(this);
  }

  Behavior<Command> end(State from, String cause) {
    journal.ended(from, cause);
    return Behaviors.stopped();
  }

  /** A later instance owns the pool: what has not been sent yet is not sent any more. */
  Behavior<Command> stepBack(State from) {
    calls.giveUp();
    return end(from, "stepped-back");
  }

  /** The machine is not ours any more, or maybe not: it is let go of without a call. */
  Behavior<Command> lost(State from, HeldMachine held, String cause) {
    calls.giveUp();
    journal.lost(held.id(), held.doom(), cause.equals(LEASE_OVER) ? Loss.OVER : Loss.TAKEN);
    return end(from, cause);
  }

  Behavior<Command> decline(Allocate refused) {
    journal.declined(refused.waiter());
    return Behaviors.same();
  }

  Behavior<Command> late(State state, Command message) {
    journal.cameLate(state, message);
    return Behaviors.same();
  }

  /** Calls again after a while. */
  void callLater(WorkerCalls.Call call, MachinesFailure failure, int failures) {
    timer(CallAgain.class, new CallAgain(), laterBy(call, failure, failures, CALL_AGAIN));
  }

  /** How long to wait with another try. Only the first failure in a row is worth a line in the log. */
  Duration laterBy(WorkerCalls.Call call, MachinesFailure failure, int failures, Backoff backoff) {
    if (failures == 1) journal.failed(call, failure);
    var asked = failure instanceof MachinesFailure.Later later ? later.after() : Duration.ZERO;
    var pause = backoff.after(failures);
    return asked.compareTo(pause) > 0 ? asked : pause;
  }

  /** Starts a timer in place of the one of the same key. A time that has passed already is as good as now. */
  void timer(Object key, Command message, Duration delay) {
    timers.startSingleTimer(key, message, delay.isPositive() ? delay : Duration.ofMillis(1));
  }

  Moment now() {
    return with.clocks().now();
  }

  WorkerRules rules() {
    return with.rules();
  }

  /** The API does not tell what became of the machine; the worker itself may. */
  boolean isUntold(MachinesFailure failure) {
    return rules().isNotNow(failure) || failure instanceof MachinesFailure.FateUnknown;
  }
}
