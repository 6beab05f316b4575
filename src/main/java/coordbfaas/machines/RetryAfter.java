package coordbfaas.machines;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Reads the header {@code Retry-After}: seconds, or a date of HTTP. */
final class RetryAfter {
  // One odd answer does not stop calls for good.
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private RetryAfter() {}

  /** How long to wait from {@code now}, at most a minute; empty if it tells nothing that lies ahead. */
  static Optional<Duration> parse(String text, Instant now) {
    try {
      var wait = text.strip().matches("\\d{1,9}") ? Duration.ofSeconds(Integer.parseInt(text.strip()))
          : Duration.between(now, Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip())));
      return Optional.of(wait).filter(Duration::isPositive).map(time -> time.compareTo(LONGEST) < 0 ? time : LONGEST);
    } catch (DateTimeException | ArithmeticException malformed) {
      return Optional.empty();
    }
  }
}
