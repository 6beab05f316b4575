package coordbfaas.http;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;

/**
 * Connections to one server that are used again while they are young, each for one request at a time and for what it was made for.
 * No request is ever sent a second time. Safe for any thread.
 */
public final class KeptConnections {
  /** One request and its answer. */
  public final class Exchange {
    private final String purpose;
    private final KeptConnection connection;
    private final CompletionStage<HttpResponse> response;
    private final AtomicBoolean ended = new AtomicBoolean();

    private Exchange(String purpose, KeptConnection connection, CompletableFuture<HttpResponse> answer) {
      this.purpose = purpose;
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
      else keep(purpose, connection);
    }

    /** Closes the connection, whatever goes on in it, unless the exchange is over. */
    public void cut() {
      if (!ended.getAndSet(true)) connection.cut();
    }
  }

  private final ActorSystem<?> system;
  private final URI base;
  private final Duration idleTime;
  private final Map<String, Deque<KeptConnection>> idle = new HashMap<>();

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

  /** Scheme, host and port. */
  public URI server() {
    return base;
  }

  /** Sends a request on any connection; as {@link #send(String, Supplier, Duration)}. */
  public Exchange send(HttpRequest request, Duration connectTimeout) {
    return send("", () -> request, connectTimeout);
  }

  /**
   * Sends a request.
   *
   * @param purpose only a connection that was made for the same is used again
   * @param request with a relative URI; made while a connection is, if one has to be
   * @param connectTimeout for the connection alone
   */
  public Exchange send(String purpose, Supplier<HttpRequest> request, Duration connectTimeout) {
    if (!isKept(purpose)) return sendOnNew(purpose, request, connectTimeout);
    var made = named(request.get()); // before one is taken, which would be lost if it cannot be made
    for (var kept = take(purpose); kept.isPresent(); kept = take(purpose)) {
      var answer = kept.get().send(made);
      if (answer.isPresent()) return new Exchange(purpose, kept.get(), answer.get());
    }
    return sendOnNew(purpose, () -> made, connectTimeout);
  }

  /** Closes the connections that are kept for a purpose. */
  public void close(String purpose) {
    for (var kept = take(purpose); kept.isPresent(); kept = take(purpose)) kept.get().cut();
  }

  private Exchange sendOnNew(String purpose, Supplier<HttpRequest> request, Duration connectTimeout) {
    var made = new KeptConnection(system, base, connectTimeout);
    made.ended().whenComplete((done, failure) -> forget(purpose, made));
    try {
      var answer = made.send(named(request.get())).orElseGet(() -> CompletableFuture.failedFuture(new KeptConnection.Ended()));
      return new Exchange(purpose, made, answer);
    } catch (RuntimeException notMade) {
      made.cut();
      throw notMade;
    }
  }

  private HttpRequest named(HttpRequest request) {
    return request.addHeader(HttpExchange.host(base));
  }

  private synchronized boolean isKept(String purpose) {
    return idle.containsKey(purpose);
  }

  private synchronized Optional<KeptConnection> take(String purpose) {
    var some = idle.get(purpose);
    if (some == null) return Optional.empty();
    var youngest = some.removeFirst();
    if (some.isEmpty()) idle.remove(purpose);
    return Optional.of(youngest);
  }

  private synchronized void keep(String purpose, KeptConnection connection) {
    connection.keepUntil(system.scheduler().scheduleOnce(idleTime, () -> {
      if (forget(purpose, connection)) connection.cut();
    }, system.executionContext()));
    idle.computeIfAbsent(purpose, none -> new ArrayDeque<>()).addFirst(connection);
  }

  /** Whether it was idle. */
  private synchronized boolean forget(String purpose, KeptConnection connection) {
    var some = idle.get(purpose);
    if (some == null || !some.remove(connection)) return false;
    if (some.isEmpty()) idle.remove(purpose);
    return true;
  }

  private static boolean isLast(HttpResponse answer) {
    return answer.getHeader(Connection.class).map(header -> header.value().equalsIgnoreCase("close")).orElse(false);
  }
}
