package coordbfaas.pool;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerMachine.Allocate;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.State;
import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** What the states of one {@link WorkerMachine} have in common: its surroundings, and what is done in any of them. */
final class WorkerContext {
  private static final Backoff CALL_AGAIN = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5));

  final ActorContext<Command> context;
  final TimerScheduler<Command> timers;
  final WorkerName name;
  final WorkerMachine.Surroundings with;
  final WorkerCalls calls;
  final WorkerJournal journal;

  WorkerContext(ActorContext<Command> context, TimerScheduler<Command> timers, WorkerName name, WorkerMachine.Surroundings with) {
    context.setLoggerName(WorkerMachine.class); // whichever of its files writes
    this.context = context;
    this.timers = timers;
    this.name = name;
    this.with = with;
    this.calls = new WorkerCalls(context, name, with);
    this.journal = new WorkerJournal(context, with.pool(), name.slot());
  }

  Behavior<Command> end(State from, String cause) {
    journal.ended(from, cause);
    return Behaviors.stopped();
  }

  Behavior<Command> decline(Allocate refused) {
    journal.declined(refused.waiter());
    return Behaviors.same();
  }

  Behavior<Command> late(State state, Command message) {
    journal.cameLate(state, message);
    return Behaviors.same();
  }

  /** Only the first failure in a row is worth a line. */
  void callLater(String call, MachinesFailure failure, int failures) {
    if (failures == 1) journal.failed(call, failure);
    var asked = failure instanceof MachinesFailure.Later later ? later.after() : Duration.ZERO;
    var pause = CALL_AGAIN.after(failures);
    timer(CallAgain.class, new CallAgain(), asked.compareTo(pause) > 0 ? asked : pause);
  }

  /** Starts a timer in place of the one of the same key. A time that has passed already is as good as now. */
  void timer(Object key, Command message, Duration delay) {
    timers.startSingleTimer(key, message, delay.isPositive() ? delay : Duration.ofMillis(1));
  }

  Instant now() {
    return with.clock().instant();
  }

  boolean leaseIsOver(HeldMachine held) {
    return !now().isBefore(held.usableUntil());
  }

  /** Another nonce holds the lease: whatever we did now would be done to somebody else's machine. */
  static boolean lost(MachinesFailure failure) {
    return failure instanceof MachinesFailure.Rejected rejected && rejected.leaseHeldByAnother();
  }

  /** It says nothing of the machine: the call is made again. */
  static boolean notNow(MachinesFailure failure) {
    return failure instanceof MachinesFailure.Later || failure instanceof MachinesFailure.Unreachable;
  }

  /** The machine is as it was, and still ours. */
  static boolean notDone(MachinesFailure failure) {
    return notNow(failure) || failure instanceof MachinesFailure.Rejected && !lost(failure);
  }

  /** The API does not tell what became of the machine; the worker itself may. */
  static boolean untold(MachinesFailure failure) {
    return notNow(failure) || failure instanceof MachinesFailure.FateUnknown;
  }
}
