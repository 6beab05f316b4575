package coordbfaas.wire;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** How the events of a run are written on their way, named by a media type. */
public enum EventCoding {
  /** As {@link EventStream} writes them: what every client and worker understands. */
  TEXT("text/event-stream") {
    @Override
    public ByteString write(RunEvent event) {
      return EventStream.encode(event);
    }

    @Override
    public ByteString ping() {
      return EventStream.PING;
    }

    @Override
    public EventReader reader() {
      return new EventStreamReader(EVENT_BYTES_MAX);
    }
  },

  /** As {@link PackedEvents} writes them, for a coordinator that asks its worker for it: output costs a copy, and no more. */
  PACKED("application/vnd.coordbfaas.events") {
    @Override
    public ByteString write(RunEvent event) {
      return PackedEvents.write(event);
    }

    @Override
    public ByteString ping() {
      return PackedEvents.PING;
    }

    @Override
    public EventReader reader() {
      return new PackedEventReader(OUTPUT_BYTES_MAX);
    }
  };

  // A worker's longest event tells 64 KiB of output, and what was held of a character that began before them; in a JSON string
  // each byte is written as at most six characters.
  private static final int OUTPUT_BYTES_MAX = 80 * 1024;
  private static final int EVENT_BYTES_MAX = 512 * 1024;

  private final String mediaType;

  EventCoding(String mediaType) {
    this.mediaType = mediaType;
  }

  public String mediaType() {
    return mediaType;
  }

  /** Writes one event, whole. */
  public abstract ByteString write(RunEvent event);

  /** What keeps a silent stream from looking idle, and says nothing. */
  public abstract ByteString ping();

  /** Reads a worker's answer, one reader for each. */
  public abstract EventReader reader();

  /** The coding of this name. */
  public static Optional<EventCoding> of(String mediaType) {
    return Arrays.stream(values()).filter(coding -> coding.mediaType.equals(mediaType)).findFirst();
  }

  /** What to answer with: {@link #PACKED} to whoever names it, {@link #TEXT} to all others, and to {@code *}{@code /*}. */
  public static EventCoding accepted(Collection<String> accept) {
    return accept.stream().flatMap(value -> Arrays.stream(value.split(",")))
        .anyMatch(range -> range.strip().equalsIgnoreCase(PACKED.mediaType)) ? PACKED : TEXT;
  }
}
