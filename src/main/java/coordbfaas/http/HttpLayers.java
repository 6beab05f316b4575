package coordbfaas.http;

import java.util.Optional;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.event.NoLogging;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Host;
import org.apache.pekko.http.javadsl.settings.ClientConnectionSettings;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.TLSPlacebo;
import org.apache.pekko.util.ByteString;

/**
 * Pekko's HTTP layers, between bytes and messages: one for all servers of an actor system and one for all its clients. They are
 * recipes, of which each connection runs a copy; to make one costs as much as a request over it. Safe for any thread.
 */
final class HttpLayers implements Extension {
  private static final OfSystem OF_SYSTEM = new OfSystem();

  /** Never seen: every request brings the host that it is meant for. */
  private static final Host NO_HOST = Host.create("localhost");

  private final BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, ?> server;
  private final BidiFlow<HttpRequest, ByteString, ByteString, HttpResponse, ?> client;

  private HttpLayers(ActorSystem<?> system) {
    var http = Http.get(system);
    var settings = ServerSettings.create(system.classicSystem());
    var parsing = settings.getParserSettings().withCustomMethods(RequestHead.UNKNOWN_METHOD);
    this.server = http
        .serverLayer(settings.withParserSettings(parsing), Optional.empty(), NoLogging.getInstance()) // as in Quiet
        .atop(plain());
    this.client = http.clientLayer(NO_HOST, ClientConnectionSettings.create(system.classicSystem())).atop(plain());
  }

  static HttpLayers of(ActorSystem<?> system) {
    return OF_SYSTEM.apply(system);
  }

  BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, ?> server() {
    return server;
  }

  /** For requests that name their host themselves, in a {@code Host} header. */
  BidiFlow<HttpRequest, ByteString, ByteString, HttpResponse, ?> client() {
    return client;
  }

  @SuppressWarnings("unchecked") // SessionBytes are SslTlsInbound: Java's generics cannot say that an output is covariant
  private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, ?> plain() {
    BidiFlow<?, ?, ?, ?, ?> placebo = TLSPlacebo.getInstance();
    return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, ?>) placebo;
  }

  private static final class OfSystem extends ExtensionId<HttpLayers> {
    @Override
    public HttpLayers createExtension(ActorSystem<?> system) {
      return new HttpLayers(system);
    }
  }
}
