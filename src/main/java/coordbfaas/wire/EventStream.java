package coordbfaas.wire;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
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

  private static final byte[] STDOUT_STRING = ascii("event: stdout\ndata: \"");
  private static final byte[] STDERR_STRING = ascii("event: stderr\ndata: \"");

  /** What bytes that are not text stand between. */
  static final byte[] BASE64 = ascii("{\"base64\":\"");
  static final byte[] BASE64_END = ascii("\"}");

  private static final byte[] STRING_END = ascii("\"\n\n");
  private static final byte[] NOTHING = {};
  private static final byte[] END = ascii("\n\n");

  private EventStream() {}

  /** Writes one event, whole. */
  public static ByteString encode(RunEvent event) {
    return switch (event) {
      case RunEvent.Stdout(var bytes) -> output(STDOUT, STDOUT_STRING, bytes.toArrayUnsafe());
      case RunEvent.Stderr(var bytes) -> output(STDERR, STDERR_STRING, bytes.toArrayUnsafe());
      case Exit exit -> event(EXIT, NOTHING, ascii(json(exit)), NOTHING);
    };
  }

  /** The document of an {@code exit} event; {@code code} first. */
  static String json(Exit exit) {
    return "{" + ending(exit) + "," + taken(exit) + "}";
  }

  /** The members that tell how a run ended. */
  static String ending(Exit exit) {
    return "\"code\":" + exit.code() + ",\"reason\":\"" + exit.reason().word() + "\""
        + exit.signal().map(signal -> ",\"signal\":\"" + signal + "\"").orElse("")
        + exit.limit().map(limit -> ",\"limit\":\"" + limit.word() + "\"").orElse("");
  }

  /** The members that tell what it took. */
  static String taken(Exit exit) {
    return "\"durationMs\":" + exit.durationMs() + exit.usage().map(usage ->
        ",\"usage\":{\"cpuMs\":" + usage.cpuMs() + ",\"maxRssKb\":" + usage.maxRssKb() + "}").orElse("");
  }

  private static ByteString output(byte[] head, byte[] stringHead, byte[] bytes) {
    return Utf8.isText(bytes, 0, bytes.length) ? JsonString.write(stringHead, bytes, STRING_END)
        : event(head, BASE64, Base64.getEncoder().encode(bytes), BASE64_END);
  }

  private static ByteString event(byte[] head, byte[] before, byte[] data, byte[] after) {
    var parts = List.of(head, before, data, after, END);
    var event = new byte[parts.stream().mapToInt(part -> part.length).sum()];
    var at = 0;
    for (var part : parts) {
      System.arraycopy(part, 0, event, at, part.length);
      at += part.length;
    }
    return ByteString.fromArrayUnsafe(event);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
