package coordbfaas.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * Reads an event stream from chunks that may be cut anywhere, and believes nothing: an event that is too long, unknown or
 * malformed is an error. Holds state; one for each stream.
 */
public final class EventStreamReader {
  /** The stream broke the rules. The message says how and never quotes the stream. */
  public static final class Malformed extends RuntimeException {
    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  private static final ObjectMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final int eventBytesMax;
  private ByteString pending = ByteString.emptyByteString();

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
    var events = new ArrayList<RunEvent>();
    var searched = Math.max(0, pending.size() - 1);
    pending = pending.concat(chunk);
    for (var end = blankLine(searched); end >= 0; end = blankLine(0)) {
      if (end > eventBytesMax) throw tooLong();
      event(pending.take(end)).ifPresent(events::add);
      pending = pending.drop(end + 2);
    }
    if (pending.size() > eventBytesMax) throw tooLong();
    pending = pending.compact();
    return events;
  }

  private Malformed tooLong() {
    return new Malformed("an event of more than " + eventBytesMax + " bytes");
  }

  /** Where an event's last line ends, its empty line following; -1 if it is not complete. */
  private int blankLine(int from) {
    for (var at = pending.indexOf((byte) '\n', from); at >= 0; at = pending.indexOf((byte) '\n', at + 1)) {
      if (at + 1 < pending.size() && pending.apply(at + 1) == '\n') return at;
    }
    return -1;
  }

  private static Optional<RunEvent> event(ByteString lines) {
    var text = lines.utf8String();
    if (text.startsWith(":")) return Optional.empty();
    var newline = text.indexOf("\ndata: ");
    if (!text.startsWith("event: ") || newline < 0 || text.indexOf('\n', newline + 1) >= 0) throw new Malformed("not an event");
    var data = json(text.substring(newline + "\ndata: ".length()));
    return Optional.of(switch (text.substring("event: ".length(), newline)) {
      case "stdout" -> new RunEvent.Stdout(bytes(data));
      case "stderr" -> new RunEvent.Stderr(bytes(data));
      case "exit" -> exit(data);
      default -> throw new Malformed("an unknown event");
    });
  }

  private static JsonNode json(String data) {
    try {
      return JSON.readTree(data);
    } catch (JsonProcessingException malformed) {
      throw new Malformed("data that is not JSON");
    }
  }

  private static ByteString bytes(JsonNode data) {
    if (data.isTextual()) return ByteString.fromString(data.textValue());
    try {
      if (data.path("base64").isTextual()) return ByteString.fromArrayUnsafe(Base64.getDecoder().decode(data.path("base64").textValue()));
    } catch (IllegalArgumentException malformed) {
      // said below
    }
    throw new Malformed("output that is neither a string nor base64");
  }

  private static Exit exit(JsonNode data) {
    try {
      var reason = Exit.Reason.of(data.path("reason").asText());
      if (reason.isEmpty() || !data.path("code").isInt() || !data.path("durationMs").canConvertToLong()) throw new Malformed("a malformed exit");
      var signal = Optional.ofNullable(data.path("signal").textValue());
      if (signal.isPresent() && !signal.get().matches("SIG[A-Z0-9]{1,10}")) throw new Malformed("a malformed exit");
      return new Exit(data.path("code").intValue(), reason.get(), signal, data.path("durationMs").longValue());
    } catch (IllegalArgumentException inconsistent) {
      throw new Malformed("a malformed exit");
    }
  }
}
