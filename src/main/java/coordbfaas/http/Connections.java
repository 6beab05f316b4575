package coordbfaas.http;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.event.NoLogging;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.TLSPlacebo;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of one {@link HttpServer}: each is Pekko's HTTP layer behind a {@link ReadAhead}, whose end cuts the
 * outbound side and with it whatever was being answered.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  // Reads that may wait for the HTTP layer, each of at most pekko.io.tcp.direct-buffer-size (128 KiB).
  private static final int READS_AHEAD_MAX = 4;

  private final ActorSystem<?> system;
  private final HttpServer.Handler handler;
  private final BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, ?> http;
  private final Map<SharedKillSwitch, CompletionStage<Done>> open = new ConcurrentHashMap<>();

  Connections(ActorSystem<?> system, HttpServer.Handler handler) {
    this.system = system;
    this.handler = handler;
    this.http = http(system, ServerSettings.create(system.classicSystem()));
  }

  /** Serves one connection to its end. */
  CompletionStage<Done> serve(Tcp.IncomingConnection connection) {
    var cut = KillSwitches.shared("connection");
    var client = new CompletableFuture<Done>();
    var ended = connection.flow()
        .viaMat(new ReadAhead(READS_AHEAD_MAX), Keep.right())
        .via(answering(new HttpServer.Client(connection.remoteAddress(), client, () -> cut.abort(new ClientGone()))))
        .via(cut.flow())
        .join(Flow.create())
        .addAttributes(Quiet.STREAM)
        .run(system);
    open.put(cut, ended);
    return ended.thenApply(end -> {
      open.remove(cut);
      client.complete(end);
      cut.abort(new ClientGone());
      return end;
    });
  }

  /** Completed when all connections that are open now have ended. */
  CompletionStage<Done> ended() {
    var ends = open.values().stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(ends).thenApply(all -> Done.done());
  }

  /** Resets every open connection. */
  void cutAll() {
    open.keySet().forEach(cut -> cut.abort(new ClientGone()));
  }

  /** One for all connections: to make it costs as much as to serve a request. */
  @SuppressWarnings("unchecked") // SessionBytes are SslTlsInbound: Java's generics cannot say that an output is covariant
  private static BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, ?> http(
      ActorSystem<?> system, ServerSettings settings) {
    BidiFlow<?, ?, ?, ?, ?> placebo = TLSPlacebo.getInstance();
    var plain = (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, ?>) placebo;
    return Http.get(system)
        .serverLayer(settings, Optional.empty(), NoLogging.getInstance()) // as in Quiet; whoever cuts an answer says so
        .atop(plain)
        .atop(BidiFlow.bidirectionalIdleTimeout(Duration.ofNanos(settings.getTimeouts().idleTimeout().toNanos())));
  }

  private Flow<ByteString, ByteString, ?> answering(HttpServer.Client client) {
    return http.reversed().join(Flow.<HttpRequest>create().mapAsync(1, request -> answer(request, client)));
  }

  private CompletionStage<HttpResponse> answer(HttpRequest request, HttpServer.Client client) {
    CompletionStage<HttpResponse> answer;
    try {
      answer = Objects.requireNonNull(handler.handle(request, client), "answer");
    } catch (RuntimeException failure) {
      answer = CompletableFuture.failedStage(failure);
    }
    return answer.exceptionally(failure -> {
      LOG.error("request failed cause={}", failure.getClass().getSimpleName(), failure);
      request.discardEntityBytes(system);
      return Problem.response(500, "the server failed");
    });
  }

  /** Ends the streams of a connection that is over; without a stack trace, as it is no error. */
  private static final class ClientGone extends RuntimeException {
    ClientGone() {
      super("the connection is over", null, false, false);
    }
  }
}
