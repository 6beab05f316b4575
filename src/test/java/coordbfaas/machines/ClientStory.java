package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.facts.Fact;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.serialization.jackson.JacksonObjectMapperProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The client of the Machines API over a wire that the story scripts, in time that passes when it is told to. */
abstract class ClientStory {
  static final Duration CALL_TIME = Duration.ofSeconds(20);
  static final Duration ATTEMPT_TIME = Duration.ofSeconds(10);
  static final Duration WAIT_TIME = Duration.ofSeconds(30);
  static final LeaseNonce NONCE = new LeaseNonce("n1");
  static final Machine MACHINE =
      new Machine("m1", "worker-c1-0", MachineState.CREATED, "01H", Optional.of(NONCE), Optional.empty());
  static final CreateMachine CREATE = new CreateMachine("worker-c1-0", Optional.empty(), 300, new CreateMachine.Config(
      "i", new CreateMachine.Guest("shared", 1, 256), Map.of(), Map.of(), new CreateMachine.Restart("no"),
      new CreateMachine.Rootfs("never"), new CreateMachine.StopConfig("SIGTERM", "2s"), List.of()));

  static ActorTestKit system;
  static ObjectMapper json;

  final StoryTime time = StoryTime.of(system);
  /** What whoever watches was told. */
  final List<Fact> facts = new CopyOnWriteArrayList<>();

  final FaultyWire wire = new FaultyWire(time, json);
  private ActorRef<MachinesClient.Command> client;
  MachinesApi api;

  /** A call that was made, and when it was over. */
  final class Made<T> {
    private final Instant begun = time.instant();
    private final CompletableFuture<T> answer;
    private Instant ended;

    Made(CompletionStage<T> answer) {
      this.answer = answer.whenComplete((value, failure) -> {
        assertThat(ended).as("a second answer").isNull();
        ended = time.instant();
      }).toCompletableFuture();
    }

    boolean isOver() {
      return answer.isDone();
    }

    boolean failed() {
      return answer.isCompletedExceptionally();
    }

    Duration took() {
      assertThat(isOver()).as("the call is over").isTrue();
      return Duration.between(begun, ended);
    }

    T value() {
      assertThat(isOver()).as("the call is over").isTrue();
      return answer.join();
    }

    /** How it failed. */
    MachinesFailure failure() {
      assertThat(answer).as("the call has failed").isCompletedExceptionally();
      return MachinesFailure.of(answer.handle((value, failure) -> failure).join());
    }
  }

  @BeforeAll
  static void opens() {
    system = StoryTime.aSystem();
    json = JacksonObjectMapperProvider.get(system.system()).getOrCreate("coordbfaas-machines", Optional.empty());
  }

  @AfterAll
  static void closes() {
    system.shutdownTestKit();
  }

  @AfterEach
  void ends() {
    if (client != null) system.stop(client);
  }

  /** A client whose pauses are the longest that chance allows; the story begins at a whole second. */
  void aClient(Pace pace) {
    aClient(pace, () -> 0L);
  }

  void aClient(Pace pace, RandomGenerator random) {
    time.passes(Duration.ofNanos(1_000_000_000L - time.instant().getNano()));
    var with = new MachinesClient.Surroundings(wire, pace, ATTEMPT_TIME, time, random, new OwedAnswers(), facts::add);
    client = system.spawn(MachinesClient.create(with));
    api = HttpMachinesApi.over(client, with, json, "app", CALL_TIME);
  }

  /** The program ends. */
  void clientEnds() {
    system.stop(client);
  }

  <T> Made<T> made(CompletionStage<T> call) {
    return new Made<>(call);
  }
}
