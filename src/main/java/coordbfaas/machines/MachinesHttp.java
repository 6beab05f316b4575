package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.http.HttpExchange;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One exchange with the Machines API: sent with token and nonce, its answer parsed, its failure a {@link MachinesFailure}. */
final class MachinesHttp {
  /**
   * A call to be made.
   *
   * @param target path and query
   * @param extra how much longer than other calls it may take
   */
  record Call(HttpMethod method, String target, Optional<JsonNode> body, Optional<LeaseNonce> nonce, Duration extra) {
    static Call of(HttpMethod method, String target) {
      return new Call(method, target, Optional.empty(), Optional.empty(), Duration.ZERO);
    }

    static Call get(String target) {
      return of(HttpMethods.GET, target);
    }

    static Call post(String target) {
      return of(HttpMethods.POST, target);
    }

    static Call delete(String target) {
      return of(HttpMethods.DELETE, target);
    }

    Call with(JsonNode body) {
      return new Call(method, target, Optional.of(body), nonce, extra);
    }

    Call under(LeaseNonce nonce) {
      return new Call(method, target, body, Optional.of(nonce), extra);
    }

    Call longer(Duration extra) {
      return new Call(method, target, body, nonce, extra);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(HttpMachinesApi.class);
  private static final long ANSWER_BYTES_MAX = 64L << 20;
  private static final int MESSAGE_CHARACTERS_MAX = 300;

  private final ActorSystem<?> system;
  private final MachinesSettings settings;
  private final ObjectMapper json;

  MachinesHttp(ActorSystem<?> system, MachinesSettings settings, ObjectMapper json) {
    this.system = system;
    this.settings = settings;
    this.json = json;
  }

  /** Makes the call. An empty answer reads as a missing node. */
  CompletionStage<JsonNode> call(Call call) {
    var timeout = settings.callTimeout().plus(call.extra());
    var exchange = HttpExchange.send(system, settings.url(), request(call), settings.callTimeout());
    var answer = exchange.response().thenCompose(response -> answer(call, response, timeout)).toCompletableFuture();
    return answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((node, failure) -> exchange.cut())
        .exceptionallyCompose(failure -> CompletableFuture.failedStage(failure(call, failure)));
  }

  private HttpRequest request(Call call) {
    var bare = HttpRequest.create(call.target()).withMethod(call.method())
        .addHeader(RawHeader.create("Authorization", settings.token().authorization()));
    var fenced = call.nonce()
        .map(nonce -> bare.addHeader(RawHeader.create("fly-machine-lease-nonce", nonce.text()))).orElse(bare);
    return call.body().map(body -> fenced.withEntity(ContentTypes.APPLICATION_JSON, body.toString())).orElse(fenced);
  }

  private CompletionStage<JsonNode> answer(Call call, HttpResponse response, Duration timeout) {
    return response.entity().withSizeLimit(ANSWER_BYTES_MAX).toStrict(timeout.toMillis(), ANSWER_BYTES_MAX, system)
        .thenApply(entity -> {
          var status = response.status().intValue();
          if (response.status().isSuccess()) return parse(entity.getData());
          var message = message(entity.getData());
          LOG.info("call rejected method={} target={} status={} message=\"{}\" fly_request_id={}",
              call.method().value(), call.target(), status, message,
              response.getHeader("fly-request-id").map(HttpHeader::value).orElse("none"));
          throw new MachinesFailure.Rejected(status, message);
        });
  }

  private JsonNode parse(ByteString body) {
    try {
      return body.isEmpty() ? json.missingNode() : json.readTree(body.utf8String());
    } catch (JsonProcessingException malformed) {
      throw new MachinesFailure.Rejected(200, "malformed answer (expected: JSON)");
    }
  }

  /** What the API says went wrong: its {@code error}, else its {@code message}, else the beginning of what it sent. */
  private String message(ByteString body) {
    String text;
    try {
      var answer = json.readTree(body.utf8String());
      text = answer.path("error").asText(answer.path("message").asText(body.utf8String()));
    } catch (JsonProcessingException notJson) {
      text = body.utf8String();
    }
    return text.length() <= MESSAGE_CHARACTERS_MAX ? text : text.substring(0, MESSAGE_CHARACTERS_MAX) + "…";
  }

  private static MachinesFailure failure(Call call, Throwable thrown) {
    var cause = MachinesFailure.unwrapped(thrown);
    if (cause instanceof MachinesFailure known) return known;
    LOG.info("call unanswered method={} target={} cause={}", call.method().value(), call.target(), cause.getClass().getSimpleName());
    var message = call.method().value() + " " + call.target() + ": " + cause.getClass().getSimpleName();
    return cause instanceof HttpExchange.NotConnected
        ? new MachinesFailure.Unreachable(message) : new MachinesFailure.FateUnknown(message);
  }
}
