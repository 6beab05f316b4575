package coordbfaas.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.http.HttpServer;
import coordbfaas.http.Problem;
import coordbfaas.http.WebPageGuard;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpCharsets;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/**
 * What the admin port answers.
 *
 * <table>
 *   <caption>Requests</caption>
 *   <tr><td>{@code GET /health}<td>200: the process is alive
 *   <tr><td>{@code GET /ready}<td>200 if a request would be served, else 503 and a problem document with {@code reasons}
 *   <tr><td>{@code GET /metrics}<td>for Prometheus, in its text format
 *   <tr><td>{@code GET /pool}<td>a {@link PoolView}, as JSON
 *   <tr><td>{@code GET /}<td>the status page
 *   <tr><td>{@code POST /run}<td>as on the public port, with the same limits; for the page
 * </table>
 *
 * <p>What a page of another origin may have sent is refused. A port on loopback must be asked by a name of the loopback; another
 * by its address, save for health and metrics, which a scraper may know by any name and which run nothing.
 */
final class AdminRoutes implements HttpServer.Handler {
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

  private static final ContentType.NonBinary METRICS = ContentTypes.create(MediaTypes.customWithFixedCharset(
      "text", "plain", HttpCharsets.UTF_8, Map.of("version", "0.0.4"), false));

  /** By whatever name they are asked for. */
  private static final Set<String> FOR_SCRAPERS = Set.of("/health", "/ready", "/metrics");

  private final ActorSystem<?> system;
  private final ActorRef<Observatory.Command> observatory;
  private final Meters meters;
  private final HttpServer.Handler run;
  private final boolean onLoopback;
  private final ObjectMapper json = new ObjectMapper();

  AdminRoutes(
      ActorSystem<?> system, ActorRef<Observatory.Command> observatory, Meters meters, HttpServer.Handler run,
      AdminSettings settings) {
    this.system = system;
    this.observatory = observatory;
    this.meters = meters;
    this.run = run;
    this.onLoopback = isLoopback(settings.bind());
  }

  @Override
  public CompletionStage<HttpResponse> handle(HttpRequest request, HttpServer.Client client) {
    var path = request.getUri().path();
    var refused = refusal(request, path);
    if (refused.isEmpty() && path.equals("/run")) return run.handle(notThroughTheProxy(request), client);
    request.discardEntityBytes(system);
    return refused.<CompletionStage<HttpResponse>>map(CompletableFuture::completedStage).orElseGet(() -> get(path))
        .thenApply(answer -> answer.addHeader(RawHeader.create("Cache-Control", "no-store"))
            .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
            .addHeader(RawHeader.create("Referrer-Policy", "no-referrer")));
  }

  private Optional<HttpResponse> refusal(HttpRequest request, String path) {
    var webPage = onLoopback ? WebPageGuard.refusal(request)
        : FOR_SCRAPERS.contains(path) ? WebPageGuard.fromElsewhere(request) : WebPageGuard.refusalByAddress(request);
    if (webPage.isPresent()) return webPage.map(why -> Problem.response(403, why));
    var method = path.equals("/run") ? HttpMethods.POST : HttpMethods.GET;
    return request.method().equals(method) ? Optional.empty()
        : Optional.of(Problem.response(405, "method not allowed (expected: " + method.value() + ")")
            .addHeader(RawHeader.create("Allow", method.value())));
  }

  private CompletionStage<HttpResponse> get(String path) {
    return switch (path) {
      case "/health"  -> CompletableFuture.completedStage(document("{\"status\":\"alive\"}\n"));
      case "/ready"   -> ready();
      case "/metrics" -> CompletableFuture.completedStage(HttpResponse.create()
          .withEntity(HttpEntities.create(METRICS, meters.scrape())));
      case "/pool"    -> AskPattern.ask(observatory, Observatory.View::new, ANSWER_TIMEOUT, system.scheduler())
          .thenApply(view -> document(written(view)));
      default         -> CompletableFuture.completedStage(StatusPage.file(path).orElseGet(() ->
          Problem.response(404, "no such path (expected: /, /health, /ready, /metrics, /pool or /run)")));
    };
  }

  private CompletionStage<HttpResponse> ready() {
    return AskPattern.ask(observatory, Observatory.IsReady::new, ANSWER_TIMEOUT, system.scheduler())
        .thenApply(reasons -> reasons.against().isEmpty()
            ? document("{\"status\":\"ready\"}\n") : Problem.because(503, reasons.against()));
  }

  /** It did not come through Fly's proxy: nobody vouches for its address, and nobody would replay it elsewhere. */
  private static HttpRequest notThroughTheProxy(HttpRequest request) {
    return request.removeHeader("Fly-Client-IP").addHeader(RawHeader.create("fly-replay-failed", "admin"));
  }

  private static HttpResponse document(String text) {
    return HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, text));
  }

  private String written(PoolView view) {
    try {
      return json.writeValueAsString(view) + "\n";
    } catch (JsonProcessingException bug) {
      throw new UncheckedIOException(bug);
    }
  }

  private static boolean isLoopback(String bind) {
    try {
      return InetAddress.getByName(bind).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }
}
