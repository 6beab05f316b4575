package coordbfaas.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.util.ByteString;

/**
 * Writes events with as little work as can be: a letter that tells the kind, four bytes (big-endian) that tell how many follow,
 * and those. Of an output they are what was written; of an exit, the document of its event in an event stream.
 */
final class PackedEvents {
  static final byte STDOUT = 'o';
  static final byte STDERR = 'e';
  static final byte EXIT = 'x';
  static final byte COMMENT = ':';

  /** A kind and a length. */
  static final int HEAD_BYTES = 1 + Integer.BYTES;

  static final ByteString PING = head(COMMENT, 0);

  private PackedEvents() {}

  static ByteString write(RunEvent event) {
    return switch (event) {
      case RunEvent.Stdout(var bytes) -> packed(STDOUT, bytes);
      case RunEvent.Stderr(var bytes) -> packed(STDERR, bytes);
      case Exit exit -> packed(EXIT, ByteString.fromString(EventStream.json(exit), StandardCharsets.US_ASCII));
    };
  }

  private static ByteString packed(byte kind, ByteString bytes) {
    return head(kind, bytes.size()).concat(bytes);
  }

  private static ByteString head(byte kind, int length) {
    return ByteString.fromArrayUnsafe(ByteBuffer.allocate(HEAD_BYTES).put(kind).putInt(length).array());
  }
}
