package coordbfaas.localfly;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.CallLog;
import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.HostStatus;
import coordbfaas.localfly.rules.Misfortune;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.localfly.rules.Told;
import coordbfaas.machines.LeaseNonce;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A simulated Fly")
class SimulatedFlyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SimulatedFly fly = new SimulatedFly(1);

  /** A call, and what its caller was told of it. */
  private static final class Asked {
    private final List<Told> told = new ArrayList<>();
    private long number;

    JsonNode is(int status) {
      assertThat(told).singleElement().isInstanceOf(Told.Answered.class);
      var answer = ((Told.Answered) told.getFirst()).answer();
      assertThat(answer.status()).as(String.valueOf(answer.body())).isEqualTo(status);
      return answer.body().orElseGet(JSON::createObjectNode);
    }
  }

  private Asked ask(Action action, String machine, String nonce, String body) {
    return ask(fly, action, machine, nonce, body);
  }

  private static Asked ask(SimulatedFly fly, Action action, String machine, String nonce, String body) {
    var asked = new Asked();
    asked.number = fly.call(call(action, machine, nonce, body), asked.told::add).orElse(0);
    return asked;
  }

  private static ApiCall call(Action action, String machine, String nonce, String body) {
    var query = action == Action.WAIT ? Map.of("state", List.of(body)) : Map.<String, List<String>>of();
    return new ApiCall(action, "workers", machine, "", query,
        Optional.of(nonce).filter(text -> !text.isEmpty()).map(LeaseNonce::new), json(action == Action.WAIT ? "{}" : body));
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }

  private JsonNode answer(Action action, String machine, String nonce, String body, int status) {
    var asked = ask(action, machine, nonce, body);
    fly.timePasses(ZERO);
    return asked.is(status);
  }

  private JsonNode aMachine(String name, String more) {
    var body = "{\"name\":\"%s\",\"config\":{\"image\":\"w\",\"restart\":{\"policy\":\"no\"}}%s}".formatted(name, more);
    var machine = answer(Action.CREATE, "", "", body, 200);
    fly.timePasses(ofSeconds(1));
    return machine;
  }

  private String aStartedMachine() {
    return aMachine("worker-p-0", "").path("id").asText();
  }

  private String state(String machine) {
    return answer(Action.GET, machine, "", "{}", 200).path("state").asText();
  }

  @Test
  void bootsAMachineInItsTime() {
    var machine = answer(Action.CREATE, "", "", "{\"config\":{\"image\":\"w\"}}", 200).path("id").asText();
    fly.timePasses(ofMillis(99));
    assertThat(state(machine)).isEqualTo("starting");
    fly.timePasses(ofMillis(1));
    assertThat(state(machine)).isEqualTo("started");
  }

  @Test
  void tellsAWaiterTheMomentItsStateIsReached() {
    var machine = answer(Action.CREATE, "", "", "{\"config\":{\"image\":\"w\"}}", 200).path("id").asText();
    var wait = ask(Action.WAIT, machine, "", "started");
    fly.timePasses(ofMillis(99));
    assertThat(wait.told).isEmpty();
    fly.timePasses(ofMillis(1));
    wait.is(200);
  }

  @Test
  void endsAWaitWhileItsConnectionLasts() {
    var wait = ask(Action.WAIT, aStartedMachine(), "", "suspended");
    fly.timePasses(ofSeconds(58));
    assertThat(wait.told).isEmpty();
    fly.timePasses(ofSeconds(1));
    wait.is(408);
  }

  @Test
  void endsAWaitThatCameLateWhileItsConnectionLasts() {
    var machine = aStartedMachine();
    fly.happens("wait arrives=20s answers=10s");
    var wait = ask(Action.WAIT, machine, "", "suspended");
    fly.timePasses(ofMillis(58_999));
    assertThat(wait.told).isEmpty();
    fly.timePasses(ofMillis(1));
    wait.is(408);
  }

  @Nested
  @DisplayName("whose network loses and delays")
  class OverABadNetwork {
    /** The goal: what a caller gave up may yet harm. The method: a stop is on its way while the machine is started anew. */
    @Test
    void stopsAMachineThatWasStartedSinceTheStopWasGivenUp() {
      var machine = aStartedMachine();
      fly.happens("stop arrives=30s times=1");
      var stop = ask(Action.STOP, machine, "", "{}");
      fly.timePasses(ofSeconds(10));
      fly.giveUp(stop.number);

      answer(Action.STOP, machine, "", "{}", 200);
      fly.timePasses(ofSeconds(1));
      assertThat(state(machine)).isEqualTo("stopped");
      answer(Action.START, machine, "", "{}", 200);
      fly.timePasses(ofSeconds(1));
      assertThat(state(machine)).isEqualTo("started");

      fly.timePasses(ofSeconds(20));
      assertThat(state(machine)).isEqualTo("stopped");
      assertThat(stop.told).isEmpty();
    }

    @Test
    void refusesALateStopUnderANonceThatIsDeadSince() {
      var created = aMachine("worker-p-0", ",\"lease_ttl\":600");
      var machine = created.path("id").asText();
      var nonce = created.path("nonce").asText();
      fly.happens("stop lost=late arrives=30s times=1");
      var stop = ask(Action.STOP, machine, nonce, "{}");
      fly.timePasses(ZERO);
      assertThat(stop.told).containsExactly(new Told.Cut());

      answer(Action.LEASE_RELEASE, machine, nonce, "{}", 200);
      answer(Action.LEASE_ACQUIRE, machine, "", "{\"ttl\":600}", 201);
      fly.timePasses(ofSeconds(40));
      assertThat(state(machine)).isEqualTo("started");
    }

    @Test
    void makesANewLeaseOfARefreshThatArrivesAfterTheRelease() {
      var created = aMachine("worker-p-0", ",\"lease_ttl\":600");
      var machine = created.path("id").asText();
      var nonce = created.path("nonce").asText();
      fly.happens("lease-acquire arrives=5s times=1");
      var refresh = ask(Action.LEASE_ACQUIRE, machine, nonce, "{\"ttl\":600}");
      answer(Action.LEASE_RELEASE, machine, nonce, "{}", 200);
      answer(Action.LEASE_READ, machine, "", "{}", 404);

      fly.timePasses(ofSeconds(5));
      var revived = refresh.is(201).path("data").path("nonce").asText();
      assertThat(revived).isNotEqualTo(nonce);
      assertThat(answer(Action.LEASE_READ, machine, "", "{}", 200).path("data").path("nonce").asText()).isEqualTo(revived);
    }

    @Test
    void tellsOfTheTimeWhenAListingWasMadeNotWhenItCame() {
      var machine = aStartedMachine();
      fly.happens("list answers=5s times=1");
      var list = ask(Action.LIST, "", "", "{}");
      answer(Action.STOP, machine, "", "{}", 200);
      fly.timePasses(ofSeconds(5));
      assertThat(list.is(200).path(0).path("state").asText()).isEqualTo("started");
      assertThat(state(machine)).isEqualTo("stopped");
    }

    @Test
    void listsMachinesAsTheyWereAWhileAgo() {
      var machine = aStartedMachine();
      fly.readsLag(ofSeconds(5));
      answer(Action.STOP, machine, "", "{}", 200);
      fly.timePasses(ofMillis(4_900));
      assertThat(answer(Action.LIST, "", "", "{}", 200).path(0).path("state").asText()).isEqualTo("started");
      fly.timePasses(ofSeconds(5));
      assertThat(answer(Action.LIST, "", "", "{}", 200).path(0).path("state").asText()).isEqualTo("stopped");
    }

    @Test
    void makesAMachineThoughItsCreateWasNeverAnswered() {
      fly.happens("create lost=after silent times=1");
      var create = ask(Action.CREATE, "", "", "{\"name\":\"worker-p-0\",\"config\":{\"image\":\"w\"}}");
      fly.timePasses(ofSeconds(60));
      assertThat(create.told).isEmpty();
      assertThat(answer(Action.LIST, "", "", "{}", 200)).hasSize(1);
      answer(Action.CREATE, "", "", "{\"name\":\"worker-p-0\",\"config\":{\"image\":\"w\"}}", 409);
    }

    @Test
    void doesNothingForACallThatNeverArrives() {
      var machine = aStartedMachine();
      fly.happens("stop lost=before times=1");
      var stop = ask(Action.STOP, machine, "", "{}");
      fly.timePasses(ofSeconds(60));
      assertThat(stop.told).containsExactly(new Told.Cut());
      assertThat(state(machine)).isEqualTo("started");
    }

    @Test
    void saysNothingToWhomItWouldAnswerTooLate() {
      var machine = aStartedMachine();
      fly.happens("stop arrives=50s answers=10s times=1");
      var stop = ask(Action.STOP, machine, "", "{}");
      fly.timePasses(ofSeconds(120));
      assertThat(stop.told).isEmpty();
      assertThat(state(machine)).isEqualTo("stopped");
    }
  }

  @Nested
  @DisplayName("whose machines meet misfortunes")
  class WithMisfortunes {
    @Test
    void refusesTheHolderWhoseLeaseWasStolen() {
      var created = aMachine("worker-p-0", ",\"lease_ttl\":600");
      var machine = created.path("id").asText();
      fly.befalls(machine, Misfortune.STEAL_LEASE);
      answer(Action.STOP, machine, created.path("nonce").asText(), "{}", 409);
      var thief = answer(Action.LEASE_READ, machine, "", "{}", 200).path("data").path("nonce").asText();
      answer(Action.STOP, machine, thief, "{}", 200);
      assertThat(fly.log().judge().violations()).isEmpty();
    }

    @Test
    void forgetsALeaseThatIsExpired() {
      var machine = aMachine("worker-p-0", ",\"lease_ttl\":600").path("id").asText();
      answer(Action.STOP, machine, "", "{}", 409);
      fly.befalls(machine, Misfortune.EXPIRE_LEASE);
      answer(Action.STOP, machine, "", "{}", 200);
      assertThat(fly.log().judge().violations()).isEmpty();
    }

    @Test
    void stopsAMachineThatDied() {
      var machine = aStartedMachine();
      fly.befalls(machine, Misfortune.DIE);
      fly.timePasses(ofSeconds(1));
      assertThat(state(machine)).isEqualTo("stopped");
    }

    @Test
    void bootsASuspendedMachineAnewWhoseSnapshotIsLost() {
      var machine = aStartedMachine();
      assertThat(fly.run(machine)).isEqualTo(200);
      for (var lost : List.of(false, true)) {
        answer(Action.SUSPEND, machine, "", "{}", 200);
        fly.timePasses(ofSeconds(1));
        assertThat(state(machine)).isEqualTo("suspended");
        assertThat(fly.run(machine)).isEqualTo(502);
        if (lost) fly.befalls(machine, Misfortune.LOSE_SNAPSHOT);
        answer(Action.START, machine, "", "{}", 200);
        fly.timePasses(ofSeconds(1));
        assertThat(fly.run(machine)).as("lost: " + lost).isEqualTo(lost ? 200 : 409);
      }
      assertThat(fly.log().judge().violations()).isEmpty();
    }

    @Test
    void failsALaunchThatIsToFail() {
      var machine = aMachine("worker-p-0", ",\"skip_launch\":true").path("id").asText();
      fly.befalls(machine, Misfortune.FAIL_LAUNCH);
      answer(Action.START, machine, "", "{}", 200);
      fly.timePasses(ofSeconds(1));
      assertThat(state(machine)).isEqualTo("failed");
    }

    @Test
    void tellsLessOfAMachineWhoseHostIsNotWell() {
      var machine = aStartedMachine();
      fly.hostIs(machine, HostStatus.UNREACHABLE);
      assertThat(answer(Action.GET, machine, "", "{}", 200).has("config")).isFalse();
    }
  }

  @Test
  void takesNoCallsButRunsWhileItsApiRefusesConnections() {
    var machine = aStartedMachine();
    var wait = ask(Action.WAIT, machine, "", "stopped,started,suspended");
    var other = ask(Action.WAIT, machine, "", "suspended");
    fly.timePasses(ZERO);
    fly.refuses();
    wait.is(400);
    assertThat(other.told).containsExactly(new Told.Cut());
    assertThat(fly.call(call(Action.LIST, "", "", "{}"), told -> { })).isEmpty();
    assertThat(fly.run(machine)).isEqualTo(200);
    fly.serves();
    assertThat(state(machine)).isEqualTo("started");
  }

  @Test
  void keepsFlysRateLimitsIfItIsToldTo() {
    var limited = new SimulatedFly(1, new SimulatedFly.Manner(Delays.NONE,
        OpenAnswers.parse("retry-after=2s").apply(OpenQuestions.GUESSED), true, ofMillis(100), ofMillis(50)));
    var lists = new ArrayList<Asked>();
    for (var i = 0; i < 4; i++) lists.add(ask(limited, Action.LIST, "", "", "{}"));
    limited.timePasses(ZERO);
    lists.subList(0, 3).forEach(list -> list.is(200));
    assertThat(lists.getLast().is(429).path("error").asText()).contains("rate limit exceeded");
    assertThat(((Told.Answered) lists.getLast().told.getFirst()).retryAfter()).contains(ofSeconds(2));
  }

  @Test
  void acceptsOneRunABoot() {
    var machine = aStartedMachine();
    assertThat(List.of(fly.run(machine), fly.run(machine), fly.run("none"))).containsExactly(200, 409, 502);
    fly.exits(machine);
    fly.timePasses(ofSeconds(1));
    assertThat(fly.run(machine)).isEqualTo(502);
    answer(Action.START, machine, "", "{}", 200);
    fly.timePasses(ofSeconds(1));
    assertThat(fly.run(machine)).isEqualTo(200);
    assertThat(fly.log().judge().violations()).isEmpty();
  }

  @Test
  void tellsTheSameStoryForTheSameSeedAndNeverBreaksItsRules() {
    for (var seed = 0; seed < 1000; seed++) {
      var story = aRandomStory(seed);
      assertThat(story.log().judge().violations()).as("seed " + seed).isEmpty();
      if (seed % 10 == 0) assertThat(aRandomStory(seed).log().entries()).as("seed " + seed).isEqualTo(story.log().entries());
    }
    assertThat(aRandomStory(1).log().entries()).isNotEqualTo(aRandomStory(2).log().entries());
  }

  /** Fifty random calls, runs and misfortunes, over a network that delays and loses. */
  private static SimulatedFly aRandomStory(long seed) {
    var random = new SplittableRandom(seed);
    var fly = new SimulatedFly(seed, new SimulatedFly.Manner(
        new Delays(ofMillis(20), ofMillis(50), ZERO, ofMillis(30), ZERO, ofMillis(300)),
        OpenQuestions.GUESSED, random.nextBoolean(), ofMillis(100), ofMillis(50)));
    fly.happens("changing lost=after chance=0.1");
    fly.happens("changing lost=late arrives=0s..2s chance=0.1");
    fly.happens("any status=503 chance=0.05");
    fly.happens("any arrives=0s..500ms answers=0s..100ms");
    var machines = new ArrayList<Leased>();
    for (var i = 0; i < 50; i++) {
      step(fly, random, machines);
      fly.timePasses(Duration.ofMillis(random.nextInt(200)));
    }
    fly.timePasses(ofSeconds(10));
    return fly;
  }

  /** A machine, and a nonce that was good for it once. */
  private record Leased(String machine, String nonce) {}

  private static void step(SimulatedFly fly, SplittableRandom random, List<Leased> machines) {
    var one = machines.isEmpty() ? new Leased("none", "") : machines.get(random.nextInt(machines.size()));
    var machine = one.machine();
    var nonce = random.nextInt(4) == 0 ? "" : one.nonce();
    switch (random.nextInt(12)) {
      case 0 -> fly.call(call(Action.CREATE, "", "", "{\"name\":\"worker-p-%d\",\"lease_ttl\":%d,\"config\":{\"image\":\"w\"}}"
          .formatted(random.nextInt(3), 1 + random.nextInt(10))), told -> leased("", told).ifPresent(machines::add));
      case 1 -> fly.call(call(Action.START, machine, nonce, "{}"), told -> { });
      case 2 -> fly.call(call(Action.STOP, machine, nonce, "{}"), told -> { });
      case 3 -> fly.call(call(Action.DESTROY, machine, nonce, "{}"), told -> { });
      case 4 -> fly.call(call(Action.WAIT, machine, "", "settled"), told -> { });
      case 5 -> fly.call(call(Action.SUSPEND, machine, nonce, "{}"), told -> { });
      case 6 -> fly.call(call(Action.LEASE_ACQUIRE, machine, nonce, "{\"ttl\":5}"),
          told -> leased(machine, told).ifPresent(machines::add));
      case 7 -> fly.call(call(Action.LEASE_RELEASE, machine, nonce, "{}"), told -> { });
      case 8 -> fly.befalls(machine, Misfortune.values()[random.nextInt(Misfortune.values().length)]);
      case 9 -> fly.exits(machine);
      default -> fly.run(machine);
    }
  }

  private static Optional<Leased> leased(String machine, Told told) {
    if (!(told instanceof Told.Answered(var answer, var retryAfter)) || answer.status() / 100 != 2) return Optional.empty();
    return answer.body().map(body -> machine.isEmpty()
        ? new Leased(body.path("id").asText(), body.path("nonce").asText())
        : new Leased(machine, body.path("data").path("nonce").asText()));
  }

  @Test
  void logsTheNumberOfTheLeaseThatACallBears() {
    var created = aMachine("worker-p-0", ",\"lease_ttl\":600");
    var machine = created.path("id").asText();
    var first = created.path("nonce").asText();
    answer(Action.LEASE_RELEASE, machine, first, "{}", 200);
    var second = answer(Action.LEASE_ACQUIRE, machine, "", "{\"ttl\":60}", 201).path("data").path("nonce").asText();
    for (var nonce : List.of(first, second, "guessed")) ask(Action.STOP, machine, nonce, "{}");
    ask(Action.STOP, machine, "", "{}");
    assertThat(fly.log().entries()).filteredOn(entry -> entry instanceof CallLog.Arrived call && call.action() == Action.STOP)
        .extracting(entry -> ((CallLog.Arrived) entry).lease())
        .containsExactly(OptionalLong.of(1), OptionalLong.of(2), OptionalLong.of(0), OptionalLong.empty());
  }

  @Test
  void logsEachCallWithItsTimes() {
    var machine = aStartedMachine();
    fly.happens("stop arrives=2s answers=1s");
    var begun = fly.now();
    ask(Action.STOP, machine, "", "{}");
    fly.timePasses(ofSeconds(10));
    var entries = fly.log().entries().stream().dropWhile(entry -> entry.at().isBefore(begun)).toList();
    assertThat(entries.getFirst()).isInstanceOfSatisfying(CallLog.Sent.class, sent -> {
      assertThat(sent.at()).isEqualTo(begun);
      assertThat(sent.arrives()).contains(begun.plusSeconds(2));
    });
    assertThat(entries.get(1)).isInstanceOfSatisfying(CallLog.Arrived.class, arrived -> {
      assertThat(arrived.at()).isEqualTo(begun.plusSeconds(2));
      assertThat(arrived.status()).hasValue(200);
    });
    assertThat(entries).filteredOn(CallLog.Answered.class::isInstance).singleElement()
        .isInstanceOfSatisfying(CallLog.Answered.class, answered -> {
          assertThat(answered.at()).isEqualTo(begun.plusSeconds(2));
          assertThat(answered.told()).isEqualTo(begun.plusSeconds(3));
        });
    assertThat(entries).filteredOn(CallLog.Happened.class::isInstance).isNotEmpty();
  }
}
