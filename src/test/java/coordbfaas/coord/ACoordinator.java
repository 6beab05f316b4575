package coordbfaas.coord;

import com.typesafe.config.ConfigFactory;
import coordbfaas.localfly.LocalFlySettings;
import coordbfaas.outside.Eventually;
import coordbfaas.program.Client;
import coordbfaas.settings.Environment;
import coordbfaas.settings.SettingsReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;

/** A whole coordinator in this JVM, on a port that the kernel picked. */
public final class ACoordinator implements AutoCloseable {
  private final ActorSystem<Coordinator.Command> system;
  private final CompletableFuture<Coordinator.Ports> serving = new CompletableFuture<>();

  private ACoordinator(Map<String, String> environment) {
    var variables = new HashMap<>(Map.of("PORT", "0", "ADMIN_PORT", "0"));
    variables.putAll(environment);
    var reader = new SettingsReader(Environment.config(variables));
    var localFly = LocalFlySettings.embedded(reader);
    var settings = CoordSettings.from(reader);
    var guardian = Coordinator.create(settings, localFly.orElseThrow(), serving);
    this.system = ActorSystem.create(guardian, "coord", ConfigFactory.load());
  }

  /** One that serves, with these variables in its environment. */
  public static ACoordinator with(Map<String, String> environment) {
    var coordinator = new ACoordinator(environment);
    Eventually.await(coordinator.serving);
    return coordinator;
  }

  ActorSystem<Coordinator.Command> system() {
    return system;
  }

  CompletableFuture<Coordinator.Ports> serving() {
    return serving;
  }

  public InetSocketAddress address() {
    return serving.join().run();
  }

  /** Where its admin port is. */
  public URI admin() {
    return URI.create("http://127.0.0.1:" + serving.join().admin().getPort());
  }

  public Client client() {
    return new Client(address());
  }

  /** Returns when a machine is warm: a run's answer began within its short deadline. */
  void warms() {
    Eventually.eventually("a machine is warm", () -> {
      var answer = client().post("/run?timeout=1s", "true");
      var served = answer.status() == 200;
      if (served) answer.outcome();
      return served;
    });
  }

  public void drain() {
    system.tell(new Coordinator.Drain());
  }

  boolean hasEnded() {
    return system.getWhenTerminated().toCompletableFuture().isDone();
  }

  /** How many requests have been accepted and are not over: their actors are the guardian's children without a name. */
  long requests() {
    return system.printTree().lines().dropWhile(line -> !line.contains("-> user "))
        .filter(line -> line.matches(" {7}\\S-> \\$.*")).count();
  }

  /** Drains it, which ends every process of its. A run that goes on after a story that failed is cut off. */
  @Override
  public void close() {
    drain();
    try {
      Eventually.await(system.getWhenTerminated());
    } finally {
      system.terminate();
    }
  }
}
