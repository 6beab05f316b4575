package coordbfaas.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.pekko.util.ByteString;

/**
 * Text as it stands between the quotes of a JSON string, both in UTF-8: written, checked and read where it stands, without a
 * String. Pure.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259#section-7">RFC 8259: strings</a>
 */
final class JsonString {
  /** By byte: how it is written, at most eight bytes from the lowest of a word on, and how many those are. */
  private static final long[] WRITTEN = new long[256];
  private static final byte[] WRITTEN_BYTES = new byte[256];
  private static final int WRITTEN_BYTES_MAX = 6;

  /** By what follows a backslash: what it stands for; -1 if that is not one byte. */
  private static final byte[] ESCAPED = new byte[256];

  /** By byte: its value as a hexadecimal digit; -1 if it is none. */
  private static final byte[] DIGITS = new byte[256];

  static {
    Arrays.fill(ESCAPED, (byte) -1);
    ESCAPED['/'] = '/';
    for (var octet = 0; octet < 256; octet++) {
      DIGITS[octet] = (byte) (HexFormat.isHexDigit(octet) ? HexFormat.fromHexDigit(octet) : -1);
      if (octet < 0x20) writtenAs(octet, "\\u%04X".formatted(octet));
      else written(octet, octet, 1);
    }
    var pairs = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (var pair = 0; pair < pairs.length(); pair += 2) {
      writtenAs(pairs.charAt(pair), "\\" + pairs.charAt(pair + 1));
      ESCAPED[pairs.charAt(pair + 1)] = (byte) pairs.charAt(pair);
    }
  }

  private JsonString() {}

  private static void writtenAs(int octet, String escape) {
    var word = 0L;
    for (var at = escape.length() - 1; at >= 0; at--) word = word << 8 | escape.charAt(at);
    written(octet, word, escape.length());
  }

  private static void written(int octet, long word, int bytes) {
    WRITTEN[octet] = word;
    WRITTEN_BYTES[octet] = (byte) bytes;
  }

  /**
   * Writes text, which need not end with a character.
   *
   * @param before what stands before it
   * @param after what stands after it
   */
  static ByteString write(byte[] before, byte[] text, byte[] after) {
    var room = Long.BYTES * WRITTEN_BYTES_MAX + Long.BYTES + after.length;
    var target = Arrays.copyOf(before, before.length + text.length + text.length / 8 + room); // enough for most of it
    var end = before.length;
    var grown = 1;
    for (var at = 0; at < text.length; at += Long.BYTES) {
      if (target.length - end < room) {
        grown += grown;
        target = Arrays.copyOf(target, end + Math.min(grown, WRITTEN_BYTES_MAX) * (text.length - at) + room);
      }
      if (at + Long.BYTES <= text.length && special(ByteWords.get(text, at)) == 0) {
        ByteWords.set(target, end, ByteWords.get(text, at));
        end += Long.BYTES;
      } else end = write(text, at, Math.min(text.length, at + Long.BYTES), target, end);
    }
    System.arraycopy(after, 0, target, end, after.length);
    return ByteString.fromArrayUnsafe(target, 0, end + after.length);
  }

  /** For each byte a whole word is put down, of which the next one overwrites what does not count: so there are no branches. */
  private static int write(byte[] text, int from, int to, byte[] target, int start) {
    var end = start;
    for (var at = from; at < to; at++) {
      ByteWords.set(target, end, WRITTEN[text[at] & 0xFF]);
      end += WRITTEN_BYTES[text[at] & 0xFF];
    }
    return end;
  }

  /** Bytes that do not stand for themselves in a string. */
  private static long special(long word) {
    return ByteWords.below(word, 0x20) | ByteWords.equal(word, '"') | ByteWords.equal(word, '\\');
  }

  /**
   * Checks a range of which nothing is known.
   *
   * @return how many bytes of text it stands for; -1 if it is not what a string may hold, or holds a surrogate as an escape
   */
  static int textBytes(byte[] json, int from, int to) {
    var count = to - from;
    for (var at = from; at < to; ) {
      if (isPlainWord(json, at, to)) at += Long.BYTES;
      else for (var end = Math.min(to, at + Long.BYTES); at < end; ) {
        var octet = json[at];
        if (octet >= 0x20 && octet != '"' && octet != '\\') at++;
        else if (octet == '\\') {
          var escaped = escapedBytes(json, at, to);
          if (escaped == 0) return -1;
          count -= escapeBytes(json, at) - escaped;
          at += escapeBytes(json, at);
        } else {
          var character = octet < 0 ? Utf8.characterBytes(json, at, to) : 0;
          if (character == 0) return -1;
          at += character;
        }
      }
    }
    return count;
  }

  private static boolean isPlainWord(byte[] json, int at, int to) {
    if (at + Long.BYTES > to) return false;
    var word = ByteWords.get(json, at);
    return (special(word) | ByteWords.beyondAscii(word)) == 0;
  }

  private static int escapeBytes(byte[] json, int at) {
    return json[at + 1] == 'u' ? WRITTEN_BYTES_MAX : 2;
  }

  /** How many bytes the escape stands for that begins here; 0 if it is none, or half a character, a surrogate. */
  private static int escapedBytes(byte[] json, int at, int to) {
    if (at + 2 > to) return 0;
    if (json[at + 1] != 'u') return ESCAPED[json[at + 1] & 0xFF] < 0 ? 0 : 1;
    if (at + WRITTEN_BYTES_MAX > to) return 0;
    var code = code(json, at);
    if (code < 0 || code >= 0xD800 && code < 0xE000) return 0;
    return code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
  }

  /** The 16 bits of a long escape; negative if its digits are none. */
  private static int code(byte[] json, int at) {
    return DIGITS[json[at + 2] & 0xFF] << 12 | DIGITS[json[at + 3] & 0xFF] << 8
        | DIGITS[json[at + 4] & 0xFF] << 4 | DIGITS[json[at + 5] & 0xFF];
  }

  /**
   * Reads a range that was checked.
   *
   * @param size what {@link #textBytes} told
   */
  static byte[] read(byte[] json, int from, int to, int size) {
    var text = new byte[size];
    var end = 0;
    for (var at = from; at < to; ) {
      var escape = ByteWords.indexOf('\\', json, at, to);
      var plain = (escape < 0 ? to : escape) - at;
      System.arraycopy(json, at, text, end, plain);
      end += plain;
      at += plain;
      if (escape < 0) break;
      if (json[at + 1] == 'u') end = put(code(json, at), text, end);
      else text[end++] = ESCAPED[json[at + 1]];
      at += escapeBytes(json, at);
    }
    return text;
  }

  private static int put(int code, byte[] text, int at) {
    if (code < 0x80) {
      text[at] = (byte) code;
      return at + 1;
    }
    var character = Character.toString(code).getBytes(StandardCharsets.UTF_8);
    System.arraycopy(character, 0, text, at, character.length);
    return at + character.length;
  }
}
