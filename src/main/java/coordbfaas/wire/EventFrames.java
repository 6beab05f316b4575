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
import java.util.regex.Pattern;
import org.apache.pekko.util.ByteString;

/**
 * Tells whether the lines of an event are one, and which. What is written as {@link EventStream} writes it is checked where it
 * stands, output byte by byte; any other JSON that says the same is read by a JSON parser and written anew. Pure.
 */
final class EventFrames {
  /** Loaded when it is first needed: that takes longer than a short run, and a client of ours needs it for none. */
  private static final class Parser {
    private static final ObjectMapper JSON =
        JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  }

  private static final Pattern WRITTEN_EXIT = Pattern.compile("\\{\"code\":(?<code>0|[1-9]\\d{0,2}),\"reason\":\"(?<reason>[a-z-]+)\""
      + "(?:,\"signal\":\"(?<signal>[A-Z0-9]+)\")?(?:,\"limit\":\"(?<limit>[a-z-]+)\")?,\"durationMs\":(?<ms>0|[1-9]\\d{0,17})"
      + "(?:,\"usage\":\\{\"cpuMs\":(?<cpu>0|[1-9]\\d{0,17}),\"maxRssKb\":(?<rss>0|[1-9]\\d{0,17})})?}");
  private static final Pattern SIGNAL = Pattern.compile("SIG[A-Z0-9]{1,10}");

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
   * @throws EventReader.Malformed if it is neither
   */
  static Optional<EventFrame> frame(byte[] stream, int from, int to) {
    if (begins(EventStream.STDOUT, stream, from, to)) return Optional.of(output(stream, from, to, RunEvent.Stdout::new));
    if (begins(EventStream.STDERR, stream, from, to)) return Optional.of(output(stream, from, to, RunEvent.Stderr::new));
    if (begins(EventStream.EXIT, stream, from, to))
      return Optional.of(new EventFrame.End(exit(stream, from + EventStream.EXIT.length, to)));
    if (from < to && stream[from] == ':' && text(stream, from, to).indexOf('\n') < 0) return Optional.empty();
    throw new EventReader.Malformed("not an event");
  }

  private static EventFrame.Output output(byte[] stream, int from, int to, Function<ByteString, RunEvent.Output> kind) {
    var data = from + EventStream.STDOUT.length; // as long as that of stderr
    if (isString(stream, data, to)) {
      var size = JsonString.textBytes(stream, data + 1, to - 1);
      if (size > 0) return new EventFrame.Output(() -> ByteString.fromArrayUnsafe(stream, from, to + END_BYTES - from), size,
          () -> kind.apply(ByteString.fromArrayUnsafe(JsonString.read(stream, data + 1, to - 1, size))));
    }
    var bytes = isBase64(stream, data, to)
        ? base64(ByteBuffer.wrap(stream, data + EventStream.BASE64.length, to - data - BASE64_AROUND))
        : bytes(json(stream, data, to));
    if (bytes.isEmpty()) throw new EventReader.Malformed("an output of nothing");
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
    if (!Utf8.isText(stream, from, to)) throw new EventReader.Malformed("an event that is not UTF-8");
    return new String(stream, from, to - from, StandardCharsets.UTF_8);
  }

  private static JsonNode json(byte[] stream, int from, int to) {
    var data = text(stream, from, to);
    if (data.indexOf('\n') >= 0) throw new EventReader.Malformed("an event of more lines than two");
    try {
      return Parser.JSON.readTree(data);
    } catch (JsonProcessingException malformed) {
      throw new EventReader.Malformed("data that is not JSON");
    }
  }

  private static ByteString bytes(JsonNode data) {
    if (data.isTextual() && StandardCharsets.UTF_8.newEncoder().canEncode(data.textValue()))
      return ByteString.fromString(data.textValue());
    if (data.path("base64").isTextual())
      return base64(StandardCharsets.UTF_8.encode(data.path("base64").textValue()));
    throw new EventReader.Malformed("output that is neither a string nor base64");
  }

  private static ByteString base64(ByteBuffer data) {
    try {
      return ByteString.fromByteBuffer(Base64.getDecoder().decode(data));
    } catch (IllegalArgumentException malformed) {
      throw new EventReader.Malformed("output that is malformed base64");
    }
  }

  /**
   * Reads the document of an exit event.
   *
   * @throws EventReader.Malformed if it is none, or tells of an end that cannot be
   */
  static Exit exit(byte[] stream, int from, int to) {
    var written = WRITTEN_EXIT.matcher(text(stream, from, to));
    if (!written.matches()) return exit(json(stream, from, to));
    var usage = Optional.ofNullable(written.group("cpu"))
        .map(cpu -> new Exit.Usage(Long.parseLong(cpu), Long.parseLong(written.group("rss"))));
    return exit(Integer.parseInt(written.group("code")), written.group("reason"), Optional.ofNullable(written.group("signal")),
        Optional.ofNullable(written.group("limit")), Long.parseLong(written.group("ms")), usage);
  }

  private static Exit exit(JsonNode data) {
    if (!data.path("code").isInt() || !isLong(data.path("durationMs"))) throw malformedExit();
    return exit(data.path("code").intValue(), data.path("reason").asText(), word(data, "signal"), word(data, "limit"),
        data.path("durationMs").longValue(), usage(data));
  }

  private static Exit exit(int code, String reasonWord, Optional<String> signal, Optional<String> limitWord, long durationMs,
      Optional<Exit.Usage> usage) {
    var reason = Exit.Reason.of(reasonWord).orElseThrow(EventFrames::malformedExit);
    var limit = limitWord.map(word -> Exit.Limit.of(word).orElseThrow(EventFrames::malformedExit));
    if (signal.isPresent() && !SIGNAL.matcher(signal.get()).matches()) throw malformedExit();
    try {
      return new Exit(code, reason, signal, limit, durationMs, usage);
    } catch (IllegalArgumentException inconsistent) {
      throw malformedExit();
    }
  }

  private static Optional<String> word(JsonNode exit, String name) {
    return exit.has(name) ? Optional.of(exit.path(name).asText()) : Optional.empty();
  }

  private static Optional<Exit.Usage> usage(JsonNode exit) {
    if (!exit.has("usage")) return Optional.empty();
    var cpu = exit.path("usage").path("cpuMs");
    var memory = exit.path("usage").path("maxRssKb");
    if (!isLong(cpu) || !isLong(memory) || cpu.longValue() < 0 || memory.longValue() < 0) throw malformedExit();
    return Optional.of(new Exit.Usage(cpu.longValue(), memory.longValue()));
  }

  private static boolean isLong(JsonNode number) {
    return number.isIntegralNumber() && number.canConvertToLong();
  }

  private static EventReader.Malformed malformedExit() {
    return new EventReader.Malformed("a malformed exit");
  }
}
