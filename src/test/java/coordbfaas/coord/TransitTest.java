package coordbfaas.coord;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The time of a request on its way to a worker")
class TransitTest {
  private final Transit transit = new Transit(ofMillis(10));

  @Test
  void isNoneBeforeAnythingIsKnown() {
    assertThat(transit.least()).isEqualTo(ZERO);
  }

  @Test
  void isHalfOfTheShortestOfLate() {
    for (var ms : new int[] {17, 12, 90}) transit.took(ofMillis(ms));
    assertThat(transit.least()).isEqualTo(ofMillis(6));
  }

  @Test
  void isForgottenAfterSixteenMore() {
    transit.took(ofMillis(2));
    for (var time = 0; time < 15; time++) transit.took(ofMillis(14));
    assertThat(transit.least()).isEqualTo(ofMillis(1));
    transit.took(ofMillis(14));
    assertThat(transit.least()).isEqualTo(ofMillis(7));
  }

  @Test
  void isAtMostWhatAWorkersOwnExitIsWaitedFor() {
    transit.took(ofMillis(21));
    assertThat(transit.least()).isEqualTo(ofMillis(10));
  }
}
