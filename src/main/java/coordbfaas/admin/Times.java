package coordbfaas.admin;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** How instants are written: in UTC, by ISO 8601. */
final class Times {
  private Times() {}

  static String seconds(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static String millis(Instant at) {
    return at.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
