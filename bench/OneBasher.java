import coordbfaas.basher.Basher;
import coordbfaas.basher.BasherSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** One life of a basher in this JVM: from its boot to the end of its one run. */
final class OneBasher {
  private final long begunNanos = System.nanoTime();
  private final CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private OneBasher() {}

  /** @param port 0 for one that the kernel picks */
  static OneBasher boot(ActorSystem<?> system, WorkerKeys worker, int port, Map<String, String> containment) {
    var environment = new HashMap<>(worker.environment(port));
    environment.putAll(containment);
    var basher = new OneBasher();
    system.systemActorOf(basher.life(BasherSettings.of(environment)), "basher-" + basher.begunNanos, Props.empty());
    return basher;
  }

  long begunNanos() {
    return begunNanos;
  }

  /** Its port, once it waits for its run. */
  int port() {
    return listening.join().getPort();
  }

  /** Waits until it has served its run, or was stopped, and is gone. */
  void awaitEnd() {
    ended.join();
  }

  private Behavior<Object> life(BasherSettings settings) {
    return Behaviors.setup(context -> {
      var basher = context.spawnAnonymous(Basher.create(settings, context.messageAdapter(Basher.Listening.class, told -> told)));
      context.watchWith(basher, "ended");
      return Behaviors.receiveMessage(message -> {
        if (message instanceof Basher.Listening told) {
          listening.complete(told.address());
          return Behaviors.same();
        }
        listening.completeExceptionally(new IOException("the worker did not boot"));
        ended.complete(null);
        return Behaviors.stopped();
      });
    });
  }
}
