package coordbfaas.wire;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.pekko.util.ByteString;

/**
 * Writes events as {@code text/event-stream}: a line {@code event: NAME}, a line {@code data: JSON}, an empty line.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream">HTML: event streams</a>
 */
public final class EventStream {
  /** A comment, which readers of event streams pass over: it keeps a silent connection from looking idle. */
  public static final ByteString PING = ByteString.fromString(": ping\n\n");

  /** What an event of each kind begins with. */
  static final byte[] STDOUT = ascii("event: stdout\ndata: ");
  static final byte[] STDERR = ascii("event: stderr\ndata: ");
  static final byte[] EXIT = ascii("event: exit\ndata: ");

  /** What bytes that are not text stand between. */
  static final byte[] BASE64 = ascii("{\"base64\":\"");
  static final byte[] BASE64_END = ascii("\"}");

  private static final byte[] QUOTE = ascii("\"");
  private static final byte[] NOTHING = {};
  private static final int END_BYTES = 2;

  private EventStream() {}

  /** Writes one event, whole. */
  public static ByteString encode(RunEvent event) {
    return switch (event) {
      case RunEvent.Stdout(var bytes) -> output(STDOUT, bytes.toArrayUnsafe());
      case RunEvent.Stderr(var bytes) -> output(STDERR, bytes.toArrayUnsafe());
      case Exit exit -> event(EXIT, NOTHING, ascii(json(exit)), NOTHING);
    };
  }

  /** The document of an {@code exit} event; {@code code} first. */
  static String json(Exit exit) {
    return "{" + ending(exit) + ",\"durationMs\":" + exit.durationMs() + "}";
  }

  /** The members that tell how a run ended. */
  static String ending(Exit exit) {
    return "\"code\":" + exit.code() + ",\"reason\":\"" + exit.reason().word() + "\""
        + exit.signal().map(signal -> ",\"signal\":\"" + signal + "\"").orElse("");
  }

  private static ByteString output(byte[] head, byte[] bytes) {
    return Utf8.isText(bytes, 0, bytes.length) ? text(head, bytes)
        : event(head, BASE64, Base64.getEncoder().encode(bytes), BASE64_END);
  }

  private static ByteString text(byte[] head, byte[] text) {
    var event = new byte[head.length + JsonString.writtenBytes(text, 0, text.length) + 2 * QUOTE.length + END_BYTES];
    var at = put(head, event, 0);
    at = put(QUOTE, event, at);
    at = JsonString.write(text, 0, text.length, event, at);
    end(event, put(QUOTE, event, at));
    return ByteString.fromArrayUnsafe(event);
  }

  private static ByteString event(byte[] head, byte[] before, byte[] data, byte[] after) {
    var event = new byte[head.length + before.length + data.length + after.length + END_BYTES];
    end(event, put(after, event, put(data, event, put(before, event, put(head, event, 0)))));
    return ByteString.fromArrayUnsafe(event);
  }

  private static int put(byte[] bytes, byte[] event, int at) {
    System.arraycopy(bytes, 0, event, at, bytes.length);
    return at + bytes.length;
  }

  private static void end(byte[] event, int at) {
    event[at] = '\n';
    event[at + 1] = '\n';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
