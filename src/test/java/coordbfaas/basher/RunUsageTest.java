package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.wire.Exit;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a run took")
class RunUsageTest {
  private static final RunUsage.Counted COUNTED = new RunUsage.Counted(12_345, OptionalLong.of(9 << 20), 0, 0);
  private static final RunUsage.Told TOLD = new RunUsage.Told(0, 4_999, 4_220, true);

  @Test
  void isTheCpuTimeOfAllProcessesAndTheMemoryOfTheLargest() {
    assertThat(RunUsage.of(Optional.of(TOLD), Optional.of(COUNTED))).contains(new Exit.Usage(12, 4_220));
  }

  @Test
  void isWhatIsKnownOfIt() {
    assertThat(RunUsage.of(Optional.of(TOLD), Optional.empty())).contains(new Exit.Usage(4, 4_220));
    assertThat(RunUsage.of(Optional.empty(), Optional.of(COUNTED))).contains(new Exit.Usage(12, 9 << 10));
    assertThat(RunUsage.of(Optional.empty(), Optional.empty())).isEmpty();
    assertThat(RunUsage.of(Optional.empty(), Optional.of(new RunUsage.Counted(1, OptionalLong.empty(), 0, 0)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"9, 1, 0, MEMORY", "35072, 1, 0, MEMORY", "24, 0, 0, CPU_TIME", "38912, 0, 0, CPU_TIME", "25, 0, 0, FILE",
      "39168, 0, 0, FILE", "256, 0, 3, PROCESSES", "0, 1, 3,", "256, 0, 0,", "9, 0, 0,"})
  void tellsTheLimitThatMadeItFail(int rawStatus, long oomKills, long forksDenied, Exit.Limit limit) {
    var counted = new RunUsage.Counted(0, OptionalLong.empty(), oomKills, forksDenied);
    assertThat(RunUsage.limit(OptionalInt.of(rawStatus), Optional.of(counted))).isEqualTo(Optional.ofNullable(limit));
  }

  @Test
  void tellsNoLimitOfARunThatWasKilled() {
    var counted = new RunUsage.Counted(0, OptionalLong.empty(), 1, 1);
    assertThat(RunUsage.limit(OptionalInt.empty(), Optional.of(counted))).isEmpty();
  }

  @Test
  void isReadFromTheStatusChannel() {
    assertThat(RunUsage.Told.parse("768 37698 4004 0\n")).contains(new RunUsage.Told(768, 37_698, 4_004, true));
    assertThat(RunUsage.Told.parse("9 1 999999999999999999 1\nmore"))
        .contains(new RunUsage.Told(9, 1, 999_999_999_999_999_999L, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "768 1 1 0", "768\n", "768 1 1\n", "x 1 1 0\n", "768 1 1 1 0\n", "768 1 1 2\n", "-1 1 1 0\n",
      "65536 1 1 0\n", "4479 1 1 0\n", "768  1 0\n", "bwrap: what is this\n", "768 1 9999999999999999999 0\n", " 768 1 1 0\n"})
  void isNotReadFromAnythingElse(String channel) {
    assertThat(RunUsage.Told.parse(channel)).isEmpty();
  }
}
