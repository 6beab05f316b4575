package coordbfaas.pool;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.Condition;
import coordbfaas.facts.Observer;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerMachine.State;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * What a {@link WorkerMachine} tells of itself: one line in the log for each transition, its use to the pool, and both as facts
 * to whoever watches.
 */
final class WorkerJournal {
  private final ActorContext<WorkerMachine.Command> context;
  private final ActorRef<WorkerReport> pool;
  private final Observer observer;
  private final WorkerName name;
  private long change;
  private String cause = "none";
  private State state = State.CREATING;
  private Optional<Use> told = Optional.empty();

  /** @param change the number of its first change: no machine of the slot may have told one that is as high */
  WorkerJournal(
      ActorContext<WorkerMachine.Command> context, ActorRef<WorkerReport> pool, Observer observer, WorkerName name, long change) {
    this.context = context;
    this.pool = pool;
    this.observer = observer;
    this.name = name;
    this.change = change;
  }

  /** The number of the latest change; at least 1. */
  long change() {
    return change;
  }

  void transition(State from, State to, String cause) {
    changes(from.name(), to.name(), cause);
    state = to;
    context.getLog().info("transition from={} to={} cause={}", from, to, cause);
  }

  void granted(Grant grant, String run) {
    changes(State.IDLE.name(), State.ALLOCATED.name(), "granted");
    state = State.ALLOCATED;
    observer.saw(new Fact.Granted(name.slot()));
    context.getLog().info("transition from=IDLE to=ALLOCATED cause=granted grant={} run={}", grant.number(), run);
  }

  void ended(State from, String cause) {
    changes(from.name(), "ENDED", cause);
    context.getLog().info("transition from={} to=ENDED cause={}", from, cause);
  }

  private void changes(String from, String to, String why) {
    change++;
    cause = why;
    observer.saw(new Fact.Transition(name.slot(), name.toString(), from, to, why));
  }

  void failed(WorkerCalls.Call call, MachinesFailure failure) {
    context.getLog().warn("call failed call={} failure={} message=\"{}\"",
        call, failure.getClass().getSimpleName(), failure.getMessage());
    observer.saw(new Fact.MachineTroubled(name.slot(), call + ": " + failure.getMessage()));
  }

  void cameLate(State state, WorkerMachine.Command message) {
    context.getLog().debug("late state={} message={}", state, message.getClass().getSimpleName());
  }

  /** Something that somebody should look into. */
  void alarm(String what, String machine) {
    context.getLog().error("{} id={}", what, machine);
    observer.saw(new Fact.Alarm(what));
    observer.saw(new Fact.MachineTroubled(name.slot(), what));
  }

  /**
   * The machine must be destroyed for what its metadata say. Whoever tampered with them had a privilege that no script has.
   *
   * @param before why it had to be destroyed until now: what was told is not told again
   */
  void condemned(String machine, String cause, Optional<String> before) {
    if (cause.equals(MachineClaim.TAMPERED_WITH) && !before.equals(Optional.of(cause)))
      alarm("metadata tampered with: to be destroyed", machine);
  }

  /** @param until by the computer's clock */
  void leaseHeld(Instant until, boolean renewed) {
    observer.saw(new Fact.LeaseHeld(name.slot(), until, renewed));
  }

  /** Tells the use of a machine that has no id yet. */
  void report(Use use) {
    report(use, Optional.empty(), false);
  }

  void report(Use use, HeldMachine held) {
    report(use, Optional.of(held.id()), held.outdated());
  }

  void report(Use use, String machine) {
    report(use, Optional.of(machine), false);
  }

  /** It would be of use, but calls for it fail again and again: nobody should wait for it. Told once, not with each failure. */
  void stalls(HeldMachine held) {
    if (!told.equals(Optional.of(Use.STALLED))) report(Use.STALLED, held);
  }

  void stalls(String machine) {
    if (!told.equals(Optional.of(Use.STALLED))) report(Use.STALLED, machine);
  }

  private void report(Use use, Optional<String> machine, boolean outdated) {
    told = Optional.of(use);
    pool.tell(new WorkerReport.Became(name.slot(), use, change, cause, machine, outdated));
    observer.saw(new Fact.Became(name.slot(), name.toString(), machine, condition(state, use)));
  }

  /** What a machine is to those who watch the pool: its use, but told apart by its state where both matter. */
  static Condition condition(State state, Use use) {
    return switch (use) {
      case STALLED   -> Condition.STALLED;
      case WARM      -> Condition.WARM;
      case SUSPENDED -> Condition.SUSPENDED;
      case COLD      -> Condition.COLD;
      case EXPIRED   -> Condition.EXPIRED;
      case COMING    -> state == State.IDLE ? Condition.BOOTING : Condition.CREATING;
      case BUSY      -> state == State.ALLOCATED ? Condition.ALLOCATED : Condition.STOPPING;
    };
  }

  void declined(Waiter waiter) {
    pool.tell(new WorkerReport.Declined(name.slot(), waiter));
  }

  void lost(String machine, Optional<String> doom, Fact.Loss loss) {
    pool.tell(new WorkerReport.Lost(name.slot(), machine, doom));
    observer.saw(new Fact.LeaseLost(name.slot(), loss));
  }

  void heldByLater(Instance instance) {
    pool.tell(new WorkerReport.HeldByLater(name.slot(), instance));
  }
}
