package coordbfaas.localfly;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.http.HttpServer;
import coordbfaas.http.Problem;
import coordbfaas.http.RequestBody;
import coordbfaas.http.WebPageGuard;
import coordbfaas.localfly.rules.FaultReader;
import coordbfaas.localfly.rules.Misfortune;
import coordbfaas.machines.HostStatus;
import coordbfaas.settings.GoDuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;
import org.apache.pekko.util.ByteString;

/**
 * The admin port: what goes wrong on this Fly, and what was seen of it.
 *
 * <table>
 *   <caption>Requests; bodies are JSON objects</caption>
 *   <tr><td>{@code GET /faults}<td>the faults that go on, each with its {@code number}, how many calls are {@code left} for it
 *       and {@code until} when
 *   <tr><td>{@code POST /faults}<td>{@code {"fault": "stop lost=late arrives=5s times=1"}}, as {@link FaultReader} reads it:
 *       201 and its {@code number}
 *   <tr><td>{@code DELETE /faults}, {@code DELETE /faults/3}<td>ends them all, or one: 204
 *   <tr><td>{@code GET /machines}<td>all machines that are not destroyed, each with its latest {@code boot}, how many
 *       {@code runs} it took in it, and its {@code lease}, if it has one
 *   <tr><td>{@code POST /machines/ID/die}<td>the machine's main process ends by itself; so with {@code expire-lease},
 *       {@code steal-lease}, {@code lose-snapshot} and {@code fail-launch}, as {@link Misfortune} tells: 204
 *   <tr><td>{@code POST /machines/ID/host-status}<td>{@code {"status": "unreachable"}}, {@code unknown} or {@code ok}
 *   <tr><td>{@code POST /lag}<td>{@code {"time": "2s"}}: get and list tell the machines as they were so long ago; 0 ends it
 *   <tr><td>{@code POST /api/refuse}<td>{@code {"for": "10s"}}: the API refuses connections, those it has are cut; without
 *       {@code for} until the next. Flycast goes on
 *   <tr><td>{@code POST /api/serve}<td>the API takes connections again
 *   <tr><td>{@code GET /log?last=100}<td>the newest calls, effects and runs, each with its time, and how many older ones there
 *       were; 1000 unless told
 *   <tr><td>{@code GET /verdict}<td>what broke the rules that the judge knows
 * </table>
 *
 * <p>Errors are problem documents. What a web page may have sent is refused, as on every port; so is whoever lacks the token,
 * if there is one.
 */
final class AdminRoutes implements HttpServer.Handler {
  private static final int BODY_BYTES_MAX = 64 << 10;
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TIME_MAX = Duration.ofHours(1);
  private static final int LOG_LAST = 1000;

  /** What a request wants that has come to the right place. */
  private interface Task {
    CompletionStage<HttpResponse> start(Request request);
  }

  /** @param name the path's own part, an id or a number; empty if it has none */
  private record Request(String name, HttpRequest http, ObjectNode body) {}

  /** The request is not one; the message says what was expected. */
  private static final class Malformed extends RuntimeException {
    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  private final ActorSystem<?> system;
  private final ActorRef<LocalMachines.Command> machines;
  private final ActorRef<ApiPort.Command> api;
  private final Callers callers;
  private final ObjectMapper json;

  /** By the path, its own part written as {@code *}, and then by the method. */
  private final Map<String, Map<String, Task>> tasks = new HashMap<>(Map.of(
      "/faults", Map.of(
          "GET", request -> wish(new Wish.ListFaults(), 200),
          "POST", request -> wish(new Wish.AddFault(FaultReader.parse(text(request.body, "fault"))), 201),
          "DELETE", request -> wish(new Wish.RemoveFaults(), 200)),
      "/faults/*", Map.of("DELETE", request -> wish(new Wish.RemoveFault(number(request.name)), 200)),
      "/machines", Map.of("GET", request -> wish(new Wish.ListMachines(), 200)),
      "/machines/*/host-status", Map.of("POST", request ->
          wish(new Wish.SetHostStatus(request.name, word(request.body, "status", HostStatus.values())), 200)),
      "/lag", Map.of("POST", request -> wish(new Wish.LagReads(time(request.body, "time")), 200)),
      "/api/refuse", Map.of("POST", request -> refuse(request.body)),
      "/api/serve", Map.of("POST", request -> tellApi(ApiPort.Serve::new)),
      "/log", Map.of("GET", request -> wish(new Wish.ReadLog(last(request.http)), 200)),
      "/verdict", Map.of("GET", request -> wish(new Wish.ReadVerdict(), 200))));

  private static final Set<String> WITH_NAME = Set.of("faults", "machines");

  AdminRoutes(ActorSystem<?> system, ActorRef<LocalMachines.Command> machines, ActorRef<ApiPort.Command> api, Callers callers) {
    this.system = system;
    this.machines = machines;
    this.api = api;
    this.callers = callers;
    this.json = JacksonObjectMapperProvider.get(system).getOrCreate("coordbfaas", Optional.empty());
    for (var misfortune : Misfortune.values()) tasks.put("/machines/*/" + kebab(misfortune),
        Map.of("POST", request -> wish(new Wish.Befall(request.name, misfortune), 200)));
  }

  @Override
  public CompletionStage<HttpResponse> handle(HttpRequest request, HttpServer.Client client) {
    return WebPageGuard.refusal(request)
        .map(refusal -> unread(request, Problem.response(403, refusal)))
        .orElseGet(() -> route(request));
  }

  private CompletionStage<HttpResponse> route(HttpRequest request) {
    if (!callers.mayCall(request)) return unread(request, Problem.response(401, "the token is missing or wrong (Authorization)"));
    var segments = new ArrayList<String>();
    request.getUri().pathSegments().forEach(segments::add);
    var methods = tasks.get(shape(segments));
    if (methods == null) return unread(request, Problem.response(404, "there is no such path"));
    var task = methods.get(request.method().value());
    return task == null ? unread(request, wrongMethod(methods.keySet())) : start(task, name(segments), request);
  }

  private static String shape(List<String> segments) {
    var shape = new StringBuilder();
    for (var i = 0; i < segments.size(); i++) shape.append('/').append(isName(segments, i) ? "*" : segments.get(i));
    return shape.toString();
  }

  private static boolean isName(List<String> segments, int index) {
    return index == 1 && WITH_NAME.contains(segments.getFirst());
  }

  private static String name(List<String> segments) {
    return segments.size() > 1 && isName(segments, 1) ? segments.get(1) : "";
  }

  private static HttpResponse wrongMethod(Set<String> methods) {
    var allowed = String.join(", ", methods.stream().sorted().toList());
    return Problem.response(405, "expected: " + allowed).addHeader(RawHeader.create("Allow", allowed));
  }

  private CompletionStage<HttpResponse> start(Task task, String name, HttpRequest http) {
    return RequestBody.read(system, http, BODY_BYTES_MAX)
        .thenCompose(body -> task.start(new Request(name, http, object(body))))
        .exceptionally(AdminRoutes::refused);
  }

  private static HttpResponse refused(Throwable failure) {
    return switch (failure) {
      case CompletionException wrapped when wrapped.getCause() != null -> refused(wrapped.getCause());
      case RequestBody.Refused refused -> refused.response();
      case Malformed malformed -> Problem.response(400, malformed.getMessage());
      case IllegalArgumentException malformed -> Problem.response(400, malformed.getMessage());
      default -> throw new CompletionException(failure);
    };
  }

  private CompletionStage<HttpResponse> wish(Wish wish, int status) {
    return AskPattern.<LocalMachines.Command, AdminAnswer>ask(
            machines, replyTo -> new LocalMachines.Admin(wish, replyTo), ANSWER_TIMEOUT, system.scheduler())
        .thenApply(answer -> switch (answer) {
          case AdminAnswer.Done() -> HttpResponse.create().withStatus(204);
          case AdminAnswer.Told(var told) -> http(status, told);
          case AdminAnswer.NotFound(var what) -> Problem.response(404, "there is no " + what);
        });
  }

  private CompletionStage<HttpResponse> refuse(ObjectNode body) {
    var time = body.has("for") ? Optional.of(time(body, "for")) : Optional.<Duration>empty();
    return tellApi(replyTo -> new ApiPort.Refuse(time, replyTo));
  }

  private CompletionStage<HttpResponse> tellApi(Function<ActorRef<Done>, ApiPort.Command> command) {
    return AskPattern.ask(api, command::apply, ANSWER_TIMEOUT, system.scheduler())
        .thenApply(done -> HttpResponse.create().withStatus(204));
  }

  private ObjectNode object(ByteString body) {
    if (body.isEmpty()) return json.createObjectNode();
    try {
      if (json.readTree(body.toArray()) instanceof ObjectNode object) return object;
      throw new Malformed("the body is not a JSON object");
    } catch (JsonProcessingException malformed) {
      throw new Malformed("the body is not JSON");
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private static String text(ObjectNode body, String field) {
    return Optional.ofNullable(body.get(field)).filter(JsonNode::isTextual).map(JsonNode::textValue)
        .orElseThrow(() -> new Malformed(field + ": missing (expected: a text)"));
  }

  private static Duration time(ObjectNode body, String field) {
    var time = GoDuration.parse(text(body, field));
    if (time.isNegative() || time.compareTo(TIME_MAX) > 0)
      throw new Malformed(field + ": " + GoDuration.format(time) + " (expected: a duration from 0 to 1h)");
    return time;
  }

  private static <T extends Enum<T>> T word(ObjectNode body, String field, T[] words) {
    var text = text(body, field);
    return Stream.of(words).filter(word -> kebab(word).equals(text)).findFirst().orElseThrow(() -> new Malformed(
        field + ": " + text + " (expected: " + String.join(" or ", Stream.of(words).map(AdminRoutes::kebab).toList()) + ")"));
  }

  private static String kebab(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static long number(String text) {
    if (!text.matches("\\d{1,18}")) throw new Malformed("fault: " + text + " (expected: a number)");
    return Long.parseLong(text);
  }

  private static int last(HttpRequest request) {
    var text = request.getUri().query().get("last").orElse(String.valueOf(LOG_LAST));
    if (!text.matches("\\d{1,9}")) throw new Malformed("last: " + text + " (expected: a whole number)");
    return Integer.parseInt(text);
  }

  private CompletionStage<HttpResponse> unread(HttpRequest request, HttpResponse response) {
    request.discardEntityBytes(system);
    return CompletableFuture.completedStage(response);
  }

  private HttpResponse http(int status, JsonNode body) {
    try {
      return HttpResponse.create().withStatus(status)
          .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, json.writeValueAsBytes(body)));
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
