package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The time that grants hold machines")
class HoldTimeTest {
  @ParameterizedTest(name = "{0} ms each, {1} wait, {2} machines: {3} s")
  @CsvSource({
      "10000, 0, 1, 10", "10000, 0, 4, 3", "10000, 4, 1, 50", "10000, 3, 4, 10", "10000, 64, 1, 60",
      "0, 0, 1, 1", "1, 0, 1, 1", "1001, 0, 1, 2", "100, 9, 1, 1", "86400000, 1000000, 1, 60"})
  void tellsWhenToComeAgain(long meanMs, int waiting, int size, long seconds) {
    assertThat(new HoldTime(Duration.ofMillis(meanMs)).retryAfter(waiting, size)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void staysAsItIsWhenGrantsDo() {
    assertThat(new HoldTime(Duration.ofSeconds(10)).with(Duration.ofSeconds(10))).isEqualTo(new HoldTime(Duration.ofSeconds(10)));
  }

  @Test
  void followsWhatGrantsComeTo() {
    var holdTime = new HoldTime(Duration.ofSeconds(10));
    for (var i = 0; i < 60; i++) holdTime = holdTime.with(Duration.ofMillis(200));
    assertThat(holdTime.mean()).isBetween(Duration.ofMillis(200), Duration.ofMillis(210));
  }

  @Test
  void liesBetweenWhatItWasAndTheNewest() {
    RandomCases.each(5_000, random -> {
      var mean = Duration.ofMillis(random.nextInt(100_000));
      var held = Duration.ofMillis(random.nextInt(100_000));
      var next = new HoldTime(mean).with(held).mean();
      assertThat(next).isBetween(mean.compareTo(held) < 0 ? mean : held, mean.compareTo(held) < 0 ? held : mean);
    });
  }
}
