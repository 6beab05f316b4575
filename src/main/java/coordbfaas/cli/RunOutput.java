package coordbfaas.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import coordbfaas.wire.EventReader;
import coordbfaas.wire.EventStreamReader;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** Passes on what a run tells, as it comes, and says how it ended. */
final class RunOutput {
  /** Somebody who was to read the output cannot be given it. */
  static final class Unwritable extends Exception {
    private final int descriptor;

    /** @param descriptor that cannot be written: 1 or 2 */
    Unwritable(int descriptor, IOException cause) {
      super(cause.getMessage(), cause, false, false);
      this.descriptor = descriptor;
    }

    int descriptor() {
      return descriptor;
    }
  }

  // Several times what a server of ours writes at once.
  private static final int EVENT_BYTES_MAX = 4 << 20;
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final String UNKNOWN = "; how the run ended is not known";

  private final OutputStream out;
  private final OutputStream err;

  RunOutput(OutputStream out, OutputStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Passes on an event stream, each event as soon as it is there.
   *
   * @throws RunFailure if it ends, breaks off or breaks the rules before its {@code exit}; what came before was passed on
   */
  Exit passEvents(InputStream stream) throws RunFailure, Unwritable {
    var reader = new EventStreamReader(EVENT_BYTES_MAX);
    var buffer = new byte[BUFFER_BYTES];
    while (true) {
      var chunk = next(stream, buffer);
      List<RunEvent> events;
      try {
        events = reader.read(chunk);
      } catch (EventReader.Malformed malformed) {
        var exit = pass(malformed.before().stream().map(frame -> frame.event()).toList());
        if (exit.isPresent()) return exit.get();
        throw unknown("the answer makes no sense: " + malformed.getMessage());
      }
      var exit = pass(events);
      if (exit.isPresent()) return exit.get();
    }
  }

  private static ByteString next(InputStream stream, byte[] buffer) throws RunFailure {
    try {
      var length = stream.read(buffer);
      if (length < 0) throw unknown("the answer ended without an exit event");
      return ByteString.fromArray(buffer, 0, length);
    } catch (IOException broken) {
      throw unknown("the answer broke off: " + broken.getMessage());
    }
  }

  private Optional<Exit> pass(List<RunEvent> events) throws Unwritable {
    for (var event : events) {
      switch (event) {
        case RunEvent.Stdout(var bytes) -> write(1, out, bytes.toArrayUnsafe());
        case RunEvent.Stderr(var bytes) -> write(2, err, bytes.toArrayUnsafe());
        case Exit exit -> {
          return Optional.of(exit);
        }
      }
    }
    return Optional.empty();
  }

  private static void write(int descriptor, OutputStream stream, byte[] bytes) throws Unwritable {
    try {
      stream.write(bytes);
      stream.flush();
    } catch (IOException failure) {
      throw new Unwritable(descriptor, failure);
    }
  }

  /**
   * Passes on a document, of any size, as it comes.
   *
   * @throws RunFailure if it breaks off, or does not tell how the run ended
   */
  Exit passDocument(InputStream stream) throws RunFailure, Unwritable {
    var copied = new Copied(stream);
    try (var json = new JsonFactory().disable(JsonParser.Feature.AUTO_CLOSE_SOURCE).createParser(copied)) {
      var exit = exit(json);
      if (json.nextToken() != null) throw unknown("the answer is more than one document");
      return exit;
    } catch (JsonProcessingException malformed) {
      throw unknown("the answer is not JSON, or broke off");
    } catch (IOException broken) {
      if (copied.unwritable != null) throw copied.unwritable;
      throw unknown("the answer broke off: " + broken.getMessage());
    } catch (IllegalArgumentException inconsistent) {
      throw unknown("the answer makes no sense: " + inconsistent.getMessage());
    }
  }

  private static Exit exit(JsonParser json) throws IOException, RunFailure {
    var code = -1;
    var durationMs = 0L;
    Optional<Exit.Reason> reason = Optional.empty();
    Optional<String> signal = Optional.empty();
    if (json.nextToken() != JsonToken.START_OBJECT) throw unknown("the answer is no document");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      var name = json.currentName();
      var value = json.nextToken();
      if (value == JsonToken.VALUE_NUMBER_INT && name.equals("code")) code = json.getIntValue();
      else if (value == JsonToken.VALUE_NUMBER_INT && name.equals("durationMs")) durationMs = json.getLongValue();
      else if (value == JsonToken.VALUE_STRING && name.equals("reason")) reason = Exit.Reason.of(json.getText());
      else if (value == JsonToken.VALUE_STRING && name.equals("signal")) signal = Optional.of(json.getText());
      else json.skipChildren();
    }
    if (reason.isEmpty()) throw unknown("the answer does not tell a reason that is known");
    return new Exit(code, reason.get(), signal, Optional.empty(), durationMs, Optional.empty());
  }

  private static RunFailure unknown(String why) {
    return new RunFailure(ExitCode.UNKNOWN_END, why + UNKNOWN);
  }

  /** What is read of it is written to stdout too, without the white space before it, which only kept the connection. */
  private final class Copied extends FilterInputStream {
    private boolean begun;
    private Unwritable unwritable;

    Copied(InputStream stream) {
      super(stream);
    }

    @Override
    public int read() throws IOException {
      var octet = new byte[1];
      return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      var count = super.read(buffer, offset, length);
      var from = offset;
      while (!begun && from < offset + count && buffer[from] <= ' ') from++;
      begun |= from < offset + count;
      if (from < offset + count) copy(buffer, from, offset + count - from);
      return count;
    }

    private void copy(byte[] buffer, int offset, int length) throws IOException {
      try {
        out.write(buffer, offset, length);
        out.flush();
      } catch (IOException failure) {
        unwritable = new Unwritable(1, failure);
        throw failure;
      }
    }
  }
}
