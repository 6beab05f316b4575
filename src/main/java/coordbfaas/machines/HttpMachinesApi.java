package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.machines.MachinesHttp.Call;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;

/** The Machines API over HTTP: each call's path, query, body and answer. The exchange itself is {@link MachinesHttp}'s. */
public final class HttpMachinesApi implements MachinesApi {
  private static final int WAIT_SECONDS_MAX = 60;

  private final MachinesHttp http;
  private final ObjectMapper json;
  private final String machines;

  public HttpMachinesApi(ActorSystem<?> system, MachinesSettings settings) {
    this.json = JacksonObjectMapperProvider.get(system).getOrCreate("coordbfaas-machines", Optional.empty());
    this.http = new MachinesHttp(system, settings, json);
    this.machines = "/v1/apps/" + settings.app() + "/machines";
  }

  @Override
  public CompletionStage<List<Machine>> list() {
    return http.call(Call.get(machines)).thenApply(answer -> List.of(read(answer, Machine[].class)));
  }

  @Override
  public CompletionStage<Machine> create(CreateMachine request) {
    return http.call(Call.post(machines).with(json.valueToTree(request))).thenApply(answer -> read(answer, Machine.class));
  }

  @Override
  public CompletionStage<Machine> get(String machineId) {
    return http.call(Call.get(path(machineId))).thenApply(answer -> read(answer, Machine.class));
  }

  @Override
  public CompletionStage<MachineState> start(String machineId, LeaseNonce nonce) {
    return http.call(Call.post(path(machineId) + "/start").under(nonce))
        .thenApply(answer -> MachineState.of(answer.path("previous_state").asText()));
  }

  @Override
  public CompletionStage<Done> stop(String machineId, LeaseNonce nonce) {
    return http.call(Call.post(path(machineId) + "/stop").under(nonce)).thenApply(answer -> Done.done());
  }

  @Override
  public CompletionStage<Done> suspend(String machineId, LeaseNonce nonce) {
    return http.call(Call.post(path(machineId) + "/suspend").under(nonce)).thenApply(answer -> Done.done());
  }

  @Override
  public CompletionStage<Done> awaitState(Machine machine, MachineState state, Duration timeout) {
    var seconds = Math.clamp(timeout.toSeconds(), 1, WAIT_SECONDS_MAX);
    var query = "?state=%s&timeout=%d&version=%s".formatted(state.word(), seconds, machine.instanceId());
    return http.call(Call.get(path(machine.id()) + "/wait" + query).longer(Duration.ofSeconds(seconds)))
        .thenApply(answer -> Done.done());
  }

  @Override
  public CompletionStage<Done> destroy(String machineId, LeaseNonce nonce) {
    return goneIsFine(http.call(Call.delete(path(machineId) + "?force=true").under(nonce)).thenApply(answer -> Done.done()));
  }

  @Override
  public CompletionStage<Optional<Lease>> lease(String machineId) {
    return http.call(Call.get(path(machineId) + "/lease")).thenApply(answer -> Optional.of(lease(answer)))
        .exceptionallyCompose(failure -> status(failure) == 404
            ? CompletableFuture.completedStage(Optional.empty()) : CompletableFuture.failedStage(failure));
  }

  @Override
  public CompletionStage<Lease> acquireLease(String machineId, String description, Duration ttl) {
    var body = leaseBody(ttl).put("description", description);
    return http.call(Call.post(path(machineId) + "/lease").with(body)).thenApply(this::lease);
  }

  @Override
  public CompletionStage<Lease> refreshLease(String machineId, LeaseNonce nonce, Duration ttl) {
    return http.call(Call.post(path(machineId) + "/lease").with(leaseBody(ttl)).under(nonce)).thenApply(this::lease);
  }

  @Override
  public CompletionStage<Done> releaseLease(String machineId, LeaseNonce nonce) {
    return http.call(Call.delete(path(machineId) + "/lease").under(nonce)).thenApply(answer -> Done.done());
  }

  @Override
  public CompletionStage<Done> setMetadata(String machineId, String key, String value) {
    var body = json.createObjectNode().put("value", value);
    return http.call(Call.post(path(machineId) + "/metadata/" + key).with(body)).thenApply(answer -> Done.done());
  }

  private ObjectNode leaseBody(Duration ttl) {
    return json.createObjectNode().put("ttl", ttl.plusNanos(999_999_999).toSeconds());
  }

  /** Fly answers lease calls in an envelope; its specification shows them without. */
  private Lease lease(JsonNode answer) {
    return read(answer.has("data") ? answer.path("data") : answer, Lease.class);
  }

  private <T> T read(JsonNode answer, Class<T> type) {
    try {
      return json.treeToValue(answer, type);
    } catch (JsonProcessingException | IllegalArgumentException malformed) {
      throw new MachinesFailure.Rejected(200, "malformed answer (expected: " + type.getSimpleName() + ")");
    }
  }

  private static CompletionStage<Done> goneIsFine(CompletionStage<Done> call) {
    return call.exceptionallyCompose(failure -> status(failure) == 404
        ? CompletableFuture.completedStage(Done.done()) : CompletableFuture.failedStage(failure));
  }

  private static int status(Throwable failure) {
    return MachinesFailure.of(failure) instanceof MachinesFailure.Rejected rejected ? rejected.status() : 0;
  }

  private String path(String machineId) {
    return machines + "/" + machineId;
  }
}
