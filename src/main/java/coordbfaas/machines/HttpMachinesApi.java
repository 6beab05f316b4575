package coordbfaas.machines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.facts.Observer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;

/** The Machines API over HTTP: each call's path, query, body and answer. How they are made is {@link MachinesClient}'s. */
public final class HttpMachinesApi implements MachinesApi {
  private final ActorRef<MachinesClient.Command> client;
  private final OwedAnswers owed;
  private final InstantSource clock;
  private final ObjectMapper json;
  private final String app;
  private final Duration callTime;

  private HttpMachinesApi(
      ActorRef<MachinesClient.Command> client, OwedAnswers owed, InstantSource clock, ObjectMapper json, String app,
      Duration callTime) {
    this.client = client;
    this.owed = owed;
    this.clock = clock;
    this.json = json;
    this.app = app;
    this.callTime = callTime;
  }

  /** Starts a client, which ends with the actor that starts it; all calls that are open then, or are made later, fail. */
  public static HttpMachinesApi start(ActorContext<?> context, MachinesSettings settings, Observer observer) {
    var json = JacksonObjectMapperProvider.get(context.getSystem()).getOrCreate("coordbfaas-machines", Optional.empty());
    var wire = new HttpMachinesWire(context.getSystem(), settings, json);
    var with = new MachinesClient.Surroundings(wire, settings.manner().pace(), settings.manner().callTimeout(),
        new SteadyClock(), new SplittableRandom(), new OwedAnswers(), observer);
    return over(context.spawn(MachinesClient.create(with), "machines"), with, json, settings.app(), settings.manner().callTime());
  }

  /** The calls of a client that was started with {@code with}. */
  static HttpMachinesApi over(
      ActorRef<MachinesClient.Command> client, MachinesClient.Surroundings with, ObjectMapper json, String app,
      Duration callTime) {
    return new HttpMachinesApi(client, with.owed(), with.clock(), json, app, callTime);
  }

  @Override
  public MachinesApi within(Duration time) {
    return new HttpMachinesApi(client, owed, clock, json, app, time.compareTo(callTime) < 0 ? time : callTime);
  }

  @Override
  public CompletionStage<List<Machine>> list() {
    return make(Call.get(ApiAction.LIST, app, machines(), () -> new Listing(json)));
  }

  @Override
  public CompletionStage<Machine> create(CreateMachine request) {
    return make(Call.post(ApiAction.CREATE, app, machines(), machine()).with(json.valueToTree(request)));
  }

  @Override
  public CompletionStage<Machine> get(String machineId) {
    return make(Call.get(ApiAction.GET, machineId, path(machineId, ""), machine()));
  }

  @Override
  public CompletionStage<MachineState> start(String machineId, LeaseNonce nonce) {
    return make(Call.post(ApiAction.START, machineId, path(machineId, "/start"), whole(Answers::previousState)).under(nonce));
  }

  @Override
  public CompletionStage<Done> stop(String machineId, LeaseNonce nonce) {
    return make(Call.post(ApiAction.STOP, machineId, path(machineId, "/stop"), done()).under(nonce));
  }

  @Override
  public CompletionStage<Done> suspend(String machineId, LeaseNonce nonce) {
    return make(Call.post(ApiAction.SUSPEND, machineId, path(machineId, "/suspend"), done()).under(nonce));
  }

  @Override
  public CompletionStage<Done> awaitState(Machine machine, MachineState state, Duration timeout) {
    var query = "?state=" + state.word() + "&version=" + encoded(machine.instanceId());
    var call = Call.get(ApiAction.WAIT, machine.id(), path(machine.id(), "/wait" + query), done()).waiting(timeout);
    return make(state == MachineState.DESTROYED ? call.ifMissing(Done.done()) : call);
  }

  @Override
  public CompletionStage<Done> destroy(String machineId, LeaseNonce nonce) {
    return make(Call.delete(ApiAction.DESTROY, machineId, path(machineId, "?force=true"), done())
        .under(nonce).ifMissing(Done.done()));
  }

  @Override
  public CompletionStage<Done> destroyUnleased(String machineId) {
    return make(Call.delete(ApiAction.DESTROY, machineId, path(machineId, "?force=true"), done()).ifMissing(Done.done()));
  }

  @Override
  public CompletionStage<Optional<Lease>> lease(String machineId) {
    return make(Call.get(ApiAction.READ_LEASE, machineId, path(machineId, "/lease"),
        whole(answer -> Optional.of(Answers.lease(answer)))).ifMissing(Optional.empty()));
  }

  @Override
  public CompletionStage<Lease> acquireLease(String machineId, String description, Duration ttl) {
    return make(Call.post(ApiAction.ACQUIRE_LEASE, machineId, path(machineId, "/lease"), whole(Answers::lease))
        .with(leaseBody(description, ttl)));
  }

  @Override
  public CompletionStage<Lease> refreshLease(String machineId, LeaseNonce nonce, String description, Duration ttl) {
    return make(Call.post(ApiAction.REFRESH_LEASE, machineId, path(machineId, "/lease"), whole(Answers::lease))
        .with(leaseBody(description, ttl)).under(nonce));
  }

  @Override
  public CompletionStage<Done> releaseLease(String machineId, LeaseNonce nonce) {
    return make(Call.delete(ApiAction.RELEASE_LEASE, machineId, path(machineId, "/lease"), done()).under(nonce));
  }

  private <T> CompletionStage<T> make(Call<T> call) {
    return owed.owe(answer -> client.tell(new MachinesClient.Make<>(call, clock.instant(), callTime, answer)));
  }

  private ObjectNode leaseBody(String description, Duration ttl) {
    return json.createObjectNode().put("ttl", ttl.plusNanos(999_999_999).toSeconds()).put("description", description);
  }

  private <T> Supplier<AnswerReader<T>> whole(Function<JsonNode, T> meaning) {
    return () -> new WholeAnswer<>(json, meaning);
  }

  private Supplier<AnswerReader<Machine>> machine() {
    return () -> new OneMachine(json);
  }

  /** Whatever the document says: that there is one, or none at all, is the answer. */
  private Supplier<AnswerReader<Done>> done() {
    return whole(answer -> Done.done());
  }

  private String machines() {
    return "/v1/apps/" + app + "/machines";
  }

  private String path(String machineId, String rest) {
    return machines() + "/" + encoded(machineId) + rest;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
