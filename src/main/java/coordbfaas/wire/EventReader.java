package coordbfaas.wire;

import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * Reads a stream of events from chunks that may be cut anywhere, and believes nothing: an event that is too long, unknown or
 * malformed is an error. Holds state; one for each stream.
 */
public interface EventReader {
  /** The stream broke the rules. The message says how and never quotes the stream. Nothing can be read after it. */
  final class Malformed extends RuntimeException {
    private final transient List<EventFrame> before;

    Malformed(String message) {
      this(message, List.of());
    }

    Malformed(String message, List<EventFrame> before) {
      super(message, null, false, false);
      this.before = before;
    }

    /** The good events of the same chunk, which came before. */
    public List<EventFrame> before() {
      return before;
    }
  }

  /**
   * Takes the next chunk.
   *
   * @return the events that it completes; what says nothing is left out
   * @throws Malformed at the first rule that is broken
   */
  List<EventFrame> frames(ByteString chunk);

  /** As {@link #frames}, for whoever reads them all. */
  default List<RunEvent> read(ByteString chunk) {
    return frames(chunk).stream().map(EventFrame::event).toList();
  }
}
