package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import coordbfaas.coord.RateLimit.Rate;
import coordbfaas.settings.RandomCases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A rate limit")
class RateLimitTest {
  private static final ClientAddress ANNA = new ClientAddress(false, 1);
  private static final ClientAddress BERT = new ClientAddress(false, 2);

  private long now = Long.MAX_VALUE - 1_000_000; // a clock may run over, too

  @Test
  void letsABurstOfOnePeriodThroughAndThenOneRequestAtATime() {
    var limit = new RateLimit(new Rate(10, Duration.ofSeconds(1)));
    for (var request = 0; request < 10; request++) assertThat(limit.refusal(ANNA, now)).isEmpty();
    assertThat(limit.refusal(ANNA, now)).contains(Duration.ofMillis(100));
    passes(Duration.ofMillis(99));
    assertThat(limit.refusal(ANNA, now)).contains(Duration.ofMillis(1));
    passes(Duration.ofMillis(1));
    assertThat(limit.refusal(ANNA, now)).isEmpty();
    assertThat(limit.refusal(ANNA, now)).contains(Duration.ofMillis(100));
  }

  @Test
  void countsNoRequestThatItRefused() {
    var limit = new RateLimit(new Rate(1, Duration.ofMinutes(1)));
    assertThat(limit.refusal(ANNA, now)).isEmpty();
    for (var request = 0; request < 100; request++) assertThat(limit.refusal(ANNA, now)).contains(Duration.ofMinutes(1));
    passes(Duration.ofMinutes(1));
    assertThat(limit.refusal(ANNA, now)).isEmpty();
  }

  @Test
  void limitsEachClientForItself() {
    var limit = new RateLimit(new Rate(1, Duration.ofHours(1)));
    assertThat(limit.refusal(ANNA, now)).isEmpty();
    assertThat(limit.refusal(BERT, now)).isEmpty();
    assertThat(limit.refusal(ANNA, now)).isPresent();
    assertThat(limit.refusal(new ClientAddress(true, 1), now)).isEmpty();
  }

  /** In any time, no more than a burst and what the rate has for that time. */
  @Test
  void neverLetsMoreThroughThanItsRate() {
    RandomCases.each(500, random -> {
      var rate = new Rate(random.nextInt(1, 20), Duration.ofSeconds(1));
      var limit = new RateLimit(rate);
      var passed = new ArrayList<Long>();
      for (var request = 0; request < 100; request++) {
        passes(Duration.ofMillis(random.nextInt(200)));
        if (limit.refusal(ANNA, now).isEmpty()) passed.add(now);
      }
      for (var first = 0; first < passed.size(); first++)
        for (var last = first; last < passed.size(); last++) {
          var seconds = (passed.get(last) - passed.get(first)) / 1e9;
          assertThat(last - first + 1).isLessThanOrEqualTo((int) (rate.requests() + seconds * rate.requests() + 1e-3));
        }
    });
  }

  /** A flood of addresses: those that are remembered are the newest ones. */
  @Test
  void remembersNoMoreClientsThanItMay() {
    var limit = new RateLimit(new Rate(1, Duration.ofHours(1)), 100);
    for (var client = 0; client < 10_000; client++) {
      assertThat(limit.refusal(new ClientAddress(true, client), now)).isEmpty();
      assertThat(limit.clients()).isLessThanOrEqualTo(100);
    }
    assertThat(limit.refusal(new ClientAddress(true, 9_950), now)).isPresent();
    assertThat(limit.refusal(new ClientAddress(true, 9_000), now)).isEmpty();
  }

  @Test
  void isWrittenAsRequestsInAPeriod() {
    assertThat(Rate.parse("10/s")).contains(new Rate(10, Duration.ofSeconds(1)));
    assertThat(Rate.parse("100/m")).contains(new Rate(100, Duration.ofMinutes(1)));
    assertThat(Rate.parse("1000/h")).contains(new Rate(1000, Duration.ofHours(1)));
    assertThat(Rate.parse("off")).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "0/s", "-1/s", "1.5/s", "10/d", "10 / s", "10/sec", "/s", "10/", "on", "99999999/s", "010/s"})
  void isNothingElse(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Rate.parse(text)).withMessageContaining("10/s");
  }

  private void passes(Duration time) {
    now += time.toNanos();
  }
}
