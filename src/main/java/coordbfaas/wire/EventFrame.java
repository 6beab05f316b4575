package coordbfaas.wire;

import java.util.function.Supplier;
import org.apache.pekko.util.ByteString;

/** One event that came in a stream: checked, and read or written anew only for whoever wants that. */
public sealed interface EventFrame {
  /** The event as it is written in an event stream, whole. */
  ByteString written();

  /** The event, read. */
  RunEvent event();

  /** An output event. What it says is the same in both forms: what was written elsewhere was checked to its last byte. */
  final class Output implements EventFrame {
    private final Supplier<ByteString> written;
    private final int size;
    private final Supplier<RunEvent.Output> event;

    Output(Supplier<ByteString> written, int size, Supplier<RunEvent.Output> event) {
      this.written = written;
      this.size = size;
      this.event = event;
    }

    @Override
    public ByteString written() {
      return written.get();
    }

    /** How many bytes of output it tells; at least 1. */
    public int size() {
      return size;
    }

    @Override
    public RunEvent.Output event() {
      return event.get();
    }

    @Override
    public String toString() {
      return "Output[" + size + " bytes]";
    }
  }

  /** The exit event. */
  record End(Exit event) implements EventFrame {
    @Override
    public ByteString written() {
      return EventStream.encode(event);
    }
  }

  /** The frame of an output. */
  static Output of(RunEvent.Output output) {
    return new Output(() -> EventStream.encode(output), output.bytes().size(), () -> output);
  }
}
