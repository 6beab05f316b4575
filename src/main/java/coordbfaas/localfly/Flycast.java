package coordbfaas.localfly;

import coordbfaas.http.HttpExchange;
import coordbfaas.http.HttpServer;
import coordbfaas.http.Problem;
import coordbfaas.http.WebPageGuard;
import java.net.URI;
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
    return locate(machine).thenCompose(located -> located.address()
        .map(address -> pass(request, client, address))
        .orElseGet(() -> unread(request, empty(machine.isPresent() ? 502 : 503))));
  }

  private CompletionStage<LocalMachines.Located> locate(Optional<String> machine) {
    return AskPattern.ask(machines, replyTo -> new LocalMachines.Locate(machine, replyTo), LOCATE_TIMEOUT, system.scheduler());
  }

  private CompletionStage<HttpResponse> pass(HttpRequest request, HttpServer.Client client, URI address) {
    var exchange = HttpExchange.send(system, address, outgoing(request), CONNECT_TIMEOUT);
    var over = new CompletableFuture<Void>();
    // anyOf lets go of the client's future when the answer is over: a connection may see many requests.
    CompletableFuture.anyOf(client.gone().toCompletableFuture(), over).whenComplete((end, failure) -> exchange.cut());
    return exchange.response()
        .thenApply(answer -> incoming(answer, over))
        .exceptionally(failure -> {
          over.complete(null);
          return empty(502);
        });
  }

  private static HttpRequest outgoing(HttpRequest request) {
    return HttpRequest.create().withMethod(request.method()).withUri(request.getUri().toRelative())
        .addHeaders(passedOn(request)).withEntity((RequestEntity) request.entity().withoutSizeLimit());
  }

  /** The basher's answer, its body streamed; {@code over} is completed when that has ended or nobody wants it any more. */
  private static HttpResponse incoming(HttpResponse answer, CompletableFuture<Void> over) {
    return HttpResponse.create().withStatus(answer.status()).addHeaders(passedOn(answer))
        .withEntity(streamed(answer.entity(), over));
  }

  private static ResponseEntity streamed(ResponseEntity entity, CompletableFuture<Void> over) {
    return switch (entity.withoutSizeLimit()) {
      case HttpEntity.Strict strict -> {
        over.complete(null);
        yield strict;
      }
      case org.apache.pekko.http.scaladsl.model.HttpEntity.Chunked chunked -> // its trailers are kept in this way only
          chunked.copy(chunked.contentType(), watched(chunked.chunks().asJava(), over).asScala());
      case HttpEntity sized when sized.getContentLengthOption().isPresent() -> HttpEntities.create(
          sized.getContentType(), sized.getContentLengthOption().getAsLong(), watched(sized.getDataBytes(), over));
      case HttpEntity closeDelimited -> HttpEntities.createCloseDelimited(
          closeDelimited.getContentType(), watched(closeDelimited.getDataBytes(), over));
    };
  }

  private static <T> Source<T, Object> watched(Source<T, Object> body, CompletableFuture<Void> over) {
    return body.watchTermination((same, ended) -> {
      ended.whenComplete((done, failure) -> over.complete(null));
      return NotUsed.getInstance();
    });
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
