package coordbfaas.http;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Servers on ports that the kernel picks, and an actor system for them, for the time of one test. */
final class Served implements BeforeEachCallback, AfterEachCallback {
  /** Long enough for what will happen. */
  static final Duration EVENTUALLY = Duration.ofSeconds(20);

  private final List<HttpServer> servers = new ArrayList<>();
  private ActorTestKit testKit;

  @Override
  public void beforeEach(ExtensionContext context) {
    testKit = ActorTestKit.create("served", ConfigFactory.parseString("""
        pekko.http.server.parsing.error-handler = "coordbfaas.http.ParsingProblem"
        pekko.http.server.request-timeout = 5m
        """).withFallback(ConfigFactory.defaultReference()));
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (var server : servers)
      server.terminate(Duration.ZERO).toCompletableFuture().get(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
    testKit.shutdownTestKit();
  }

  ActorSystem<?> system() {
    return testKit.system();
  }

  HttpServer bind(HttpServer.Handler handler) {
    return bind(100, handler);
  }

  HttpServer bind(int connectionsMax, HttpServer.Handler handler) {
    return bind(HttpServer.Limits.of(connectionsMax), handler);
  }

  HttpServer bind(HttpServer.Limits limits, HttpServer.Handler handler) {
    var server = HttpServer.bind(system(), "127.0.0.1", 0, limits, handler).toCompletableFuture().join();
    servers.add(server);
    return server;
  }
}
