package coordbfaas.pool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.http.KeptConnections;
import coordbfaas.http.WholeBody;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;
import org.apache.pekko.util.ByteString;

/**
 * {@code GET /health} through flycast. The connection on which a worker said that it is well is kept for its run, which need not
 * wait for one then: ADR 2.
 */
public final class HttpWorkerHealth implements WorkerHealth {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int ANSWER_BYTES_MAX = 4096;

  private final ActorSystem<?> system;
  private final KeptConnections workers;
  private final ObjectMapper json;

  /**
   * @param workers where workers are reached; each is named by a header, and its id is the purpose of its connections
   */
  public HttpWorkerHealth(ActorSystem<?> system, KeptConnections workers) {
    this.system = system;
    this.workers = workers;
    this.json = JacksonObjectMapperProvider.get(system).getOrCreate("coordbfaas-health", Optional.empty());
  }

  @Override
  public CompletionStage<Healthy> check(String machineId) {
    var request = HttpRequest.create("/health").addHeader(RawHeader.create("fly-force-instance-id", machineId));
    var exchange = workers.send(machineId, () -> request, TIMEOUT);
    return exchange.response()
        .thenCompose(response -> answer(response).whenComplete((healthy, failure) -> {
          if (failure == null) exchange.over(response);
        }))
        .toCompletableFuture()
        .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((healthy, failure) -> exchange.cut());
  }

  @Override
  public void forget(String machineId) {
    workers.close(machineId);
  }

  private CompletionStage<Healthy> answer(HttpResponse response) {
    return WholeBody.of(system, response.entity(), TIMEOUT, ANSWER_BYTES_MAX).thenApply(body -> {
      if (response.status().intValue() != 200)
        throw new IllegalStateException("not healthy: " + response.status().intValue());
      return read(body);
    });
  }

  private Healthy read(ByteString body) {
    try {
      return Objects.requireNonNull(json.readValue(body.utf8String(), Healthy.class));
    } catch (JsonProcessingException malformed) {
      throw new IllegalStateException("not healthy: a malformed answer");
    }
  }
}
