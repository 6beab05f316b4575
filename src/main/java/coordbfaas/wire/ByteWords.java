package coordbfaas.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks at eight bytes at a time, because whatever a script writes is looked at twice on its way. A mask has the highest bit of
 * each byte that is meant; of the bytes before the first one that is meant it has none, of those after it, it may have any.
 */
final class ByteWords {
  private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHEST_BITS = 0x80 * ONES;

  private ByteWords() {}

  static long get(byte[] bytes, int at) {
    return (long) WORDS.get(bytes, at);
  }

  static void set(byte[] bytes, int at, long word) {
    WORDS.set(bytes, at, word);
  }

  /** How many bytes stand before the first that is meant: 0 to 8. */
  static int before(long mask) {
    return Long.numberOfTrailingZeros(mask) >> 3;
  }

  /** Bytes beyond ASCII. */
  static long beyondAscii(long word) {
    return word & HIGHEST_BITS;
  }

  /** Bytes of this value, in ASCII. */
  static long equal(long word, char letter) {
    var different = word ^ letter * ONES;
    return different - ONES & ~different & HIGHEST_BITS;
  }

  /** Bytes below this value, in ASCII. */
  static long below(long word, int value) {
    return word - value * ONES & ~word & HIGHEST_BITS;
  }

  /** Where a byte comes first in a range; -1 if it does not. */
  static int indexOf(char letter, byte[] bytes, int from, int to) {
    var at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      var mask = equal(get(bytes, at), letter);
      if (mask != 0) return at + before(mask);
    }
    for (; at < to; at++) if (bytes[at] == letter) return at;
    return -1;
  }
}
