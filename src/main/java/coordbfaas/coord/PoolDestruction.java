package coordbfaas.coord;

import coordbfaas.auth.SignedClaims;
import coordbfaas.machines.HttpMachinesApi;
import coordbfaas.pool.HttpWorkerHealth;
import coordbfaas.pool.PoolClocks;
import coordbfaas.pool.PoolSupervisor;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The guardian of {@code coord --destroy-pool}: destroys the machines of a pool, whoever ran it before, and ends. */
public final class PoolDestruction {
  public sealed interface Command {}

  private record PoolEnded() implements Command {}

  private PoolDestruction() {}

  /**
   * @param settings with a Fly that is not embedded
   * @param done completed when nothing is left
   */
  public static Behavior<Command> create(CoordSettings settings, CompletableFuture<Void> done) {
    return Behaviors.setup(context -> {
      var fly = settings.fly().orElseThrow(() -> new IllegalArgumentException("an embedded Fly has nothing to destroy"));
      var with = new PoolSupervisor.Surroundings(HttpMachinesApi.start(context, fly.machines()),
          new HttpWorkerHealth(context.getSystem(), fly.workers()), SignedClaims.of(settings.keys()), PoolClocks.system(),
          new SplittableRandom());
      var pool = context.spawn(PoolSupervisor.destroyer(settings.pool(), with), "pool");
      context.watchWith(pool, new PoolEnded());
      return Behaviors.receive(Command.class).onMessage(PoolEnded.class, ended -> {
        context.getLog().info("pool destroyed pool={}", settings.pool().name());
        done.complete(null);
        return Behaviors.stopped();
      }).build();
    });
  }
}
