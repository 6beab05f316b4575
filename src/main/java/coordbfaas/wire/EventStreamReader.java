package coordbfaas.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * Reads an event stream from chunks that may be cut anywhere, and believes nothing: an event that is too long, unknown or
 * malformed is an error. Holds state; one for each stream.
 */
public final class EventStreamReader {
  /** The stream broke the rules. The message says how and never quotes the stream. Nothing can be read after it. */
  public static final class Malformed extends RuntimeException {
    private final transient List<EventFrame> before;

    Malformed(String message) {
      this(message, List.of());
    }

    private Malformed(String message, List<EventFrame> before) {
      super(message, null, false, false);
      this.before = before;
    }

    /** The good events of the same chunk, which came before. */
    public List<EventFrame> before() {
      return before;
    }
  }

  private final int eventBytesMax;
  // The first `size` bytes of `pending` are of events that are not complete. An array that doubles, because ropes and slices of
  // ByteStrings take time with the square of an event's length when it comes in small chunks. What was told of is never changed.
  private byte[] pending = new byte[0];
  private int size;

  /** @param eventBytesMax the longest event that is read, in bytes as written */
  public EventStreamReader(int eventBytesMax) {
    this.eventBytesMax = eventBytesMax;
  }

  /**
   * Takes the next chunk.
   *
   * @return the events that it completes, comments left out
   * @throws Malformed at the first rule that is broken
   */
  public List<RunEvent> read(ByteString chunk) {
    return frames(chunk).stream().map(EventFrame::event).toList();
  }

  /** As {@link #read}, for whoever passes events on as they stand. */
  public List<EventFrame> frames(ByteString chunk) {
    var frames = new ArrayList<EventFrame>();
    var searched = Math.max(0, size - 1);
    append(chunk);
    var start = 0;
    try {
      for (var end = blankLine(searched); end >= 0; end = blankLine(start)) {
        if (end - start > eventBytesMax) throw tooLong();
        EventFrames.frame(pending, start, end).ifPresent(frames::add);
        start = end + 2;
      }
      forget(start);
      if (size > eventBytesMax + 1 || size == eventBytesMax + 1 && pending[size - 1] != '\n') throw tooLong();
      return frames;
    } catch (Malformed broken) {
      throw new Malformed(broken.getMessage(), List.copyOf(frames));
    }
  }

  private void append(ByteString chunk) {
    if (size == 0) {
      pending = chunk.toArrayUnsafe(); // as long as the chunk, so that nothing is ever added to it in place
      size = pending.length;
      return;
    }
    if (pending.length - size < chunk.size()) pending = Arrays.copyOf(pending, Math.max(size + chunk.size(), 2 * size));
    chunk.asByteBuffer().get(pending, size, chunk.size());
    size += chunk.size();
  }

  private void forget(int bytes) {
    if (bytes > 0) pending = Arrays.copyOfRange(pending, bytes, size);
    size -= bytes;
  }

  private Malformed tooLong() {
    return new Malformed("an event of more than " + eventBytesMax + " bytes");
  }

  /** Where an event's last line ends, its empty line following; -1 if it is not complete. */
  private int blankLine(int from) {
    var last = size - 1;
    for (var at = ByteWords.indexOf('\n', pending, from, last); at >= 0; at = ByteWords.indexOf('\n', pending, at + 1, last))
      if (pending[at + 1] == '\n') return at;
    return -1;
  }
}
