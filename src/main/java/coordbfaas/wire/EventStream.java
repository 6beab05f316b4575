package coordbfaas.wire;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * Writes events as {@code text/event-stream}: a line {@code event: NAME}, a line {@code data: JSON}, an empty line.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream">HTML: event streams</a>
 */
public final class EventStream {
  /** A comment, which readers of event streams pass over: it keeps a silent connection from looking idle. */
  public static final ByteString PING = ByteString.fromString(": ping\n\n");

  private EventStream() {}

  /** Writes one event, whole. */
  public static ByteString encode(RunEvent event) {
    return switch (event) {
      case RunEvent.Stdout(var bytes) -> event("stdout", output(bytes));
      case RunEvent.Stderr(var bytes) -> event("stderr", output(bytes));
      case Exit exit -> event("exit", json(exit).getBytes(StandardCharsets.UTF_8));
    };
  }

  /** The document of an {@code exit} event; {@code code} first. */
  static String json(Exit exit) {
    return "{\"code\":" + exit.code() + ",\"reason\":\"" + exit.reason().word() + "\""
        + exit.signal().map(signal -> ",\"signal\":\"" + signal + "\"").orElse("")
        + ",\"durationMs\":" + exit.durationMs() + "}";
  }

  private static byte[] output(ByteString bytes) {
    return text(bytes)
        .map(text -> quoted(JsonStringEncoder.getInstance().quoteAsUTF8(text)))
        .orElseGet(() -> ("{\"base64\":\"" + Base64.getEncoder().encodeToString(bytes.toArrayUnsafe()) + "\"}")
            .getBytes(StandardCharsets.US_ASCII));
  }

  /** The text that the bytes are in UTF-8; empty if they are none. */
  static Optional<String> text(ByteString bytes) {
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toArrayUnsafe())).toString());
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    }
  }

  private static byte[] quoted(byte[] characters) {
    var quoted = new byte[characters.length + 2];
    quoted[0] = '"';
    System.arraycopy(characters, 0, quoted, 1, characters.length);
    quoted[quoted.length - 1] = '"';
    return quoted;
  }

  private static ByteString event(String name, byte[] data) {
    var head = ("event: " + name + "\ndata: ").getBytes(StandardCharsets.US_ASCII);
    var event = new byte[head.length + data.length + 2];
    System.arraycopy(head, 0, event, 0, head.length);
    System.arraycopy(data, 0, event, head.length, data.length);
    event[event.length - 2] = '\n';
    event[event.length - 1] = '\n';
    return ByteString.fromArrayUnsafe(event);
  }
}
