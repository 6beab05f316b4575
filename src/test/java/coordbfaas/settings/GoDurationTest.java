package coordbfaas.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Go duration")
class GoDurationTest {
  @Nested
  @DisplayName("when read")
  class WhenRead {
    /** Mostly the table of Go's own tests, src/time/time_test.go. */
    @ParameterizedTest
    @CsvSource({
        "0, 0", "+0, 0", "-0, 0", "0s, 0", "0h, 0", "00s, 0",
        "5s, 5000000000", "30s, 30000000000", "1478s, 1478000000000", "-5s, -5000000000", "+5s, 5000000000",
        "5.0s, 5000000000", "5.6s, 5600000000", "5.s, 5000000000", ".5s, 500000000", "-.5s, -500000000",
        "1.0s, 1000000000", "1.00s, 1000000000", "1.004s, 1004000000", "1.0040s, 1004000000", "100.00100s, 100001000000",
        "10ns, 10", "11us, 11000", "12µs, 12000", "12μs, 12000", "13ms, 13000000", "14s, 14000000000",
        "15m, 900000000000", "16h, 57600000000000",
        "3h30m, 12600000000000", "10.5s4m, 250500000000", "-2m3.4s, -123400000000",
        "1h2m3s4ms5us6ns, 3723004005006", "39h9m14.425s, 140954425000000", "1m30s, 90000000000", "1s1s, 2000000000",
        "52763797000ns, 52763797000", "0.3333333333333333333h, 1199999999999", "9007199254740993ns, 9007199254740993",
        "0.100000000000000000000h, 360000000000", "0.9ns0.9ns, 0",
        "9223372036854775807ns, 9223372036854775807", "9223372036854775.807us, 9223372036854775807",
        "9223372036s854ms775us807ns, 9223372036854775807", "-9223372036854775807ns, -9223372036854775807",
        "-9223372036854775808ns, -9223372036854775808"})
    void isWhatGoTakesItFor(String text, long nanos) {
      assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "3", "-", "+", "s", ".", "-.", ".s", "+.s", "1d", "1w", "--5s", "+-5s", "- 5s", " 5s", "5s ", "5 s", "5S", "1H",
        "5s,", "1e3s",
        "0x5s", "1,5s", "1..5s", "1.5.s", "5", "-5", "00", "0.0", "١s", "１s", "\u0085\u0085", "\uFFFD", "hello \uFFFD world",
        "5s\0", "5s\n",
        "infinite", "1 second", "PT5S", "9223372036854775808ns", "9223372036854775.808us", "9223372036854ms775us808ns",
        "-9223372036854775809ns", "3000000h", "9223372036854775808h"})
    void isNothingThatGoWouldNotTake(String text) {
      assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse(text)).withMessageContaining("expected: a duration");
    }

    @Test
    void isNotReadFromEndlessDigits() {
      assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse("9".repeat(10_000_000) + "ns"));
      assertThatIllegalArgumentException().isThrownBy(() -> GoDuration.parse("1s".repeat(10_000)));
    }
  }

  @Nested
  @DisplayName("when written")
  class WhenWritten {
    @ParameterizedTest
    @CsvSource({
        "0, 0s", "1, 0.000001ms", "500000000, 500ms", "1500000, 1.5ms", "1000000000, 1s", "1500000000, 1.5s", "10000000000, 10s",
        "90000000000, 1m30s", "60000000000, 1m", "3600000000000, 1h", "3601000000000, 1h1s", "86400000000000, 24h",
        "-90000000000, -1m30s"})
    void readsAsAPersonWouldWriteIt(long nanos, String text) {
      assertThat(GoDuration.format(Duration.ofNanos(nanos))).isEqualTo(text);
    }

    @Test
    void isReadAsTheSameAgain() {
      RandomCases.each(20_000, random -> {
        var duration = Duration.ofNanos(random.nextLong() >> random.nextInt(64));
        assertThat(GoDuration.parse(GoDuration.format(duration))).isEqualTo(duration);
      });
    }

    @Test
    void isReadAsTheSameAgainAtTheEndsOfItsRange() {
      for (var nanos : new long[] {Long.MAX_VALUE, -Long.MAX_VALUE, Long.MIN_VALUE, 1, -1}) {
        var duration = Duration.ofNanos(nanos);
        assertThat(GoDuration.parse(GoDuration.format(duration))).isEqualTo(duration);
      }
    }
  }
}
