package coordbfaas.localfly;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.CallLog;
import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.Misfortune;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.localfly.rules.Told;
import coordbfaas.machines.HostStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A simulated Fly")
class SimulatedFlyTest extends SimulatedFlyStory {
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
