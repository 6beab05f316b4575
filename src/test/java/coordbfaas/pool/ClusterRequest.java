package coordbfaas.pool;

import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A request that asks one pool for a machine, from when it asks until it withdraws, is refused, or gives back what it got. */
final class ClusterRequest {
  private record Die() {}

  /** Hears at once what a pool replies. */
  interface Onlooker {
    void hears(ClusterRequest request, PoolSupervisor.AllocateReply reply);
  }

  private final int number;
  private final SimPool pool;
  private final Duration deadline;
  private ActorRef<Object> actor;
  private Optional<Grant> grant = Optional.empty();
  private Optional<PoolSupervisor.Reason> refusal = Optional.empty();
  private boolean over;
  private boolean ran;

  /** @param deadline by the story's time */
  ClusterRequest(int number, SimPool pool, Duration deadline) {
    this.number = number;
    this.pool = pool;
    this.deadline = deadline;
  }

  Behavior<Object> behavior(Onlooker onlooker) {
    return Behaviors.receiveMessage(message -> {
      if (message instanceof Die) return Behaviors.stopped();
      if (message instanceof PoolSupervisor.AllocateReply reply && !pool.isGone()) onlooker.hears(this, reply);
      return Behaviors.same();
    });
  }

  void asks(ActorRef<Object> actor, Duration timeLeft) {
    this.actor = actor;
    pool.actor().tell(new PoolSupervisor.Allocate("run-" + number, timeLeft, actor, actor.narrow()));
  }

  SimPool pool() {
    return pool;
  }

  Duration deadline() {
    return deadline;
  }

  boolean isAnswered() {
    return grant.isPresent() || refusal.isPresent();
  }

  boolean isOver() {
    return over;
  }

  boolean waits() {
    return !over && !isAnswered();
  }

  boolean holds() {
    return !over && grant.isPresent();
  }

  boolean isRefused(PoolSupervisor.Reason reason) {
    return refusal.filter(reason::equals).isPresent();
  }

  Optional<Grant> grant() {
    return grant;
  }

  void isGranted(Grant given) {
    grant = Optional.of(given);
  }

  void isRefused(PoolSupervisor.Refused refused) {
    refusal = Optional.of(refused.reason());
  }

  /** Takes the one run that a grant is good for; tells whether it was there to be taken. */
  boolean takesItsRun() {
    var first = !ran;
    ran = true;
    return first;
  }

  void withdraws() {
    over = true;
    pool.actor().tell(new PoolSupervisor.Withdraw(actor));
    actor.tell(new Die());
  }

  void frees() {
    over = true;
    pool.actor().tell(new PoolSupervisor.Free(grant.orElseThrow()));
    actor.tell(new Die());
  }

  void dies() {
    over = true;
    actor.tell(new Die());
  }

  @Override
  public String toString() {
    return "request " + number + " of " + pool;
  }
}
