package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A breaker")
class BreakerTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final RandomGenerator LONGEST_PAUSES = () -> 0L;

  @Test
  void opensAfterFiveFailuresInARow() {
    var breaker = Breaker.CLOSED;
    for (var failure = 0; failure < 4; failure++) {
      breaker = breaker.failed(false, true, NOON.plusSeconds(failure), LONGEST_PAUSES);
      assertThat(breaker.admits(NOON.plusSeconds(failure), true)).isTrue();
    }
    breaker = breaker.failed(false, true, NOON.plusSeconds(4), LONGEST_PAUSES);
    assertThat(breaker).isEqualTo(new Breaker.Open(NOON, NOON.plusSeconds(5), NOON.plusSeconds(5), 0, false, 0));
    assertThat(breaker.admits(NOON.plusSeconds(4), true)).isFalse();
  }

  @Test
  void countsAnewAfterAnAnswer() {
    var breaker = failures(4).answered().failed(false, true, NOON, LONGEST_PAUSES);
    assertThat(breaker).isEqualTo(new Breaker.Closed(1, NOON));
  }

  @Test
  void letsOneProbeThroughAfterAPause() {
    var open = failures(5);
    assertThat(open.admits(NOON.plusMillis(999), true)).isFalse();
    assertThat(open.admits(NOON.plusSeconds(1), true)).isTrue();
    assertThat(open.sent().admits(NOON.plusSeconds(1), true)).isFalse();
    assertThat(open.sent().admits(NOON.plusSeconds(999), true)).isFalse();
  }

  @Test
  void closesWithAnyAnswer() {
    assertThat(failures(5).answered()).isEqualTo(Breaker.CLOSED);
    assertThat(failures(5).sent().answered()).isEqualTo(Breaker.CLOSED);
  }

  @Test
  void soonLetsACallThroughThatChangesNothing() {
    var open = failures(5).sent().failed(true, true, NOON.plusSeconds(1), LONGEST_PAUSES);
    assertThat(open.admits(NOON.plusMillis(1999), false)).isFalse();
    assertThat(open.admits(NOON.plusSeconds(2), false)).isTrue();
    assertThat(open.admits(NOON.plusSeconds(2), true)).isFalse();
    assertThat(open.sent().admits(NOON.plusSeconds(2), false)).isFalse();
  }

  @Test
  void waitsTwiceAsLongAfterEachProbeThatFails() {
    var breaker = failures(5);
    var now = NOON;
    for (var pause : new int[] {1, 2, 4, 8, 15, 15}) {
      assertThat(((Breaker.Open) breaker).probeAt()).isEqualTo(now.plusSeconds(pause));
      now = now.plusSeconds(pause);
      breaker = breaker.sent().failed(true, true, now, LONGEST_PAUSES);
    }
  }

  @Test
  void doesNotTakeTheFailureOfAnOlderCallForTheProbes() {
    var probing = failures(5).sent();
    assertThat(probing.failed(false, true, NOON.plusSeconds(2), LONGEST_PAUSES)).isEqualTo(probing);
  }

  @Test
  void countsWhomItFailed() {
    assertThat(failures(5).refused().refused()).isEqualTo(new Breaker.Open(NOON, NOON.plusSeconds(1), NOON.plusSeconds(1), 0, false, 2));
    assertThat(Breaker.CLOSED.refused()).isEqualTo(Breaker.CLOSED);
  }

  @Test
  void tellsTheSameOfAnyRowOfNews() {
    RandomCases.each(2000, random -> {
      var breaker = Breaker.CLOSED;
      var failures = 0;
      var now = NOON;
      for (var step = 0; step < 60; step++) {
        now = now.plusMillis(random.nextInt(2000));
        var wasOpen = breaker instanceof Breaker.Open;
        var admitted = breaker.admits(now, true);
        if (!wasOpen) assertThat(admitted).isTrue();
        if (!admitted) continue;
        breaker = breaker.sent();
        var answered = random.nextInt(4) == 0;
        failures = answered ? 0 : failures + 1;
        breaker = answered ? breaker.answered() : breaker.failed(wasOpen, true, now, random);
        assertThat(breaker instanceof Breaker.Open).isEqualTo(failures >= Breaker.FAILURES_MAX);
        if (breaker instanceof Breaker.Open open)
          assertThat(Duration.between(now, open.probeAt())).isBetween(Duration.ofMillis(500), Duration.ofSeconds(15));
      }
    });
  }

  private static Breaker failures(int count) {
    var breaker = Breaker.CLOSED;
    for (var failure = 0; failure < count; failure++) breaker = breaker.failed(false, true, NOON, LONGEST_PAUSES);
    return breaker;
  }
}
