package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A back-off")
class BackoffTest {
  @Test
  void isTwiceAsLongEachTimeUpToItsLongest() {
    assertThat(IntStream.rangeClosed(1, 8).mapToObj(failures -> Backoff.ERROR.after(failures, () -> 0L).toMillis()))
        .containsExactly(200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L, 5000L);
  }

  @Test
  void isShorterByUpToAHalfByChance() {
    RandomCases.each(5000, random -> {
      var failures = 1 + random.nextInt(1000);
      var full = Backoff.ERROR.after(failures, () -> 0L);
      assertThat(Backoff.ERROR.after(failures, random)).isBetween(full.dividedBy(2), full);
    });
    assertThat(Backoff.ERROR.after(1, () -> -1L)).isLessThan(Duration.ofMillis(101));
  }
}
