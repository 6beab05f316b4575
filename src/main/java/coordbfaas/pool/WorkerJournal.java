package coordbfaas.pool;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerReport.Use;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** What a {@link WorkerMachine} tells of itself: one line in the log for each transition, its use to the pool. */
final class WorkerJournal {
  private final ActorContext<WorkerMachine.Command> context;
  private final ActorRef<WorkerReport> pool;
  private final int slot;

  WorkerJournal(ActorContext<WorkerMachine.Command> context, ActorRef<WorkerReport> pool, int slot) {
    this.context = context;
    this.pool = pool;
    this.slot = slot;
  }

  void transition(WorkerMachine.State from, WorkerMachine.State to, String cause) {
    context.getLog().info("transition from={} to={} cause={}", from, to, cause);
  }

  void granted(Grant grant, String run) {
    context.getLog().info("transition from=IDLE to=ALLOCATED cause=granted grant={} run={}", grant.number(), run);
  }

  void ended(WorkerMachine.State from, String cause) {
    context.getLog().info("transition from={} to=ENDED cause={}", from, cause);
  }

  void failed(String call, MachinesFailure failure) {
    context.getLog().warn("call failed call={} failure={} message=\"{}\"",
        call, failure.getClass().getSimpleName(), failure.getMessage());
  }

  void cameLate(WorkerMachine.State state, WorkerMachine.Command message) {
    context.getLog().debug("late state={} message={}", state, message.getClass().getSimpleName());
  }

  void report(Use use) {
    pool.tell(new WorkerReport.Became(slot, use));
  }

  void declined(Waiter waiter) {
    pool.tell(new WorkerReport.Declined(slot, waiter));
  }
}
