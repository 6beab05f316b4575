package coordbfaas.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp;

/**
 * An HTTP/1.1 server that notices a client leaving while its answer is silent, be it by a reset or by a clean close.
 * A half-close counts as leaving. Pekko's own binding would notice a clean close only after the answer.
 */
public final class HttpServer {
  /**
   * Whoever sent a request.
   *
   * @param gone completed once, when the connection's inbound side has ended
   * @param cut resets the connection, whatever goes on in it
   * @param await keeps the connection, when all has been said, until the client or the server's end closes it. What is with the
   *     kernel then may be lost if the process is not all that ends
   */
  public record Client(InetSocketAddress address, CompletionStage<Done> gone, Runnable cut, Runnable await) {}

  /**
   * What clients may take of a server.
   *
   * @param connections served at a time; further ones wait in the kernel's backlog
   * @param readTimeout from a request's first byte to its last, head and body: it is refused with 408 then. A new connection on
   *     which nothing at all is said is closed after the same time
   * @param idleTime from an answer's end to the next request's first byte; a connection that is quiet for longer is closed. A
   *     client that takes nothing of an answer for so long is cut
   */
  public record Limits(int connections, Duration readTimeout, Duration idleTime) {
    /** The usual times. */
    public static Limits of(int connections) {
      return new Limits(connections, Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    public Limits withConnections(int most) {
      return new Limits(most, readTimeout, idleTime);
    }

    public Limits withReadTimeout(Duration time) {
      return new Limits(connections, time, idleTime);
    }
  }

  /** Answers requests; called for one request of a connection at a time. A failure becomes a 500 without a word of why. */
  public interface Handler {
    CompletionStage<HttpResponse> handle(HttpRequest request, Client client);
  }

  private final Tcp.ServerBinding binding;
  private final Connections connections;

  private HttpServer(Tcp.ServerBinding binding, Connections connections) {
    this.binding = binding;
    this.connections = connections;
  }

  /**
   * Binds a port.
   *
   * @param port 0 for one that the kernel picks
   * @return fails with a {@code BindFailedException} if the address cannot be had
   */
  public static CompletionStage<HttpServer> bind(
      ActorSystem<?> system, String host, int port, Limits limits, Handler handler) {
    var sockets = new OpenSockets(system);
    var connections = new Connections(system, limits, handler, sockets);
    List<Inet.SocketOption> options = List.of(TcpSO.tcpNoDelay(true), sockets);
    return Tcp.get(system)
        .bind(host, port, Math.min(limits.connections(), 1024), options, true, Optional.<Duration>empty())
        .mapAsyncUnordered(limits.connections(), connections::serve)
        .toMat(Sink.ignore(), Keep.left())
        .run(system)
        .thenApply(binding -> new HttpServer(binding, connections));
  }

  /** Where the server listens. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /** Binds a port, with the usual times. */
  public static CompletionStage<HttpServer> bind(
      ActorSystem<?> system, String host, int port, int connectionsMax, Handler handler) {
    return bind(system, host, port, Limits.of(connectionsMax), handler);
  }

  /**
   * Frees the port, lets open connections end by themselves for {@code grace}, then cuts what is left.
   *
   * @return completed when the port is free and no connection is left
   */
  public CompletionStage<Done> terminate(Duration grace) {
    return binding.unbind().thenCompose(unbound -> connections.ended().toCompletableFuture()
        .completeOnTimeout(Done.done(), grace.toMillis(), TimeUnit.MILLISECONDS)
        .thenCompose(waited -> {
          connections.cutAll();
          return connections.ended();
        }));
  }
}
