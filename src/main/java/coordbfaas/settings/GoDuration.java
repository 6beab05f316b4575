package coordbfaas.settings;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Durations in the syntax of Go's {@code time.ParseDuration}: {@code 1m30s}, {@code 1.5s}, {@code 500ms}, {@code 0}.
 *
 * @see <a href="https://pkg.go.dev/time#ParseDuration">Go: time.ParseDuration</a>
 */
public final class GoDuration {
  /** What to tell whoever wrote something else. */
  public static final String EXPECTED = "a duration such as 500ms, 1.5s or 1m30s";

  private static final Map<String, Long> NANOS_PER_UNIT = Map.of(
      "ns", 1L, "us", 1_000L, "µs", 1_000L, "μs", 1_000L, "ms", 1_000_000L,
      "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);

  // Longer than any duration that fits 64 bits of nanoseconds; guards the arithmetic against hostile digits.
  private static final int LENGTH_MAX = 64;

  private static final Pattern TERM = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)");

  private GoDuration() {}

  /**
   * Reads a duration.
   *
   * @param text digits with units, at most 64 characters; a sign is allowed, a bare number only if it is 0
   * @throws IllegalArgumentException if it is not a duration, or none that fits 64 bits of nanoseconds (about 292 years)
   */
  public static Duration parse(String text) {
    var negative = text.startsWith("-");
    var unsigned = negative || text.startsWith("+") ? text.substring(1) : text;
    if (unsigned.equals("0")) return Duration.ZERO;
    if (unsigned.isEmpty() || unsigned.length() > LENGTH_MAX) throw malformed(text);

    var nanos = BigDecimal.ZERO;
    var terms = TERM.matcher(unsigned);
    var end = 0;
    while (end < unsigned.length()) {
      if (!terms.find(end) || terms.start() != end) throw malformed(text);
      nanos = nanos.add(new BigDecimal(terms.group(1)).multiply(BigDecimal.valueOf(NANOS_PER_UNIT.get(terms.group(2))))
          .setScale(0, RoundingMode.DOWN));
      end = terms.end();
    }
    try {
      return Duration.ofNanos((negative ? nanos.negate() : nanos).longValueExact());
    } catch (ArithmeticException tooLong) {
      throw malformed(text);
    }
  }

  /** Writes a duration so that {@link #parse} reads the same again: {@code 1m30s}, {@code 1.5s}, {@code 500ms}. */
  public static String format(Duration duration) {
    if (duration.isNegative()) return "-" + format(duration.negated());
    if (duration.isZero()) return "0s";
    if (duration.compareTo(Duration.ofSeconds(1)) < 0) return decimal(duration.toNanos(), 1_000_000L) + "ms";

    var text = new StringBuilder();
    if (duration.toHours() > 0) text.append(duration.toHours()).append('h');
    if (duration.toMinutesPart() > 0) text.append(duration.toMinutesPart()).append('m');
    var secondNanos = duration.toSecondsPart() * 1_000_000_000L + duration.toNanosPart();
    if (secondNanos > 0) text.append(decimal(secondNanos, 1_000_000_000L)).append('s');
    return text.toString();
  }

  private static String decimal(long nanos, long nanosPerUnit) {
    return BigDecimal.valueOf(nanos).divide(BigDecimal.valueOf(nanosPerUnit)).stripTrailingZeros().toPlainString();
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(text + " (expected: " + EXPECTED + ")");
  }
}
