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
    assertThat(HoldTime.guess(Duration.ofMillis(meanMs)).retryAfter(waiting, size)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void isTheFirstGrantsWhateverWasGuessed() {
    var first = HoldTime.guess(Duration.ofSeconds(10)).with(Duration.ofMillis(200));
    assertThat(first.mean()).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void isTheMeanOfTheFirstFew() {
    var second = HoldTime.guess(Duration.ofSeconds(10)).with(Duration.ofMillis(200)).with(Duration.ofMillis(400));
    assertThat(second.mean()).isEqualTo(Duration.ofMillis(300));
  }

  @Test
  void followsWhatGrantsComeTo() {
    var holdTime = after(Duration.ofSeconds(10), 100);
    for (var i = 0; i < 60; i++) holdTime = holdTime.with(Duration.ofMillis(200));
    assertThat(holdTime.mean()).isBetween(Duration.ofMillis(200), Duration.ofMillis(210));
  }

  @Test
  void staysAsItIsWhenGrantsDo() {
    var steady = after(Duration.ofSeconds(10), 100);
    assertThat(steady.with(Duration.ofSeconds(10))).isEqualTo(steady);
  }

  @Test
  void liesBetweenWhatItWasAndTheNewest() {
    RandomCases.each(5_000, random -> {
      var mean = Duration.ofMillis(random.nextInt(100_000));
      var held = Duration.ofMillis(random.nextInt(100_000));
      var next = after(mean, 1 + random.nextInt(20)).with(held).mean();
      assertThat(next).isBetween(mean.compareTo(held) < 0 ? mean : held, mean.compareTo(held) < 0 ? held : mean);
    });
  }

  private static HoldTime after(Duration held, int grants) {
    var holdTime = HoldTime.guess(Duration.ofHours(1));
    for (var i = 0; i < grants; i++) holdTime = holdTime.with(held);
    return holdTime;
  }
}
