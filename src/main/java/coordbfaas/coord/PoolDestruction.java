package coordbfaas.coord;

import coordbfaas.facts.Observer;
import coordbfaas.pool.PoolSupervisor;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The guardian of {@code coord --destroy-pool}: destroys the machines of a pool, whoever ran it before, and ends. */
public final class PoolDestruction {
  public sealed interface Command {}

  private record Emptied() implements Command {}

  private record PoolEnded() implements Command {}

  private PoolDestruction() {}

  /**
   * @param settings with a Fly that is not embedded
   * @param done completed when nothing is left; not, if the pool is another coordinator's by then
   */
  public static Behavior<Command> create(CoordSettings settings, CompletableFuture<Void> done) {
    return Behaviors.setup(context -> {
      var fly = settings.fly().orElseThrow(() -> new IllegalArgumentException("an embedded Fly has nothing to destroy"));
      var emptied = context.messageAdapter(PoolSupervisor.Emptied.class, news -> new Emptied());
      var with = Coordinator.surroundings(
          context, settings, fly, Coordinator.workers(context.getSystem(), fly), Observer.NONE);
      context.watchWith(context.spawn(PoolSupervisor.destroyer(settings.pool(), with, emptied), "pool"), new PoolEnded());
      return Behaviors.receiveMessage(message -> switch (message) {
        case Emptied none -> {
          context.getLog().info("pool destroyed pool={}", settings.pool().name());
          done.complete(null);
          yield Behaviors.same();
        }
        case PoolEnded ended -> Behaviors.stopped();
      });
    });
  }
}
