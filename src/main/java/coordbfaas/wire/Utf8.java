package coordbfaas.wire;

/** Which bytes are text: UTF-8, without overlong forms, surrogates and codes beyond the last. Pure. */
final class Utf8 {
  private Utf8() {}

  /** Whether the bytes of a range are text. */
  static boolean isText(byte[] bytes, int from, int to) {
    var at = from;
    while (at < to) {
      if (bytes[at] >= 0) at = asciiEnd(bytes, at, to);
      else {
        var length = characterBytes(bytes, at, to);
        if (length == 0) return false;
        at += length;
      }
    }
    return true;
  }

  /** How many bytes the character that begins here has, one beyond ASCII: 2 to 4; 0 if there is none or the range cuts it. */
  static int characterBytes(byte[] bytes, int at, int to) {
    var length = length(bytes[at] & 0xFF);
    if (length == 0 || at + length > to || !second(bytes[at] & 0xFF, bytes[at + 1] & 0xFF)) return 0;
    for (var next = at + 1; next < at + length; next++) if ((bytes[next] & 0xC0) != 0x80) return 0;
    return length;
  }

  /** How many bytes at the end of a range begin a character that the range does not complete: 0 to 3. */
  static int begunBytes(byte[] bytes, int from, int to) {
    for (var at = to - 1; at >= Math.max(from, to - 3); at--) {
      var octet = bytes[at] & 0xFF;
      if (octet < 0x80) return 0;
      if (octet >= 0xC0) return to - at < length(octet) && (to - at == 1 || second(octet, bytes[at + 1] & 0xFF)) ? to - at : 0;
    }
    return 0;
  }

  private static int asciiEnd(byte[] bytes, int from, int to) {
    var at = from;
    while (at + Long.BYTES <= to && ByteWords.beyondAscii(ByteWords.get(bytes, at)) == 0) at += Long.BYTES;
    while (at < to && bytes[at] >= 0) at++;
    return at;
  }

  /** Whether an octet may come second after this one. */
  private static boolean second(int leading, int octet) {
    return switch (leading) {
      case 0xE0 -> octet >= 0xA0;
      case 0xED -> octet < 0xA0;
      case 0xF0 -> octet >= 0x90;
      case 0xF4 -> octet < 0x90;
      default -> true;
    };
  }

  /** Bytes of the sequence that this octet leads; 0 if it leads none of more than one byte. */
  private static int length(int leading) {
    if (leading >= 0xF5) return 0;
    if (leading >= 0xF0) return 4;
    if (leading >= 0xE0) return 3;
    return leading >= 0xC2 ? 2 : 0;
  }
}
