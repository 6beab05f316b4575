package coordbfaas.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
  // The first `size` bytes of `pending` are of events that are not complete. An array that doubles, because ropes and slices of
  // ByteStrings take time with the square of an event's length when it comes in small chunks.
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
    var events = new ArrayList<RunEvent>();
    var searched = Math.max(0, size - 1);
    append(chunk);
    var start = 0;
    for (var end = blankLine(searched); end >= 0; end = blankLine(start)) {
      if (end - start > eventBytesMax) throw tooLong();
      event(ByteBuffer.wrap(pending, start, end - start)).ifPresent(events::add);
      start = end + 2;
    }
    forget(start);
    if (size > eventBytesMax + 1 || size == eventBytesMax + 1 && pending[size - 1] != '\n') throw tooLong();
    return events;
  }

  private void append(ByteString chunk) {
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
    for (var at = from; at + 1 < size; at++) if (pending[at] == '\n' && pending[at + 1] == '\n') return at;
    return -1;
  }

  private static Optional<RunEvent> event(ByteBuffer lines) {
    var text = text(lines);
    var newline = text.indexOf('\n');
    if (text.startsWith(":") && newline < 0) return Optional.empty();
    if (!text.startsWith("event: ") || !text.startsWith("\ndata: ", newline) || text.indexOf('\n', newline + 1) >= 0)
      throw new Malformed("not an event");
    var data = json(text.substring(newline + "\ndata: ".length()));
    return Optional.of(switch (text.substring("event: ".length(), newline)) {
      case "stdout" -> new RunEvent.Stdout(bytes(data));
      case "stderr" -> new RunEvent.Stderr(bytes(data));
      case "exit" -> exit(data);
      default -> throw new Malformed("an unknown event");
    });
  }

  private static String text(ByteBuffer lines) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(lines).toString();
    } catch (CharacterCodingException notText) {
      throw new Malformed("an event that is not UTF-8");
    }
  }

  private static JsonNode json(String data) {
    try {
      return JSON.readTree(data);
    } catch (JsonProcessingException malformed) {
      throw new Malformed("data that is not JSON");
    }
  }

  private static ByteString bytes(JsonNode data) {
    if (data.isTextual() && StandardCharsets.UTF_8.newEncoder().canEncode(data.textValue()))
      return ByteString.fromString(data.textValue());
    try {
      if (data.path("base64").isTextual())
        return ByteString.fromArrayUnsafe(Base64.getDecoder().decode(data.path("base64").textValue()));
    } catch (IllegalArgumentException malformed) {
      // said below
    }
    throw new Malformed("output that is neither a string nor base64");
  }

  private static Exit exit(JsonNode data) {
    try {
      var reason = Exit.Reason.of(data.path("reason").asText());
      if (reason.isEmpty() || !data.path("code").isInt() || !isLong(data.path("durationMs")))
        throw new Malformed("a malformed exit");
      var signal = data.has("signal") ? Optional.of(data.path("signal").asText()) : Optional.<String>empty();
      if (signal.isPresent() && !signal.get().matches("SIG[A-Z0-9]{1,10}")) throw new Malformed("a malformed exit");
      return new Exit(data.path("code").intValue(), reason.get(), signal, data.path("durationMs").longValue());
    } catch (IllegalArgumentException inconsistent) {
      throw new Malformed("a malformed exit");
    }
  }

  private static boolean isLong(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToLong();
  }
}
