package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whatever must not last too long is over as soon as either clock says so. */
@DisplayName("A moment by two clocks")
class MomentTest {
  private static final Moment END = at(100, 100);

  @Test
  void hasComeWhenEitherClockSaysSo() {
    assertThat(END.hasCome(at(99, 99))).isFalse();
    assertThat(END.hasCome(at(100, 0))).isTrue(); // the computer slept
    assertThat(END.hasCome(at(0, 100))).isTrue(); // the clock was set back
    assertThat(END.hasCome(at(100, 100))).isTrue();
    assertThat(END.hasCome(at(101, 101))).isTrue();
  }

  @Test
  void isAsFarAwayAsTheNearerClockSays() {
    assertThat(END.from(at(40, 70))).isEqualTo(Duration.ofSeconds(30));
    assertThat(END.from(at(70, 40))).isEqualTo(Duration.ofSeconds(30));
    assertThat(END.from(at(130, 40))).isEqualTo(Duration.ofSeconds(-30));
    assertThat(END.from(END)).isZero();
  }

  @Test
  void hasComeExactlyWhenNothingIsLeft() {
    for (var wall = 98; wall <= 102; wall++) for (var steady = 98; steady <= 102; steady++)
      assertThat(END.hasCome(at(wall, steady))).isEqualTo(!END.from(at(wall, steady)).isPositive());
  }

  @Test
  void movesByBothClocks() {
    assertThat(at(1, 50).plus(Duration.ofSeconds(9))).isEqualTo(at(10, 59));
  }

  private static Moment at(long wall, long steady) {
    return new Moment(Instant.ofEpochSecond(wall), Instant.ofEpochSecond(steady));
  }
}
