package coordbfaas.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Text as it stands between the quotes of a JSON string, both in UTF-8: written, checked and read byte by byte, as there is no
 * end of output. Pure.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259#section-7">RFC 8259: strings</a>
 */
final class JsonString {
  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  /** By byte: what follows the backslash of its escape; 'u' for the long form; 0 if it stands for itself. */
  private static final byte[] ESCAPES = new byte[256];

  /** By byte: how many it is written as. */
  private static final byte[] WRITTEN_BYTES = new byte[256];

  /** By what follows a backslash: what it stands for; -1 if that is not one byte. */
  private static final byte[] ESCAPED = new byte[256];

  static {
    Arrays.fill(ESCAPES, 0, 0x20, (byte) 'u');
    Arrays.fill(ESCAPED, (byte) -1);
    ESCAPED['/'] = '/';
    var pairs = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (var pair = 0; pair < pairs.length(); pair += 2) {
      ESCAPES[pairs.charAt(pair)] = (byte) pairs.charAt(pair + 1);
      ESCAPED[pairs.charAt(pair + 1)] = (byte) pairs.charAt(pair);
    }
    for (var octet = 0; octet < 256; octet++)
      WRITTEN_BYTES[octet] = (byte) (ESCAPES[octet] == 0 ? 1 : ESCAPES[octet] == 'u' ? 6 : 2);
  }

  private JsonString() {}

  /** How many bytes {@link #write} writes for a range. */
  static int writtenBytes(byte[] text, int from, int to) {
    var written = 0;
    for (var at = from; at < to; at++) written += WRITTEN_BYTES[text[at] & 0xFF];
    return written;
  }

  /**
   * Writes a range, which need not end with a character.
   *
   * @return where the next byte goes
   */
  static int write(byte[] text, int from, int to, byte[] target, int start) {
    var end = start;
    for (var at = from; at < to; at++) {
      var octet = text[at];
      var escape = ESCAPES[octet & 0xFF];
      if (escape == 0) target[end++] = octet;
      else {
        target[end++] = '\\';
        target[end++] = escape;
        if (escape == 'u') end = hex(octet, target, end);
      }
    }
    return end;
  }

  private static int hex(byte octet, byte[] target, int at) {
    target[at] = '0';
    target[at + 1] = '0';
    target[at + 2] = HEX[octet >> 4];
    target[at + 3] = HEX[octet & 0xF];
    return at + 4;
  }

  /**
   * Checks a range of which nothing is known.
   *
   * @return how many bytes of text it stands for; -1 if it is not what a string may hold, or holds a surrogate as an escape
   */
  static int textBytes(byte[] json, int from, int to) {
    var count = 0;
    for (var at = from; at < to; ) {
      var octet = json[at];
      var taken = 1;
      var told = 1;
      if (octet == '\\') {
        taken = escapeBytes(json, at, to);
        told = taken == 6 ? utf8Bytes(code(json, at)) : 1;
      } else if (octet < 0) {
        taken = Utf8.characterBytes(json, at, to);
        told = taken;
      } else if (octet < 0x20 || octet == '"') return -1;
      if (taken == 0 || told == 0) return -1;
      at += taken;
      count += told;
    }
    return count;
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
      if (json[at] != '\\') text[end++] = json[at++];
      else if (json[at + 1] != 'u') {
        text[end++] = ESCAPED[json[at + 1]];
        at += 2;
      } else {
        var character = Character.toString(code(json, at)).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(character, 0, text, end, character.length);
        end += character.length;
        at += 6;
      }
    }
    return text;
  }

  /** How long the escape is that begins here: 2 or 6; 0 if there is none. */
  private static int escapeBytes(byte[] json, int at, int to) {
    if (at + 2 > to) return 0;
    if (json[at + 1] != 'u') return ESCAPED[json[at + 1] & 0xFF] < 0 ? 0 : 2;
    if (at + 6 > to) return 0;
    for (var digit = at + 2; digit < at + 6; digit++) if (!HexFormat.isHexDigit(json[digit])) return 0;
    return 6;
  }

  private static int code(byte[] json, int at) {
    var code = 0;
    for (var digit = at + 2; digit < at + 6; digit++) code = code << 4 | HexFormat.fromHexDigit(json[digit]);
    return code;
  }

  /** Bytes of the character with this code, one of at most 16 bits; 0 for half a character, a surrogate. */
  private static int utf8Bytes(int code) {
    if (code < 0x80) return 1;
    if (code < 0x800) return 2;
    return code >= 0xD800 && code < 0xE000 ? 0 : 3;
  }
}
