package coordbfaas.coord;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Observer;
import coordbfaas.http.BodyBudget;
import coordbfaas.http.HttpServer;
import coordbfaas.http.Problem;
import coordbfaas.http.RequestBody;
import coordbfaas.http.SameThread;
import coordbfaas.http.WebPageGuard;
import coordbfaas.wire.MalformedRequest;
import coordbfaas.wire.RunRequestReader;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/** The public API: turns a valid {@code POST /run} into an order, and everything else away without touching a worker. */
final class CoordinatorRoutes implements HttpServer.Handler {
  // The request's own actor answers by its deadline; this only bounds the wait for one that cannot.
  private static final Duration ANSWER_SLACK = Duration.ofSeconds(10);

  private final ActorSystem<?> system;
  private final ActorRef<Coordinator.Command> coordinator;
  private final CoordSettings settings;
  private final Optional<RateLimit> rateLimit;
  private final BodyBudget bodies;
  private final Observer observer;

  CoordinatorRoutes(
      ActorSystem<?> system, ActorRef<Coordinator.Command> coordinator, CoordSettings settings, Observer observer) {
    this.system = system;
    this.coordinator = coordinator;
    this.settings = settings;
    this.rateLimit = settings.limits().rate().map(RateLimit::new);
    this.bodies = new BodyBudget(settings.limits().bodiesBytes());
    this.observer = observer;
  }

  @Override
  public CompletionStage<HttpResponse> handle(HttpRequest request, HttpServer.Client client) {
    return answer(request, client).whenComplete((answer, failure) ->
        observer.saw(new Fact.Answered(failure == null ? answer.status().intValue() : 500)));
  }

  private CompletionStage<HttpResponse> answer(HttpRequest request, HttpServer.Client client) {
    return refusal(request).or(() -> overItsRate(request, client)).map(problem -> {
      request.discardEntityBytes(system);
      return CompletableFuture.completedStage(problem);
    }).orElseGet(() -> run(request, client));
  }

  private Optional<HttpResponse> refusal(HttpRequest request) {
    var webPage = settings.local() ? WebPageGuard.refusal(request) : Optional.<String>empty();
    if (webPage.isPresent()) return webPage.map(why -> Problem.response(403, why));
    if (!request.getUri().path().equals("/run")) return Optional.of(Problem.response(404, "no such path (expected: /run)"));
    if (!request.method().equals(HttpMethods.POST))
      return Optional.of(Problem.response(405, "method not allowed (expected: POST)")
          .addHeader(RawHeader.create("Allow", "POST")));
    return Optional.empty();
  }

  /** Counts a request for a run, before its body is read. */
  private Optional<HttpResponse> overItsRate(HttpRequest request, HttpServer.Client client) {
    return rateLimit
        .flatMap(limit -> limit.refusal(ClientAddress.of(request, client, settings.onFly()), System.nanoTime()))
        .map(wait -> Problem.response(429, "too many requests of one client")
            .addHeader(RawHeader.create("Retry-After", Long.toString(Math.max(1, wait.plusNanos(999_999_999).toSeconds())))));
  }

  private CompletionStage<HttpResponse> run(HttpRequest request, HttpServer.Client client) {
    return RequestBody.read(system, request, settings.limits().bodyBytes(), bodies)
        .thenApply(body -> order(request, body))
        .thenCompose(order -> ask(order, client))
        .exceptionally(failure -> switch (failure instanceof CompletionException ? failure.getCause() : failure) {
          case RequestBody.Refused refused -> refused.response();
          case MalformedRequest malformed -> Problem.response(400, malformed.getMessage());
          case Throwable unexpected -> throw new CompletionException(unexpected);
        });
  }

  private CompletionStage<HttpResponse> ask(RunOrder order, HttpServer.Client client) {
    return SameThread.of(AskPattern.<Coordinator.Command, HttpResponse>ask(coordinator,
        replyTo -> new Coordinator.Accept(order, client.gone(), replyTo), order.time().plus(ANSWER_SLACK), system.scheduler()));
  }

  private RunOrder order(HttpRequest request, ByteString body) {
    var json = RequestBody.isJson(request);
    var script = RunRequestReader.read(json, body);
    var asked = request.getUri().query().get("timeout").map(RunRequestReader::timeout);
    var time = shortest(settings.limits().requestTime(), asked, script.timeout());
    return RunOrder.accept(body, json, AnswerForm.of(request), time)
        .with(settings.flyReplay() ? FlyReplay.of(request, body.size()) : Optional.empty());
  }

  private static Duration shortest(Duration limit, Optional<Duration> one, Optional<Duration> other) {
    var shorter = one.filter(asked -> asked.compareTo(limit) < 0).orElse(limit);
    return other.filter(asked -> asked.compareTo(shorter) < 0).orElse(shorter);
  }
}
