package coordbfaas.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;

/**
 * Tells whether the lines of an event are one, and which. Output that is written as {@link EventStream} writes it is checked
 * where it stands, byte by byte; any other JSON that says the same is read by a JSON parser and written anew. Pure.
 */
final class EventFrames {
  private static final ObjectMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final int BASE64_AROUND = EventStream.BASE64.length + EventStream.BASE64_END.length;
  private static final int END_BYTES = 2;

  private EventFrames() {}

  /**
   * Checks one event.
   *
   * @param stream is kept, and may not be changed any more
   * @param from where its first line begins
   * @param to where its last line ends; the two line ends that follow are there
   * @return empty for a comment
   * @throws EventStreamReader.Malformed if it is neither
   */
  static Optional<EventFrame> frame(byte[] stream, int from, int to) {
    if (begins(EventStream.STDOUT, stream, from, to)) return Optional.of(output(stream, from, to, RunEvent.Stdout::new));
    if (begins(EventStream.STDERR, stream, from, to)) return Optional.of(output(stream, from, to, RunEvent.Stderr::new));
    if (begins(EventStream.EXIT, stream, from, to))
      return Optional.of(new EventFrame.End(exit(json(stream, from + EventStream.EXIT.length, to))));
    if (from < to && stream[from] == ':' && text(stream, from, to).indexOf('\n') < 0) return Optional.empty();
    throw new EventStreamReader.Malformed("not an event");
  }

  private static EventFrame.Output output(byte[] stream, int from, int to, Function<ByteString, RunEvent.Output> kind) {
    var data = from + EventStream.STDOUT.length; // as long as that of stderr
    if (isString(stream, data, to)) {
      var size = JsonString.textBytes(stream, data + 1, to - 1);
      if (size > 0) return new EventFrame.Output(ByteString.fromArrayUnsafe(stream, from, to + END_BYTES - from), size,
          () -> kind.apply(ByteString.fromArrayUnsafe(JsonString.read(stream, data + 1, to - 1, size))));
    }
    var bytes = isBase64(stream, data, to)
        ? base64(ByteBuffer.wrap(stream, data + EventStream.BASE64.length, to - data - BASE64_AROUND))
        : bytes(json(stream, data, to));
    if (bytes.isEmpty()) throw new EventStreamReader.Malformed("an output of nothing");
    return EventFrame.of(kind.apply(bytes));
  }

  private static boolean isString(byte[] stream, int from, int to) {
    return to - from >= 2 && stream[from] == '"' && stream[to - 1] == '"';
  }

  private static boolean isBase64(byte[] stream, int from, int to) {
    return to - from >= BASE64_AROUND && begins(EventStream.BASE64, stream, from, to)
        && begins(EventStream.BASE64_END, stream, to - EventStream.BASE64_END.length, to);
  }

  private static boolean begins(byte[] head, byte[] stream, int from, int to) {
    return to - from >= head.length && Arrays.equals(head, 0, head.length, stream, from, from + head.length);
  }

  private static String text(byte[] stream, int from, int to) {
    if (!Utf8.isText(stream, from, to)) throw new EventStreamReader.Malformed("an event that is not UTF-8");
    return new String(stream, from, to - from, StandardCharsets.UTF_8);
  }

  private static JsonNode json(byte[] stream, int from, int to) {
    var data = text(stream, from, to);
    if (data.indexOf('\n') >= 0) throw new EventStreamReader.Malformed("an event of more lines than two");
    try {
      return JSON.readTree(data);
    } catch (JsonProcessingException malformed) {
      throw new EventStreamReader.Malformed("data that is not JSON");
    }
  }

  private static ByteString bytes(JsonNode data) {
    if (data.isTextual() && StandardCharsets.UTF_8.newEncoder().canEncode(data.textValue()))
      return ByteString.fromString(data.textValue());
    if (data.path("base64").isTextual())
      return base64(StandardCharsets.UTF_8.encode(data.path("base64").textValue()));
    throw new EventStreamReader.Malformed("output that is neither a string nor base64");
  }

  private static ByteString base64(ByteBuffer data) {
    try {
      return ByteString.fromByteBuffer(Base64.getDecoder().decode(data));
    } catch (IllegalArgumentException malformed) {
      throw new EventStreamReader.Malformed("output that is malformed base64");
    }
  }

  private static Exit exit(JsonNode data) {
    try {
      var reason = Exit.Reason.of(data.path("reason").asText());
      if (reason.isEmpty() || !data.path("code").isInt() || !isLong(data.path("durationMs")))
        throw new EventStreamReader.Malformed("a malformed exit");
      var signal = data.has("signal") ? Optional.of(data.path("signal").asText()) : Optional.<String>empty();
      if (signal.isPresent() && !signal.get().matches("SIG[A-Z0-9]{1,10}"))
        throw new EventStreamReader.Malformed("a malformed exit");
      var code = data.path("code").intValue();
      return new Exit(code, reason.get(), signal, limit(data), data.path("durationMs").longValue(), usage(data));
    } catch (IllegalArgumentException inconsistent) {
      throw new EventStreamReader.Malformed("a malformed exit");
    }
  }

  private static Optional<Exit.Limit> limit(JsonNode exit) {
    if (!exit.has("limit")) return Optional.empty();
    var limit = Exit.Limit.of(exit.path("limit").asText());
    if (limit.isEmpty()) throw new EventStreamReader.Malformed("a malformed exit");
    return limit;
  }

  private static Optional<Exit.Usage> usage(JsonNode exit) {
    if (!exit.has("usage")) return Optional.empty();
    var cpu = exit.path("usage").path("cpuMs");
    var memory = exit.path("usage").path("maxRssKb");
    if (!isLong(cpu) || !isLong(memory)) throw new EventStreamReader.Malformed("a malformed exit");
    return Optional.of(new Exit.Usage(cpu.longValue(), memory.longValue()));
  }

  private static boolean isLong(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToLong();
  }
}
