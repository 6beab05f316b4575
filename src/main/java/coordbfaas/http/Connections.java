package coordbfaas.http;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open connections of one {@link HttpServer}: each is Pekko's HTTP layer behind a {@link RequestGate}, which lets in
 * what is a request and came in time, behind a {@link ReadAhead}, whose end cuts the outbound side and with it whatever was
 * being answered.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  // With so much waiting for the HTTP layer nothing more is read; the last read is of at most pekko.io.tcp.direct-buffer-size
  // (128 KiB). A client that says no more than this while it is answered is seen to leave.
  private static final int BYTES_AHEAD_MAX = 16 * 1024;

  // How long a client may go on sending after an answer that ends its connection. It is thrown away; were the connection
  // closed at once, that would reset it, and the answer could be lost.
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final ActorSystem<?> system;
  private final HttpServer.Limits limits;
  private final HttpServer.Handler handler;
  private final OpenSockets sockets;
  private final BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, ?> http;
  private record Open(Turn turn, CompletionStage<Done> ended) {}

  private final Map<SharedKillSwitch, Open> open = new ConcurrentHashMap<>();
  private final Set<SharedKillSwitch> lingering = ConcurrentHashMap.newKeySet();

  /** @param sockets of the connections that are accepted */
  Connections(ActorSystem<?> system, HttpServer.Limits limits, HttpServer.Handler handler, OpenSockets sockets) {
    this.system = system;
    this.limits = limits;
    this.handler = handler;
    this.sockets = sockets;
    this.http = HttpLayers.of(system).server();
  }

  /** Serves one connection to its end; completed when its socket is closed. */
  CompletionStage<Done> serve(Tcp.IncomingConnection connection) {
    var socket = sockets.take(connection.remoteAddress());
    var cut = KillSwitches.shared("connection");
    var gone = new CompletableFuture<Done>();
    var turn = new Turn();
    var awaited = new AtomicBoolean();
    var client = new HttpServer.Client(
        connection.remoteAddress(), gone, () -> cut.abort(new ClientGone()), () -> awaited.set(true));
    var ended = connection.flow()
        .via(cut.flow())
        .viaMat(new ReadAhead(BYTES_AHEAD_MAX), Keep.right())
        .via(new RequestGate(turn, limits.readTimeout(), limits.idleTime()))
        .via(answering(turn, client))
        .backpressureTimeout(limits.idleTime())
        .via(cut.flow())
        .watchTermination((end, said) -> {
          SameThread.of(said).whenComplete((done, failure) -> linger(end, cut, awaited.get()));
          return end;
        })
        .join(Flow.create())
        .addAttributes(Quiet.STREAM)
        .run(system);
    open.put(cut, new Open(turn, ended));
    return SameThread.of(ended).thenCompose(end -> {
      open.remove(cut);
      lingering.remove(cut);
      gone.complete(end);
      cut.abort(new ClientGone());
      return sockets.closed(socket, limits.idleTime());
    });
  }

  /** All has been said. The client has a moment to end the connection; after that it is closed, and the kernel may still send. */
  private void linger(CompletionStage<Done> end, SharedKillSwitch cut, boolean awaited) {
    if (end.toCompletableFuture().isDone()) return;
    lingering.add(cut);
    if (awaited) return;
    var close = system.scheduler().scheduleOnce(LINGER, cut::shutdown, system.executionContext());
    end.thenRun(close::cancel);
  }

  /** Completed when all connections that are open now have ended. */
  CompletionStage<Done> ended() {
    var ends = open.values().stream().map(one -> one.ended().toCompletableFuture()).toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(ends).thenApply(all -> Done.done());
  }

  /** Closes every open connection on which all has been said, for the kernel may have some of it still, and resets the others. */
  void cutAll() {
    open.forEach((cut, one) -> {
      if (one.turn().isIdle() || lingering.contains(cut)) cut.shutdown();
      else cut.abort(new ClientGone());
    });
  }

  private Flow<ByteString, ByteString, ?> answering(Turn turn, HttpServer.Client client) {
    return http.reversed().join(Flow.<HttpRequest>create()
        .mapAsync(1, request -> answer(request, turn, client))
        .map(answer -> AnswerEnd.watched(answer, turn::over)));
  }

  /** The handler's answer, unless the request is refused before. */
  private CompletionStage<HttpResponse> answer(HttpRequest request, Turn turn, HttpServer.Client client) {
    var refusal = turn.refusal().thenApply(Connections::refused);
    return refusal.isDone() ? refusal : handled(request, client).applyToEither(refusal, Function.identity());
  }

  private static HttpResponse refused(RefusedRequest refusal) {
    LOG.info("request refused status={} cause=\"{}\"", refusal.status(), refusal.getMessage());
    return refusal.response();
  }

  private CompletionStage<HttpResponse> handled(HttpRequest request, HttpServer.Client client) {
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
