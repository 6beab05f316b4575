package coordbfaas.http;

import java.net.URI;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;

/**
 * Connections to one server that are used again while they are young, each for one request at a time. No request is ever sent a
 * second time. Safe for any thread.
 */
public final class KeptConnections {
  /** One request and its answer. */
  public final class Exchange {
    private final KeptConnection connection;
    private final CompletionStage<HttpResponse> response;
    private final AtomicBoolean ended = new AtomicBoolean();

    private Exchange(KeptConnection connection, CompletableFuture<HttpResponse> answer) {
      this.connection = connection;
      this.response = connection.told(answer);
    }

    /** The answer, its entity still to be read; fails with {@link HttpExchange.NotConnected}, or with what ended the connection. */
    public CompletionStage<HttpResponse> response() {
      return response;
    }

    /** The answer was read to its end: the connection is free, and no affair of this exchange any more. */
    public void over(HttpResponse answer) {
      if (ended.getAndSet(true)) return;
      if (isLast(answer)) connection.cut();
      else keep(connection);
    }

    /** Closes the connection, whatever goes on in it, unless the exchange is over. */
    public void cut() {
      if (!ended.getAndSet(true)) connection.cut();
    }
  }

  private final ActorSystem<?> system;
  private final URI base;
  private final Duration idleTime;
  private final Deque<KeptConnection> idle = new ConcurrentLinkedDeque<>();

  /**
   * @param base scheme {@code http}, host and port; names the connections and the Host header
   * @param idleTime for which a connection is kept; to be much less than the server keeps it, for a request on a connection
   *     that the server closes at that moment is lost
   */
  public KeptConnections(ActorSystem<?> system, URI base, Duration idleTime) {
    this.system = system;
    this.base = base;
    this.idleTime = idleTime;
  }

  /**
   * Sends a request.
   *
   * @param request with a relative URI
   * @param connectTimeout for the connection alone, if one has to be made
   */
  public Exchange send(HttpRequest request, Duration connectTimeout) {
    var named = request.addHeader(HttpExchange.host(base));
    for (KeptConnection kept; (kept = idle.pollFirst()) != null;) {
      var answer = kept.send(named);
      if (answer.isPresent()) return new Exchange(kept, answer.get());
    }
    var made = new KeptConnection(system, base, connectTimeout);
    made.ended().whenComplete((done, failure) -> idle.remove(made));
    return new Exchange(made, made.send(named).orElseGet(() -> CompletableFuture.failedFuture(new KeptConnection.Ended())));
  }

  private void keep(KeptConnection connection) {
    connection.keepUntil(system.scheduler().scheduleOnce(idleTime, () -> {
      if (idle.remove(connection)) connection.cut();
    }, system.executionContext()));
    idle.addFirst(connection);
  }

  private static boolean isLast(HttpResponse answer) {
    return answer.getHeader(Connection.class).map(header -> header.value().equalsIgnoreCase("close")).orElse(false);
  }
}
