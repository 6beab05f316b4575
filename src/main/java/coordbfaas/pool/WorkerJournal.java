package coordbfaas.pool;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerReport.Use;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** What a {@link WorkerMachine} tells of itself: one line in the log for each transition, its use to the pool. */
final class WorkerJournal {
  private final ActorContext<WorkerMachine.Command> context;
  private final ActorRef<WorkerReport> pool;
  private final int slot;
  private long change;
  private String cause = "none";

  /** @param change the number of its first change: no machine of the slot may have told one that is as high */
  WorkerJournal(ActorContext<WorkerMachine.Command> context, ActorRef<WorkerReport> pool, int slot, long change) {
    this.context = context;
    this.pool = pool;
    this.slot = slot;
    this.change = change;
  }

  /** The number of the latest change; at least 1. */
  long change() {
    return change;
  }

  void transition(WorkerMachine.State from, WorkerMachine.State to, String cause) {
    changes(cause);
    context.getLog().info("transition from={} to={} cause={}", from, to, cause);
  }

  void granted(Grant grant, String run) {
    changes("granted");
    context.getLog().info("transition from=IDLE to=ALLOCATED cause=granted grant={} run={}", grant.number(), run);
  }

  void ended(WorkerMachine.State from, String cause) {
    changes(cause);
    context.getLog().info("transition from={} to=ENDED cause={}", from, cause);
  }

  private void changes(String why) {
    change++;
    cause = why;
  }

  void failed(WorkerCalls.Call call, MachinesFailure failure) {
    context.getLog().warn("call failed call={} failure={} message=\"{}\"",
        call, failure.getClass().getSimpleName(), failure.getMessage());
  }

  void cameLate(WorkerMachine.State state, WorkerMachine.Command message) {
    context.getLog().debug("late state={} message={}", state, message.getClass().getSimpleName());
  }

  /** Something that somebody should look into. */
  void alarm(String what, String machine) {
    context.getLog().error("{} id={}", what, machine);
  }

  /** Tells the use of a machine that has no id yet. */
  void report(Use use) {
    pool.tell(new WorkerReport.Became(slot, use, change, cause, Optional.empty(), false));
  }

  void report(Use use, HeldMachine held) {
    pool.tell(new WorkerReport.Became(slot, use, change, cause, Optional.of(held.id()), held.outdated()));
  }

  void report(Use use, String machine) {
    pool.tell(new WorkerReport.Became(slot, use, change, cause, Optional.of(machine), false));
  }

  void declined(Waiter waiter) {
    pool.tell(new WorkerReport.Declined(slot, waiter));
  }

  void lost(String machine, Optional<String> doom) {
    pool.tell(new WorkerReport.Lost(slot, machine, doom));
  }

  void heldByLater(Instance instance) {
    pool.tell(new WorkerReport.HeldByLater(slot, instance));
  }
}
