package coordbfaas.machines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.http.HttpExchange;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;
import org.apache.pekko.util.ByteString;

/**
 * Whether the workers' app has a network policy. Asked once, beside the other calls: it is neither paced nor repeated.
 *
 * <p>Fly documents the call, and not what it answers. So any list that is not empty, wherever it stands in the answer, is taken
 * for policies; and only a success without one for their absence.
 *
 * @see <a href="https://fly.io/docs/machines/guides-examples/network-policies/">Fly: network policies</a>
 */
public final class NetworkPolicies {
  /** What was found. */
  public sealed interface Seen {}

  public record Some() implements Seen {}

  public record None() implements Seen {}

  /** @param why for people; the token is not in it */
  public record Unknown(String why) implements Seen {}

  private static final long BYTES_MAX = 1 << 20;

  private NetworkPolicies() {}

  /** Asks the API. Never fails, and is answered within the time for a call. */
  public static CompletionStage<Seen> of(ActorSystem<?> system, MachinesSettings settings) {
    var request = HttpRequest.GET("/v1/apps/" + settings.app() + "/network_policies/")
        .addHeader(RawHeader.create("Authorization", settings.token().authorization()));
    var time = settings.manner().callTime();
    var json = JacksonObjectMapperProvider.get(system).getOrCreate("coordbfaas-machines", Optional.empty());
    var exchange = HttpExchange.send(system, settings.url(), request, time);
    return exchange.response().thenCompose(response -> read(system, response, json))
        .toCompletableFuture().orTimeout(time.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(failure -> new Unknown(MachinesFailure.unwrapped(failure).getClass().getSimpleName()))
        .whenComplete((seen, never) -> exchange.cut());
  }

  private static CompletionStage<Seen> read(ActorSystem<?> system, HttpResponse response, ObjectMapper json) {
    return response.entity().withSizeLimit(BYTES_MAX).getDataBytes().runFold(ByteString.emptyByteString(), ByteString::concat, system)
        .thenApply(body -> in(response.status().intValue(), body, json));
  }

  static Seen in(int status, ByteString body, ObjectMapper json) {
    if (status != 200) return new Unknown("status " + status);
    try {
      return hasList(json.readTree(body.toArray())) ? new Some() : new None();
    } catch (IOException malformed) {
      return new Unknown("no JSON");
    }
  }

  private static boolean hasList(JsonNode node) {
    return node.isArray() && !node.isEmpty()
        || StreamSupport.stream(node.spliterator(), false).anyMatch(NetworkPolicies::hasList);
  }
}
