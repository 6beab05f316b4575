package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An order for a run")
class RunOrderTest {
  private static final ByteString SCRIPT = ByteString.fromString("echo secret");
  private static final Duration SECONDS = Duration.ofSeconds(10);

  @Test
  void hasAnIdOfItsOwn() {
    assertThat(accepted().run()).isNotBlank().isNotEqualTo(accepted().run());
  }

  @Test
  void hasItsWholeTimeLeftWhenAccepted() {
    assertThat(accepted().timeLeft()).isPositive().isLessThanOrEqualTo(SECONDS);
    assertThat(accepted().elapsedMs()).isNotNegative();
  }

  @Test
  void countsFromItsAcceptance() {
    var order = accepted(System.nanoTime() - 4_000_000_000L);
    assertThat(order.elapsedMs()).isGreaterThanOrEqualTo(4_000);
    assertThat(order.timeLeft()).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void hasNoTimeLeftAfterItsDeadlineAndNeverLess() {
    assertThat(accepted(System.nanoTime() - 11_000_000_000L).timeLeft()).isZero();
  }

  @Test
  void keepsItsScriptOutOfLogs() {
    assertThat(accepted().toString()).doesNotContain("secret");
  }

  @Test
  void handsItsBodyOverOnce() {
    var order = accepted();
    assertThat(order.body().take()).isEqualTo(SCRIPT);
    assertThat(order.body().size()).isEqualTo(SCRIPT.size());
    assertThatThrownBy(() -> order.body().take()).isInstanceOf(IllegalStateException.class);
  }

  private static RunOrder accepted() {
    return RunOrder.accept(SCRIPT, false, new AnswerForm.Events(), SECONDS);
  }

  private static RunOrder accepted(long nanos) {
    return new RunOrder("r1", SCRIPT, false, new AnswerForm.Events(), SECONDS, nanos);
  }
}
