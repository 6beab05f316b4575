package coordbfaas.basher;

import coordbfaas.auth.TokenCheck;
import coordbfaas.http.HeaderValues;
import coordbfaas.http.HttpServer;
import coordbfaas.http.Problem;
import coordbfaas.http.RequestBody;
import coordbfaas.http.SameThread;
import coordbfaas.http.WebPageGuard;
import coordbfaas.wire.EventCoding;
import coordbfaas.wire.MalformedRequest;
import coordbfaas.wire.RunRequestReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Authorization;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The worker API: {@code POST /run}, once, for whoever has a token for it, and {@code GET /health}. */
final class BasherRoutes implements HttpServer.Handler {
  private static final Logger LOG = LoggerFactory.getLogger(BasherRoutes.class);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PING_EVERY = Duration.ofSeconds(10);
  private static final String BEARER = "Bearer ";

  private final ActorSystem<?> system;
  private final ActorRef<Basher.Command> basher;
  private final BasherSettings settings;
  private final String boot;
  private final TokenCheck tokens;

  BasherRoutes(ActorSystem<?> system, ActorRef<Basher.Command> basher, BasherSettings settings, String boot) {
    this.system = system;
    this.basher = basher;
    this.settings = settings;
    this.boot = boot;
    this.tokens = new TokenCheck(settings.key(), settings.machine(), boot, Instant.now());
  }

  @Override
  public CompletionStage<HttpResponse> handle(HttpRequest request, HttpServer.Client client) {
    var refusal = settings.onLoopback() ? WebPageGuard.refusal(request) : Optional.<String>empty();
    if (refusal.isPresent()) return answer(request, Problem.response(403, refusal.get()));
    return switch (request.getUri().path()) {
      case "/run" -> request.method().equals(HttpMethods.POST) ? run(request, client) : notAllowed(request, "POST");
      case "/health" -> request.method().equals(HttpMethods.GET) ? health(request) : notAllowed(request, "GET");
      default -> answer(request, Problem.response(404, "no such path (expected: /run or /health)"));
    };
  }

  private CompletionStage<HttpResponse> health(HttpRequest request) {
    request.discardEntityBytes(system);
    return SameThread.of(AskPattern.<Basher.Command, Basher.Health>ask(
            basher, Basher.Asked::new, START_TIMEOUT, system.scheduler()))
        .handle((health, failure) -> failure != null ? Problem.response(503, "this worker is ending")
            : health.good() ? healthy() : Problem.response(503, "no process waits for a script yet"))
        .thenApply(response -> response.addHeader(RawHeader.create("Worker", settings.machine())));
  }

  /** {@code now} is in milliseconds of Unix time, by this machine's clock. */
  private HttpResponse healthy() {
    return HttpResponse.create().withEntity(HttpEntities.create(
        ContentTypes.APPLICATION_JSON,
        "{\"machine\":\"%s\",\"boot\":\"%s\",\"now\":%d}".formatted(settings.machine(), boot, System.currentTimeMillis())));
  }

  private CompletionStage<HttpResponse> run(HttpRequest request, HttpServer.Client client) {
    return authorized(request, client)
        .exceptionally(failure -> switch (cause(failure)) {
          case RequestBody.Refused refused -> refused.response();
          case MalformedRequest malformed -> Problem.response(400, malformed.getMessage());
          case TimeoutException ending -> Problem.response(503, "this worker is ending");
          case Throwable unexpected -> throw new CompletionException(unexpected);
        })
        .thenApply(response -> response.addHeader(RawHeader.create("Worker", settings.machine())));
  }

  /** Keeps no byte of a body before its token is good: strangers' bodies together might be more than a small worker's memory. */
  private CompletionStage<HttpResponse> authorized(HttpRequest request, HttpServer.Client client) {
    var acceptedNanos = System.nanoTime();
    return switch (tokens.check(bearer(request), Instant.now())) {
      case TokenCheck.Refused(var reason) -> answer(request, unauthorized(reason));
      case TokenCheck.Valid valid -> RequestBody.read(system, request, settings.bodyBytesMax())
          .thenCompose(body -> valid.isFor(body.toArrayUnsafe()) ? start(request, body, valid, acceptedNanos, client)
              : CompletableFuture.completedStage(unauthorized("for another script")));
    };
  }

  private CompletionStage<HttpResponse> start(
      HttpRequest request, ByteString body, TokenCheck.Valid valid, long acceptedNanos, HttpServer.Client client) {
    var script = RunRequestReader.read(RequestBody.isJson(request), body);
    var time = RunTime.of(acceptedNanos, Duration.ofMillis(valid.token().limits().ms()), valid.latestEnd());
    return SameThread.of(AskPattern.<Basher.Command, Basher.StartReply>ask(basher,
            replyTo -> new Basher.StartRun(script, valid.token(), time, client.gone(), replyTo),
            START_TIMEOUT, system.scheduler()))
        .thenApply(reply -> switch (reply) {
          case ScriptRun.Started started -> answer(request, started, client);
          case Basher.NotReady early -> Problem.response(503, "no process waits for a script yet");
          case Basher.Busy busy -> Problem.response(409, "this machine's one run was given already");
        });
  }

  /** Who reads it closes the connection: the kernel may end with this process, and what it has still to send. */
  private static HttpResponse answer(HttpRequest request, ScriptRun.Started started, HttpServer.Client client) {
    client.await().run();
    var coding = EventCoding.accepted(HeaderValues.of(request, "accept").toList());
    return HttpResponse.create()
        .withEntity(HttpEntities.create(ContentTypes.parse(coding.mediaType()),
            started.events().map(coding::write).keepAlive(PING_EVERY, coding::ping)))
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .addHeader(Connection.create("close"));
  }

  private static HttpResponse unauthorized(String reason) {
    LOG.info("request refused status=401 cause={}", reason);
    return Problem.response(401, "no valid token").addHeader(RawHeader.create("WWW-Authenticate", "Bearer"));
  }

  private static String bearer(HttpRequest request) {
    return request.getHeader(Authorization.class).map(header -> header.value())
        .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(value -> value.substring(BEARER.length()).strip()).orElse("");
  }

  private CompletionStage<HttpResponse> notAllowed(HttpRequest request, String allowed) {
    return answer(request, Problem.response(405, "method not allowed (expected: " + allowed + ")")
        .addHeader(RawHeader.create("Allow", allowed)));
  }

  private CompletionStage<HttpResponse> answer(HttpRequest request, HttpResponse response) {
    request.discardEntityBytes(system);
    return CompletableFuture.completedStage(response);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
  }
}
