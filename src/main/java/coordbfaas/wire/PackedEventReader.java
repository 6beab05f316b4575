package coordbfaas.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** Reads what {@link PackedEvents} writes. Holds state; one for each stream. */
final class PackedEventReader implements EventReader {
  private static final int EXIT_BYTES_MAX = 4096;

  private final int outputBytesMax;
  private final UnreadBytes unread = new UnreadBytes();

  /** @param outputBytesMax most output that one event may tell */
  PackedEventReader(int outputBytesMax) {
    this.outputBytesMax = outputBytesMax;
  }

  @Override
  public List<EventFrame> frames(ByteString chunk) {
    var frames = new ArrayList<EventFrame>();
    unread.append(chunk);
    var start = 0;
    try {
      while (unread.size() - start >= PackedEvents.HEAD_BYTES) {
        var head = ByteBuffer.wrap(unread.bytes(), start, PackedEvents.HEAD_BYTES);
        var kind = head.get();
        var length = checked(kind, head.getInt());
        var from = start + PackedEvents.HEAD_BYTES;
        if (unread.size() - from < length) break;
        frame(kind, unread.bytes(), from, length).ifPresent(frames::add);
        start = from + length;
      }
      unread.forget(start);
      return frames;
    } catch (Malformed broken) {
      throw new Malformed(broken.getMessage(), List.copyOf(frames));
    }
  }

  /** A length that its kind may have; nothing is waited for that could not be good. */
  private int checked(byte kind, int length) {
    var least = kind == PackedEvents.COMMENT ? 0 : 1;
    var most = switch (kind) {
      case PackedEvents.STDOUT, PackedEvents.STDERR -> outputBytesMax;
      case PackedEvents.EXIT -> EXIT_BYTES_MAX;
      case PackedEvents.COMMENT -> 0;
      default -> throw new Malformed("not an event");
    };
    if (length < least || length > most)
      throw new Malformed("an event of " + length + " bytes (expected: " + least + " to " + most + ")");
    return length;
  }

  private static Optional<EventFrame> frame(byte kind, byte[] stream, int from, int length) {
    return switch (kind) {
      case PackedEvents.STDOUT -> Optional.of(EventFrame.of(new RunEvent.Stdout(ByteString.fromArrayUnsafe(stream, from, length))));
      case PackedEvents.STDERR -> Optional.of(EventFrame.of(new RunEvent.Stderr(ByteString.fromArrayUnsafe(stream, from, length))));
      case PackedEvents.EXIT -> Optional.of(new EventFrame.End(EventFrames.exit(stream, from, from + length)));
      default -> Optional.empty();
    };
  }
}
