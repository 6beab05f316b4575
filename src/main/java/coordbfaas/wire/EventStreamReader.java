package coordbfaas.wire;

import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/** Reads an event stream, as {@link EventStream} or any other program writes it. Holds state; one for each stream. */
public final class EventStreamReader implements EventReader {
  private final int eventBytesMax;
  private final UnreadBytes unread = new UnreadBytes();

  /** @param eventBytesMax the longest event that is read, in bytes as written */
  public EventStreamReader(int eventBytesMax) {
    this.eventBytesMax = eventBytesMax;
  }

  @Override
  public List<EventFrame> frames(ByteString chunk) {
    var frames = new ArrayList<EventFrame>();
    var searched = Math.max(0, unread.size() - 1);
    unread.append(chunk);
    var start = 0;
    try {
      for (var end = blankLine(searched); end >= 0; end = blankLine(start)) {
        if (end - start > eventBytesMax) throw tooLong();
        EventFrames.frame(unread.bytes(), start, end).ifPresent(frames::add);
        start = end + 2;
      }
      unread.forget(start);
      var size = unread.size();
      if (size > eventBytesMax + 1 || size == eventBytesMax + 1 && unread.bytes()[size - 1] != '\n') throw tooLong();
      return frames;
    } catch (Malformed broken) {
      throw new Malformed(broken.getMessage(), List.copyOf(frames));
    }
  }

  private Malformed tooLong() {
    return new Malformed("an event of more than " + eventBytesMax + " bytes");
  }

  /** Where an event's last line ends, its empty line following; -1 if it is not complete. */
  private int blankLine(int from) {
    var bytes = unread.bytes();
    var last = unread.size() - 1;
    for (var at = ByteWords.indexOf('\n', bytes, from, last); at >= 0; at = ByteWords.indexOf('\n', bytes, at + 1, last))
      if (bytes[at + 1] == '\n') return at;
    return -1;
  }
}
