package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Fly's rate limits")
class RateLimitsTest {
  private final RateLimits limits = new RateLimits();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private boolean admits(Action action, String app, String machine) {
    return limits.admit(new ApiCall(action, app, machine, "", Map.of(), Optional.empty(), RuledFly.json("{}")), now);
  }

  private boolean admits(Action action, String machine) {
    return admits(action, "workers", machine);
  }

  private long admitted(Action action, String machine) {
    return IntStream.range(0, 20).filter(i -> admits(action, machine)).count();
  }

  private void timePasses(long millis) {
    now = now.plus(Duration.ofMillis(millis));
  }

  @Test
  void admitABurstOfThreeAndThenOneASecond() {
    assertThat(admitted(Action.START, "m1")).isEqualTo(3);
    timePasses(999);
    assertThat(admits(Action.START, "m1")).isFalse();
    timePasses(1);
    assertThat(admitted(Action.START, "m1")).isEqualTo(1);
    timePasses(2500);
    assertThat(admitted(Action.START, "m1")).isEqualTo(2);
    timePasses(60_000);
    assertThat(admitted(Action.START, "m1")).isEqualTo(3);
  }

  @Test
  void admitABurstOfTenGetsAndThenFiveASecond() {
    assertThat(admitted(Action.GET, "m1")).isEqualTo(10);
    timePasses(1000);
    assertThat(admitted(Action.GET, "m1")).isEqualTo(5);
  }

  @Test
  void countEachActionOnEachMachineApart() {
    assertThat(admitted(Action.START, "m1")).isEqualTo(3);
    assertThat(admitted(Action.STOP, "m1")).isEqualTo(3);
    assertThat(admitted(Action.START, "m2")).isEqualTo(3);
  }

  @Test
  void countCreatesAndListsForTheWholeApp() {
    assertThat(admitted(Action.CREATE, "")).isEqualTo(3);
    assertThat(admits(Action.CREATE, "other", "")).isTrue();
    assertThat(admitted(Action.LIST, "")).isEqualTo(3);
  }

  @Test
  void forgetTheMachinesThatWereLeftAlone() {
    for (var i = 0; i < 100_000; i++) {
      admits(Action.START, "m" + i);
      timePasses(10);
    }
    assertThat(limits.buckets()).isLessThan(2000);
  }
}
