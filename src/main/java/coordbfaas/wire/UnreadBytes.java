package coordbfaas.wire;

import java.util.Arrays;
import org.apache.pekko.util.ByteString;

/**
 * The bytes of a stream that have come and were not read. An array that doubles, because ropes and slices of ByteStrings take
 * time with the square of an event's length when it comes in small chunks. What stands in it is never changed. Holds state.
 */
final class UnreadBytes {
  private byte[] bytes = new byte[0];
  private int size;

  /** The first {@link #size} of them count. */
  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  void append(ByteString chunk) {
    if (size == 0) {
      bytes = chunk.toArrayUnsafe(); // as long as the chunk, so that nothing is ever added to it in place
      size = bytes.length;
      return;
    }
    if (bytes.length - size < chunk.size()) bytes = Arrays.copyOf(bytes, Math.max(size + chunk.size(), 2 * size));
    chunk.asByteBuffer().get(bytes, size, chunk.size());
    size += chunk.size();
  }

  /** The first ones were read. */
  void forget(int count) {
    if (count > 0) bytes = Arrays.copyOfRange(bytes, count, size);
    size -= count;
  }
}
