package coordbfaas.localfly;

import coordbfaas.http.HttpExchange;
import coordbfaas.http.HttpServer;
import coordbfaas.http.Problem;
import coordbfaas.http.WebPageGuard;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMessage;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.model.ResponseEntity;
import org.apache.pekko.http.javadsl.model.headers.TimeoutAccess;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Flycast: sends each request to the basher of the machine that {@code fly-force-instance-id} names, on a connection of its
 * own, and streams both ways. When the client leaves, the connection to the basher is cut at once.
 *
 * <p>Without the header any started machine serves. An empty 502 says that the machine could not be reached, an empty 503
 * that there is none.
 */
final class Flycast implements HttpServer.Handler {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration LOCATE_TIMEOUT = Duration.ofSeconds(3);
  private static final String INSTANCE = "fly-force-instance-id";

  // Of one connection each (RFC 9110, 7.6.1), set by the connection to the basher itself, or Pekko's own notes.
  private static final Set<String> NOT_PASSED_ON = Set.of("connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
      "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect", "host", "content-length", "content-type",
      "timeout-access", "remote-address", "raw-request-uri", "tls-session-info");

  private final ActorSystem<?> system;
  private final ActorRef<LocalMachines.Command> machines;

  Flycast(ActorSystem<?> system, ActorRef<LocalMachines.Command> machines) {
    this.system = system;
    this.machines = machines;
  }

  @Override
  public CompletionStage<HttpResponse> handle(HttpRequest request, HttpServer.Client client) {
    return WebPageGuard.refusal(request)
        .map(refusal -> unread(request, Problem.response(403, refusal)))
        .orElseGet(() -> route(request, client));
  }

  private CompletionStage<HttpResponse> route(HttpRequest request, HttpServer.Client client) {
    request.getHeader(TimeoutAccess.class).ifPresent(access ->
        access.timeoutAccess().updateTimeout(scala.concurrent.duration.Duration.Inf()));
    var machine = request.getHeader(INSTANCE).map(HttpHeader::value);
    return locate(machine, isRun(request)).thenCompose(located -> located.place()
        .map(place -> pass(request, client, place))
        .orElseGet(() -> unread(request, empty(machine.isPresent() ? 502 : 503))));
  }

  private static boolean isRun(HttpRequest request) {
    return request.method().equals(HttpMethods.POST) && request.getUri().path().equals("/run");
  }

  private CompletionStage<LocalMachines.Located> locate(Optional<String> machine, boolean run) {
    return AskPattern.ask(
        machines, replyTo -> new LocalMachines.Locate(machine, run, replyTo), LOCATE_TIMEOUT, system.scheduler());
  }

  private CompletionStage<HttpResponse> pass(HttpRequest request, HttpServer.Client client, LocalMachines.Place place) {
    var exchange = HttpExchange.send(system, place.address(), outgoing(request), CONNECT_TIMEOUT);
    var passage = new Passage(exchange, new CompletableFuture<>());
    passage.endWith(client);
    return exchange.response()
        .thenApply(answer -> {
          if (isRun(request)) machines.tell(new LocalMachines.RunAnswered(place, answer.status().intValue()));
          return incoming(answer, passage);
        })
        .exceptionally(failure -> {
          if (isRun(request) && wasConnected(failure)) machines.tell(new LocalMachines.RunLost(place));
          passage.over();
          return empty(502);
        });
  }

  private static boolean wasConnected(Throwable failure) {
    return !(failure instanceof HttpExchange.NotConnected || failure.getCause() instanceof HttpExchange.NotConnected);
  }

  /**
   * One request on its way through.
   *
   * @param read completed when the client's connection has begun to read the answer; it cancels the answer when it ends
   */
  private record Passage(HttpExchange exchange, CompletableFuture<Void> read) {
    /** Until the answer is read, the client's leaving cuts the exchange. */
    void endWith(HttpServer.Client client) {
      // A connection may see many exchanges: anyOf lets go of the client's future when one is read.
      CompletableFuture.anyOf(client.gone().toCompletableFuture(), read).thenAccept(first -> {
        if (!read.isDone()) exchange.cut();
      });
    }

    void over() {
      read.complete(null);
      exchange.cut();
    }

    <T> Source<T, Object> watched(Source<T, Object> body) {
      return body.watchTermination((same, ended) -> {
        read.complete(null);
        ended.whenComplete((done, failure) -> exchange.cut());
        return NotUsed.getInstance();
      });
    }
  }

  private static HttpRequest outgoing(HttpRequest request) {
    return HttpRequest.create().withMethod(request.method()).withUri(request.getUri().toRelative())
        .addHeaders(passedOn(request)).withEntity((RequestEntity) request.entity().withoutSizeLimit());
  }

  private static HttpResponse incoming(HttpResponse answer, Passage passage) {
    return HttpResponse.create().withStatus(answer.status()).addHeaders(passedOn(answer))
        .withEntity(streamed(answer.entity(), passage));
  }

  private static ResponseEntity streamed(ResponseEntity entity, Passage passage) {
    return switch (entity.withoutSizeLimit()) {
      case HttpEntity.Strict strict -> {
        passage.over();
        yield strict;
      }
      case org.apache.pekko.http.scaladsl.model.HttpEntity.Chunked chunked -> // its trailers are kept in this way only
          chunked.copy(chunked.contentType(), passage.watched(chunked.chunks().asJava()).asScala());
      case HttpEntity sized when sized.getContentLengthOption().isPresent() -> HttpEntities.create(
          sized.getContentType(), sized.getContentLengthOption().getAsLong(), passage.watched(sized.getDataBytes()));
      case HttpEntity closeDelimited -> HttpEntities.createCloseDelimited(
          closeDelimited.getContentType(), passage.watched(closeDelimited.getDataBytes()));
    };
  }

  private static List<HttpHeader> passedOn(HttpMessage message) {
    return StreamSupport.stream(message.getHeaders().spliterator(), false)
        .filter(header -> !NOT_PASSED_ON.contains(header.lowercaseName().toLowerCase(Locale.ROOT))).toList();
  }

  private CompletionStage<HttpResponse> unread(HttpRequest request, HttpResponse response) {
    request.discardEntityBytes(system);
    return CompletableFuture.completedStage(response);
  }

  private static HttpResponse empty(int status) {
    return HttpResponse.create().withStatus(status).withEntity(HttpEntities.EMPTY);
  }
}
