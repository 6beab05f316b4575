package coordbfaas.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.machines.CreateMachine;
import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesApi;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.machines.ReadAnswers;
import coordbfaas.pool.SimNetwork.Answer;
import coordbfaas.pool.SimNetwork.NoAnswer;
import coordbfaas.pool.SimNetwork.NotSent;
import coordbfaas.pool.SimNetwork.Outcome;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.StreamSupport;
import org.apache.pekko.Done;

/**
 * One coordinator's calls to a simulated Fly: what they ask for, and what their answers mean, is as over HTTP. They keep no
 * rates, and repeat less than a client does.
 */
final class SimulatedApi implements MachinesApi {
  static final String APP = "workers";

  private static final ObjectMapper JSON = JsonMapper.builder().addModule(new Jdk8Module()).build();
  private static final Duration ATTEMPT_TIME = Duration.ofSeconds(10);
  private static final Duration CALL_TIME = Duration.ofSeconds(20);
  private static final Duration AGAIN_AFTER = Duration.ofMillis(250);

  /**
   * What is asked of Fly.
   *
   * @param changes whether it makes a difference if it was carried out
   * @param meaning of a successful answer
   * @param ifMissing what it means that there is no such thing, if that is no failure
   * @param slow how long Fly may take for it
   */
  private record Question<T>(
      ApiCall call, boolean changes, Function<JsonNode, T> meaning, Optional<T> ifMissing, Duration slow) {
    Question<T> ifMissing(T value) {
      return new Question<>(call, changes, meaning, Optional.of(value), slow);
    }
  }

  private final SimNetwork network;
  private final SimPool caller;
  private final StoryTime time;
  private final RandomGenerator random;

  SimulatedApi(SimNetwork network, SimPool caller, StoryTime time, RandomGenerator random) {
    this.network = network;
    this.caller = caller;
    this.time = time;
    this.random = random;
  }

  @Override
  public MachinesApi within(Duration time) {
    return this;
  }

  @Override
  public CompletionStage<List<Machine>> list() {
    return ask(read(Action.LIST, "", Map.of(), answer ->
        StreamSupport.stream(answer.spliterator(), false).map(ReadAnswers::machine).toList()));
  }

  @Override
  public CompletionStage<Machine> create(CreateMachine request) {
    return ask(change(Action.CREATE, "", Optional.empty(), JSON.valueToTree(request), ReadAnswers::machine));
  }

  @Override
  public CompletionStage<Machine> get(String machineId) {
    return ask(read(Action.GET, machineId, Map.of(), ReadAnswers::machine));
  }

  @Override
  public CompletionStage<MachineState> start(String machineId, LeaseNonce nonce) {
    return ask(change(Action.START, machineId, Optional.of(nonce), nothing(), ReadAnswers::previousState));
  }

  @Override
  public CompletionStage<Done> stop(String machineId, LeaseNonce nonce) {
    return ask(change(Action.STOP, machineId, Optional.of(nonce), nothing(), answer -> Done.done()));
  }

  @Override
  public CompletionStage<Done> suspend(String machineId, LeaseNonce nonce) {
    return ask(change(Action.SUSPEND, machineId, Optional.of(nonce), nothing(), answer -> Done.done()));
  }

  @Override
  public CompletionStage<Done> awaitState(Machine machine, MachineState state, Duration timeout) {
    var seconds = Math.clamp(timeout.plusNanos(999_999_999).toSeconds(), 1, 60);
    var query = Map.of("state", List.of(state.word()), "version", List.of(machine.instanceId()),
        "timeout", List.of(Long.toString(seconds)));
    var call = call(Action.WAIT, machine.id(), query, Optional.empty(), nothing());
    var question = new Question<>(call, false, answer -> Done.done(), Optional.<Done>empty(), Duration.ofSeconds(seconds));
    return ask(state == MachineState.DESTROYED ? question.ifMissing(Done.done()) : question);
  }

  @Override
  public CompletionStage<Done> destroy(String machineId, LeaseNonce nonce) {
    return destroy(machineId, Optional.of(nonce));
  }

  @Override
  public CompletionStage<Done> destroyUnleased(String machineId) {
    return destroy(machineId, Optional.empty());
  }

  private CompletionStage<Done> destroy(String machineId, Optional<LeaseNonce> nonce) {
    var call = call(Action.DESTROY, machineId, Map.of("force", List.of("true")), nonce, nothing());
    return ask(new Question<>(call, true, answer -> Done.done(), Optional.of(Done.done()), Duration.ZERO));
  }

  @Override
  public CompletionStage<Optional<Lease>> lease(String machineId) {
    return ask(read(Action.LEASE_READ, machineId, Map.of(), answer -> Optional.of(ReadAnswers.lease(answer)))
        .ifMissing(Optional.empty()));
  }

  @Override
  public CompletionStage<Lease> acquireLease(String machineId, String description, Duration ttl) {
    return leased(machineId, Optional.empty(), description, ttl);
  }

  @Override
  public CompletionStage<Lease> refreshLease(String machineId, LeaseNonce nonce, String description, Duration ttl) {
    return leased(machineId, Optional.of(nonce), description, ttl);
  }

  private CompletionStage<Lease> leased(String machineId, Optional<LeaseNonce> nonce, String description, Duration ttl) {
    Instance.parse(description).ifPresent(caller::is);
    var body = nothing().put("ttl", ttl.plusNanos(999_999_999).toSeconds()).put("description", description);
    return ask(change(Action.LEASE_ACQUIRE, machineId, nonce, body, ReadAnswers::lease));
  }

  @Override
  public CompletionStage<Done> releaseLease(String machineId, LeaseNonce nonce) {
    return ask(change(Action.LEASE_RELEASE, machineId, Optional.of(nonce), nothing(), answer -> Done.done()));
  }

  // ---- the questions ----

  private static <T> Question<T> read(
      Action action, String machine, Map<String, List<String>> query, Function<JsonNode, T> meaning) {
    return new Question<>(call(action, machine, query, Optional.empty(), nothing()), false, meaning, Optional.empty(),
        Duration.ZERO);
  }

  private static <T> Question<T> change(
      Action action, String machine, Optional<LeaseNonce> nonce, ObjectNode body, Function<JsonNode, T> meaning) {
    return new Question<>(call(action, machine, Map.of(), nonce, body), true, meaning, Optional.empty(), Duration.ZERO);
  }

  static ApiCall call(
      Action action, String machine, Map<String, List<String>> query, Optional<LeaseNonce> nonce, ObjectNode body) {
    return new ApiCall(action, APP, machine, "", query, nonce, body);
  }

  static ObjectNode nothing() {
    return JsonNodeFactory.instance.objectNode();
  }

  // ---- the answers ----

  private <T> CompletionStage<T> ask(Question<T> question) {
    var answer = new CompletableFuture<T>();
    network.isDecided(caller, question.call());
    attempt(question, answer, time.passed().plus(CALL_TIME), false);
    return answer;
  }

  private <T> void attempt(Question<T> question, CompletableFuture<T> answer, Duration end, boolean mayBeDone) {
    network.send(caller, question.call(), ATTEMPT_TIME.plus(question.slow()), outcome ->
        heard(question, answer, end, mayBeDone, outcome));
  }

  private <T> void heard(
      Question<T> question, CompletableFuture<T> answer, Duration end, boolean mayBeDone, Outcome outcome) {
    switch (outcome) {
      case NotSent none -> answer.completeExceptionally(mayBeDone
          ? new MachinesFailure.Later(AGAIN_AFTER, true, "no connection") : new MachinesFailure.Unreachable("no connection"));
      case NoAnswer none -> answer.completeExceptionally(new MachinesFailure.FateUnknown("no answer"));
      case Answer said -> answered(question, answer, end, mayBeDone, said);
    }
  }

  private <T> void answered(
      Question<T> question, CompletableFuture<T> answer, Duration end, boolean mayBeDone, Answer said) {
    var perhaps = mayBeDone || said.status() >= 500 && question.changes();
    if (said.status() < 300) answer.complete(question.meaning().apply(said.body().orElseGet(SimulatedApi::nothing)));
    else if (said.status() == 404 && question.ifMissing().isPresent()) answer.complete(question.ifMissing().get());
    else if (said.status() == 429 || said.status() >= 500) notNow(question, answer, end, perhaps, said);
    else if (said.status() == 408 && question.changes())
      answer.completeExceptionally(new MachinesFailure.FateUnknown("408"));
    else if (isStillActive(question, said) && time.passed().compareTo(end) < 0) again(question, answer, end, mayBeDone);
    else answer.completeExceptionally(ReadAnswers.rejected(said.status(), said.body(), mayBeDone));
  }

  private <T> void notNow(Question<T> question, CompletableFuture<T> answer, Duration end, boolean mayBeDone, Answer said) {
    if (random.nextBoolean() && time.passed().compareTo(end) < 0) again(question, answer, end, mayBeDone);
    else answer.completeExceptionally(new MachinesFailure.Later(Duration.ofSeconds(1), mayBeDone, "status " + said.status()));
  }

  private <T> void again(Question<T> question, CompletableFuture<T> answer, Duration end, boolean mayBeDone) {
    time.later(AGAIN_AFTER, () -> {
      if (!answer.isCancelled()) attempt(question, answer, end, mayBeDone);
    });
  }

  private static boolean isStillActive(Question<?> question, Answer said) {
    return said.status() == 412 && question.call().action() == Action.START
        && said.body().map(body -> body.path("error").asText().contains("still active")).orElse(false);
  }
}
