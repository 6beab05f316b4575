package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Retry-After header")
class RetryAfterTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "1 | 1000", "7 | 7000", "' 7 ' | 7000", "60 | 60000", "61 | 60000", "999999999 | 60000",
      "Thu, 01 Jan 2026 12:00:03 GMT | 3000", "Thu, 01 Jan 2026 12:59:59 GMT | 60000"})
  void tellsHowLongToWaitUpToAMinute(String text, long millis) {
    assertThat(RetryAfter.parse(text, NOON)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "soon", "1.5", "1s", "99999999999999999999", "Thu, 01 Jan 2026 12:00:00 GMT",
      "Thu, 01 Jan 2026 11:59:59 GMT", "2026-01-01T12:00:03Z", "Mon, 01 Jan 2026 12:00:03 GMT"})
  void tellsNothingThatLiesNotAhead(String text) {
    assertThat(RetryAfter.parse(text, NOON)).isEmpty();
  }
}
