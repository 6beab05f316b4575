package coordbfaas.http;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.OutgoingConnection;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.settings.ClientConnectionSettings;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.javadsl.Flow;

/**
 * The recipes of connections to servers: each run of one is a connection of its own. To make one costs as much as a request
 * over it, so those that were used last are kept. Safe for any thread.
 */
final class ConnectionFlows implements Extension {
  private static final int KEPT_MAX = 64;
  private static final OfSystem OF_SYSTEM = new OfSystem();

  private record Target(URI base, Duration connectTimeout) {}

  private record Recipe(Flow<HttpRequest, HttpResponse, CompletionStage<OutgoingConnection>> flow) {}

  private final Http http;
  private final ClientConnectionSettings settings;
  private final Map<Target, Recipe> kept = Collections.synchronizedMap(new LastUsed());

  private ConnectionFlows(ActorSystem<?> system) {
    this.http = Http.get(system);
    this.settings = ClientConnectionSettings.create(system.classicSystem()).withSocketOptions(List.of(TcpSO.tcpNoDelay(true)));
  }

  static ConnectionFlows of(ActorSystem<?> system) {
    return OF_SYSTEM.apply(system);
  }

  /**
   * Connections to a server.
   *
   * @param base scheme {@code http}, host and port
   */
  Flow<HttpRequest, HttpResponse, CompletionStage<OutgoingConnection>> to(URI base, Duration connectTimeout) {
    return kept.computeIfAbsent(new Target(base, connectTimeout), this::recipe).flow();
  }

  private Recipe recipe(Target target) {
    // Not by URI.getHost, which knows no host with an underscore: _api.internal is Fly's own.
    var server = Uri.create(target.base().toString());
    var timeout = scala.concurrent.duration.Duration.fromNanos(target.connectTimeout().toNanos());
    return new Recipe(http.connectionTo(server.host().address()).toPort(server.port())
        .withClientConnectionSettings(settings.withConnectingTimeout(timeout)).http());
  }

  private static final class OfSystem extends ExtensionId<ConnectionFlows> {
    @Override
    public ConnectionFlows createExtension(ActorSystem<?> system) {
      return new ConnectionFlows(system);
    }
  }

  private static final class LastUsed extends LinkedHashMap<Target, Recipe> {
    private static final long serialVersionUID = 1;

    LastUsed() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Target, Recipe> eldest) {
      return size() > KEPT_MAX;
    }
  }
}
