package coordbfaas.localfly;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.http.HttpServer;
import coordbfaas.http.Problem;
import coordbfaas.http.SameThread;
import coordbfaas.http.WebPageGuard;
import coordbfaas.http.WholeBody;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.Ids;
import coordbfaas.localfly.rules.Refused;
import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.localfly.rules.Told;
import coordbfaas.machines.LeaseNonce;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.model.headers.TimeoutAccess;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;

/** The Machines API over HTTP: who may call, which call it is, and its answer as Fly writes it. */
final class MachinesRoutes implements HttpServer.Handler {
  private static final int BODY_BYTES_MAX = 1 << 20;
  private static final int CALLER_MAX = 200;
  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

  // A wait takes up to 60 s.
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(65);
  private static final Duration HTTP_TIMEOUT = BODY_TIMEOUT.plus(ANSWER_TIMEOUT);

  private final ActorSystem<?> system;
  private final ActorRef<LocalMachines.Command> machines;
  private final Callers callers;
  private final ObjectMapper json;
  private final Ids ids = new Ids(new SecureRandom());

  MachinesRoutes(ActorSystem<?> system, ActorRef<LocalMachines.Command> machines, Callers callers) {
    this.system = system;
    this.machines = machines;
    this.callers = callers;
    this.json = JacksonObjectMapperProvider.get(system).getOrCreate("coordbfaas", Optional.empty());
  }

  @Override
  public CompletionStage<HttpResponse> handle(HttpRequest request, HttpServer.Client client) {
    return WebPageGuard.refusal(request)
        .map(refusal -> unread(request, Problem.response(403, refusal)))
        .orElseGet(() -> answer(request, client))
        .thenApply(response -> response.addHeader(RawHeader.create("fly-request-id", ids.ulid(Instant.now()) + "-local")));
  }

  private CompletionStage<HttpResponse> answer(HttpRequest request, HttpServer.Client client) {
    if (!callers.mayCall(request)) return refuse(request, 401, "Authenticate: token validation error");
    var segments = segments(request);
    var actions = actions(segments);
    if (actions.isEmpty()) return refuse(request, 404, "page not found");
    return Action.of(actions, request.method().value())
        .map(action -> call(action, segments, request, client))
        .orElseGet(() -> refuse(request, 405, "method not allowed"));
  }

  private CompletionStage<HttpResponse> refuse(HttpRequest request, int status, String message) {
    return unread(request, published(Optional.empty(), request, Answer.error(status, message)));
  }

  private static List<String> segments(HttpRequest request) {
    var segments = new ArrayList<String>();
    request.getUri().pathSegments().forEach(segments::add);
    return segments;
  }

  private static List<Action> actions(List<String> segments) {
    var ours = segments.size() >= 4
        && segments.getFirst().equals("v1") && segments.get(1).equals("apps") && segments.get(3).equals("machines");
    return ours ? Action.at(segments.subList(4, segments.size())) : List.of();
  }

  private CompletionStage<HttpResponse> call(
      Action action, List<String> segments, HttpRequest request, HttpServer.Client client) {
    request.getHeader(TimeoutAccess.class).ifPresent(access -> access.timeoutAccess().updateTimeout(HTTP_TIMEOUT));
    return WholeBody.of(system, request.entity(), BODY_TIMEOUT, BODY_BYTES_MAX)
        .thenApply(body -> new ApiCall(action, segments.get(2), segment(segments, 4), segment(segments, 6),
            request.getUri().query().toMultiMap(), nonce(request), object(body.toArray()), caller(request)))
        .thenCompose(this::put)
        .exceptionally(failure -> new Told.Answered(refused(failure).answer(), Optional.empty()))
        .thenCompose(told -> tell(told, action, request, client));
  }

  private CompletionStage<Told> put(ApiCall call) {
    return SameThread.of(AskPattern.<LocalMachines.Command, Told>ask(machines, replyTo -> new LocalMachines.Call(call, replyTo),
        ANSWER_TIMEOUT, system.scheduler())).exceptionally(silent -> {
          throw new Refused(503, "local-fly did not answer in time");
        });
  }

  /** A caller that is not to be answered is kept waiting until its connection ends. */
  private CompletionStage<HttpResponse> tell(Told told, Action action, HttpRequest request, HttpServer.Client client) {
    return switch (told) {
      case Told.Answered(var answer, var retryAfter) ->
          CompletableFuture.completedStage(withRetryAfter(published(Optional.of(action), request, answer), retryAfter));
      case Told.Cut() -> {
        client.cut().run();
        yield new CompletableFuture<>();
      }
      case Told.Silence() -> new CompletableFuture<>();
    };
  }

  private static HttpResponse withRetryAfter(HttpResponse response, Optional<Duration> retryAfter) {
    return retryAfter.map(time -> response.addHeader(RawHeader.create("retry-after", String.valueOf(time.toSeconds()))))
        .orElse(response);
  }

  private static String segment(List<String> segments, int index) {
    return index < segments.size() ? segments.get(index) : "";
  }

  private static Optional<LeaseNonce> nonce(HttpRequest request) {
    return header(request, "fly-machine-lease-nonce").filter(nonce -> !nonce.isEmpty()).map(LeaseNonce::new);
  }

  private static String caller(HttpRequest request) {
    return header(request, "user-agent").map(caller -> caller.substring(0, Math.min(caller.length(), CALLER_MAX))).orElse("");
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  private ObjectNode object(byte[] body) {
    if (new String(body, StandardCharsets.UTF_8).isBlank()) return json.createObjectNode();
    try {
      return object(json.readTree(body));
    } catch (JsonProcessingException malformed) {
      throw new Refused(400, "json: " + malformed.getOriginalMessage());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static ObjectNode object(JsonNode body) {
    if (body instanceof ObjectNode object) return object;
    throw new Refused(400, "json: cannot unmarshal " + body.getNodeType().name().toLowerCase(Locale.ROOT) + " into Go value");
  }

  private static Refused refused(Throwable failure) {
    var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    return switch (cause) {
      case Refused refused -> refused;
      case EntityStreamException tooLarge -> new Refused(413, "http: request body too large");
      case TimeoutException slow -> new Refused(408, "http: request body not read in time");
      case Throwable other -> throw new CompletionException(other);
    };
  }

  private CompletionStage<HttpResponse> unread(HttpRequest request, HttpResponse response) {
    request.discardEntityBytes(system);
    return CompletableFuture.completedStage(response);
  }

  private HttpResponse published(Optional<Action> action, HttpRequest request, Answer answer) {
    var call = request.method().value() + " " + request.getUri().path();
    system.classicSystem().eventStream().publish(new Answered(action, call, answer.status(), answer.body()));
    return http(answer);
  }

  private HttpResponse http(Answer answer) {
    var response = HttpResponse.create().withStatus(answer.status());
    return answer.body()
        .map(body -> response.withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, bytes(body)))).orElse(response);
  }

  private byte[] bytes(JsonNode body) {
    try {
      return json.writeValueAsBytes(body);
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
