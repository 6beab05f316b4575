package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Many stories of random calls and random faults. Whatever happens, each call ends in its time in one answer, nothing
 * that may have been done is done again, and Fly's rates are kept.
 */
@DisplayName("A client of the Machines API, whatever happens,")
class MachinesClientSimulationTest extends ClientStory {
  private static final List<String> FATES = List.of(
      "ok", "ok", "ok", "ok", "429 rate limit exceeded", "429 retry-after 3", "500 oh no", "503 busy", "done, 502 ", "unconnected",
      "unconnected", "silence", "done, silence", "cut", "truncated", "408 deadline_exceeded: slow", "404 machine not found",
      "412 failed_precondition: machine still active, refusing to start", "409 aborted: no capacity", "malformed", "html");

  private record Asked(Made<?> call, Duration time) {}

  @Test
  void endsEveryCallOnceAndInItsTime() {
    each((random, asked) -> {
      assertThat(asked).allSatisfy(one -> {
        assertThat(one.call().isOver()).isTrue();
        assertThat(one.call().took()).isLessThanOrEqualTo(one.time());
      });
    });
  }

  @Test
  void repeatsNothingThatMayHaveBeenDoneUnlessTheApiSaidThatItFailed() {
    each((random, asked) -> byCall().forEach((call, attempts) -> {
      if (!call.action().changes()) return;
      for (var attempt : attempts.subList(0, attempts.size() - 1))
        assertThat(attempt.fate()).as("a fate after which %s was repeated", call.action())
            .matches("429.*|50\\d.*|done, 502 |unconnected|412 .*still active.*");
    }));
  }

  @Test
  void keepsFlysRates() {
    each((random, asked) -> byLane().forEach((lane, turns) -> {
      var burst = lane.rate().burst();
      for (var turn = burst; turn < turns.size(); turn++)
        assertThat(turns.get(turn)).as("%s", lane).isAfterOrEqualTo(turns.get(turn - burst).plus(lane.rate().interval()));
    }));
  }

  private interface Check {
    void of(RandomGenerator random, List<Asked> asked);
  }

  private void each(Check check) {
    RandomCases.each(60, random -> {
      aClient(Pace.ON, random);
      wire.attempts().clear();
      wire.tells(IntStream.range(0, 400).mapToObj(any -> FATES.get(random.nextInt(FATES.size()))).toList(), false);
      var asked = new ArrayList<Asked>();
      for (var step = 0; step < 80; step++) {
        asked.add(ask(random));
        if (random.nextBoolean()) time.passes(Duration.ofMillis(random.nextInt(1500)));
      }
      time.passes(Duration.ofMinutes(5));
      check.of(random, asked);
      clientEnds();
    });
  }

  private Asked ask(RandomGenerator random) {
    var time = random.nextInt(4) == 0 ? Duration.ofMillis(random.nextInt(5000)) : CALL_TIME;
    var waiting = random.nextInt(10) == 0;
    var wait = waiting ? Duration.ofMillis(random.nextInt(90_000)) : Duration.ZERO;
    var some = api.within(time);
    CompletionStage<?> call = waiting ? some.awaitState(MACHINE, MachineState.STARTED, wait) : call(some, random);
    return new Asked(made(call), time.plus(wait));
  }

  private static CompletionStage<?> call(MachinesApi api, RandomGenerator random) {
    var machine = "m" + random.nextInt(2);
    return switch (random.nextInt(9)) {
      case 0 -> api.list();
      case 1 -> api.create(CREATE);
      case 2 -> api.get(machine);
      case 3 -> api.start(machine, NONCE);
      case 4 -> api.stop(machine, NONCE);
      case 5 -> api.destroy(machine, NONCE);
      case 6 -> api.lease(machine);
      case 7 -> api.refreshLease(machine, NONCE, "pool c1", Duration.ofMinutes(5));
      default -> api.releaseLease(machine, NONCE);
    };
  }

  /** The attempts at each call, which is the same object each time, save for waits. */
  private Map<Call<?>, List<FaultyWire.Attempt>> byCall() {
    var attempts = new IdentityHashMap<Call<?>, List<FaultyWire.Attempt>>();
    wire.attempts().forEach(attempt -> attempts.computeIfAbsent(attempt.call(), any -> new ArrayList<>()).add(attempt));
    return attempts;
  }

  private Map<Lane, List<Instant>> byLane() {
    var turns = new HashMap<Lane, List<Instant>>();
    wire.attempts().forEach(attempt -> turns.computeIfAbsent(attempt.call().lane(), any -> new ArrayList<>()).add(attempt.at()));
    return turns;
  }
}
