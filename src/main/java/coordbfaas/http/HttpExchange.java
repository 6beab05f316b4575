package coordbfaas.http;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.Uri;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.Host;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/**
 * One request and its answer on a connection of their own.
 *
 * <p>A pooled connection may lead to a machine that has stopped meanwhile, and the pool may send a request again; neither can
 * be borne here. The request's side of the connection stays open until the answer is over, because the servers of this
 * program take a half-close for a client that has left; the server is asked to close the connection after its answer. One
 * that does not is left to {@link #cut} and the idle timeout.
 */
public final class HttpExchange {
  /** The connection could not be made: whatever was to be sent, was not. */
  public static final class NotConnected extends RuntimeException {
    NotConnected(Throwable cause) {
      super("not connected: " + cause.getClass().getSimpleName(), cause, false, false);
    }
  }

  /** Longer than the servers': a silent answer is theirs to keep alive. */
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(90);

  private final CompletionStage<HttpResponse> response;
  private final UniqueKillSwitch cut;

  private HttpExchange(CompletionStage<HttpResponse> response, UniqueKillSwitch cut) {
    this.response = response;
    this.cut = cut;
  }

  /**
   * Connects and sends a request.
   *
   * @param base scheme {@code http}, host and port; names the connection and the Host header
   * @param request with a relative URI
   * @param connectTimeout for the connection alone
   */
  public static HttpExchange send(ActorSystem<?> system, URI base, HttpRequest request, Duration connectTimeout) {
    var exchange = connection(system, base, connectTimeout).toMat(Sink.head(), Keep.both()).addAttributes(Quiet.STREAM).run(system);
    var connection = exchange.first();
    connection.requests().offer(request.addHeader(host(base)).addHeader(Connection.create("close")));
    return new HttpExchange(answer(exchange.second(), connection.connected()), connection.cut());
  }

  /**
   * A connection's side that is ours.
   *
   * @param requests takes one at a time, and forgets it once it is sent: an answer may be read for much longer
   * @param cut ends the connection, whatever goes on in it
   * @param connected when it is made, or fails
   */
  record Ours(
      BoundedSourceQueue<HttpRequest> requests, UniqueKillSwitch cut, CompletionStage<Tcp.OutgoingConnection> connected) {}

  /** The responses of a connection to a server, which is made when it is run; what fails is told by {@link #answer}. */
  static Source<HttpResponse, Ours> connection(ActorSystem<?> system, URI base, Duration connectTimeout) {
    var made = tcp(system, uri(base), connectTimeout).joinMat(HttpLayers.of(system).client().reversed(), Keep.left());
    return Source.<HttpRequest>queue(1).viaMat(KillSwitches.single(), Keep.both())
        .viaMat(made, (ours, connected) -> new Ours(ours.first(), ours.second(), connected));
  }

  /** The Host header of requests to a server. */
  static Host host(URI base) {
    var server = uri(base);
    return Host.create(server.host().address(), server.port());
  }

  /** A connection's response, or why there is none: {@link NotConnected}, or what ended the connection. */
  static CompletionStage<HttpResponse> answer(
      CompletionStage<HttpResponse> response, CompletionStage<Tcp.OutgoingConnection> connection) {
    var connected = SameThread.of(connection).handle((outgoing, failure) -> failure);
    return SameThread.of(response).<CompletionStage<HttpResponse>>handle((answer, failure) -> failure == null
        ? CompletableFuture.completedStage(answer)
        : connected.thenCompose(notConnected -> CompletableFuture.failedStage(
            notConnected == null ? unwrapped(failure) : new NotConnected(unwrapped(notConnected)))))
        .thenCompose(answer -> answer);
  }

  /** The answer, its entity still to be read; fails with {@link NotConnected}, or with what ended the connection. */
  public CompletionStage<HttpResponse> response() {
    return response;
  }

  /** Closes the connection, whatever goes on in it. */
  public void cut() {
    cut.abort(new CancelledExchange());
  }

  private static Uri uri(URI base) {
    return Uri.create(base.toString()); // URI.getHost knows no host with an underscore: _api.internal is Fly's own
  }

  private static Flow<ByteString, ByteString, CompletionStage<Tcp.OutgoingConnection>> tcp(
      ActorSystem<?> system, Uri server, Duration connectTimeout) {
    List<Inet.SocketOption> options = List.of(TcpSO.tcpNoDelay(true));
    return Tcp.get(system).outgoingConnection(
        InetSocketAddress.createUnresolved(server.host().address(), server.port()), Optional.empty(), options, true,
        Optional.of(connectTimeout), Optional.of(IDLE_TIMEOUT));
  }

  private static Throwable unwrapped(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
  }

  private static final class CancelledExchange extends RuntimeException {
    CancelledExchange() {
      super("the exchange was cut", null, false, false);
    }
  }
}
