package coordbfaas.localfly;

import static coordbfaas.localfly.SimulatedFlyStory.call;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.Misfortune;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.localfly.rules.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A simulated Fly, whatever happens to it,")
class SimulatedFlyRandomTest {
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
}
