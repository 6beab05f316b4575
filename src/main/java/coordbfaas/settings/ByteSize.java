package coordbfaas.settings;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Pattern;

/** Sizes such as {@code 1MiB}, {@code 64MiB}, {@code 10kB} or {@code 4096} (bytes). */
public final class ByteSize {
  /** What to tell whoever wrote something else. */
  public static final String EXPECTED = "a size such as 4096, 64KiB or 1MiB";

  private static final Map<String, Long> BYTES_PER_UNIT = Map.of(
      "", 1L, "B", 1L, "kB", 1_000L, "MB", 1_000_000L, "GB", 1_000_000_000L,
      "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

  private static final Pattern SIZE = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,9})?) ?([A-Za-z]*)");

  private ByteSize() {}

  /**
   * Reads a size.
   *
   * @return bytes, 0 or more; a fraction of a byte is cut off
   * @throws IllegalArgumentException if it is not a size, or none that fits 63 bits
   */
  public static long parse(String text) {
    var match = SIZE.matcher(text);
    if (!match.matches() || !BYTES_PER_UNIT.containsKey(match.group(2))) throw malformed(text);
    var bytes = new BigDecimal(match.group(1)).multiply(BigDecimal.valueOf(BYTES_PER_UNIT.get(match.group(2))));
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) throw malformed(text);
    return bytes.longValue();
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(text + " (expected: " + EXPECTED + ")");
  }
}
