package coordbfaas.pool;

import coordbfaas.pool.PoolSupervisor.Command;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * News of machines that reaches a pool later than it was sent, in the order in which it was: what the pool believes of a
 * machine is then old, as it may be when actors run on threads of their own.
 */
final class LateNews extends BehaviorInterceptor<Command, Command> {
  private final Deque<Command> held = new ArrayDeque<>();
  private boolean isHeld;

  LateNews() {
    super(Command.class);
  }

  Behavior<Command> lateTo(Behavior<Command> pool) {
    return Behaviors.intercept(() -> this, pool);
  }

  void isHeld() {
    isHeld = true;
  }

  /** All of it, and what comes from now on arrives as it is sent. */
  void arrives(ActorRef<Command> pool) {
    isHeld = false;
    var all = new ArrayDeque<>(held);
    held.clear();
    all.forEach(pool::tell);
  }

  @Override
  public Behavior<Command> aroundReceive(TypedActorContext<Command> context, Command message, ReceiveTarget<Command> pool) {
    if (!isHeld || isARequesters(message)) return pool.apply(context, message);
    held.addLast(message);
    return Behaviors.same();
  }

  private static boolean isARequesters(Command message) {
    return message instanceof PoolSupervisor.Allocate || message instanceof PoolSupervisor.Withdraw
        || message instanceof PoolSupervisor.Free || message instanceof PoolSupervisor.Close;
  }
}
