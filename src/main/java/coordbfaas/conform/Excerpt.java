package coordbfaas.conform;

import java.nio.charset.StandardCharsets;

/** Bytes and text of a server as one short line that a terminal can bear. */
final class Excerpt {
  private static final int LENGTH_MAX = 100;

  private Excerpt() {}

  static String of(byte[] bytes) {
    return of(new String(bytes, StandardCharsets.UTF_8));
  }

  /** The text in quotes, its control characters escaped; its beginning and its length if it is long. */
  static String of(String text) {
    var line = new StringBuilder("\"");
    text.codePoints().limit(LENGTH_MAX).forEach(point -> append(line, point));
    line.append('"');
    return text.length() <= LENGTH_MAX ? line.toString() : line + "… (" + text.length() + " characters)";
  }

  private static void append(StringBuilder line, int point) {
    switch (point) {
      case '\n' -> line.append("\\n");
      case '\r' -> line.append("\\r");
      case '\t' -> line.append("\\t");
      case '"' -> line.append("\\\"");
      default -> {
        if (Character.isISOControl(point) || Character.getType(point) == Character.LINE_SEPARATOR
            || Character.getType(point) == Character.PARAGRAPH_SEPARATOR || Character.getType(point) == Character.FORMAT)
          line.append("\\u%04x".formatted(point));
        else line.appendCodePoint(point);
      }
    }
  }
}
