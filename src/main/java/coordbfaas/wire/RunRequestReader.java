package coordbfaas.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import coordbfaas.settings.GoDuration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.pekko.util.ByteString;

/** Reads the body of {@code POST /run}: a bash script verbatim, or a JSON document that holds one. */
public final class RunRequestReader {
  /** Linux takes no longer argument or variable in an {@code exec}: {@code MAX_ARG_STRLEN}, its NUL included. */
  static final int ARG_BYTES_MAX = 128 * 1024 - 1;

  /** Linux takes no longer name of a file: {@code NAME_MAX}. */
  private static final int NAME_BYTES_MAX = 255;

  private static final Set<String> FIELDS = Set.of("script", "stdin", "args", "env", "files", "timeout");

  private static final Pattern WORD = Pattern.compile("[\\w.+-]{1,40}");
  private static final Pattern VARIABLE = Pattern.compile("[^=\\x00]+");

  /** Whoever calls has a limit for the whole body; by itself Jackson takes no string of more than 20 million characters. */
  private static final JsonFactory UNLIMITED = JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build()).build();

  private static final ObjectMapper JSON = JsonMapper.builder(UNLIMITED)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
      .build();

  private RunRequestReader() {}

  /**
   * Reads a body.
   *
   * @param json whether the content type is {@code application/json}; any other body is the script itself
   * @throws MalformedRequest saying what is wrong
   */
  public static RunRequest read(boolean json, ByteString body) {
    return json ? fromJson(body) : RunRequest.of(script(body));
  }

  /**
   * Reads the {@code timeout} of a query or a document.
   *
   * @throws MalformedRequest if it is no duration, or not more than nothing
   */
  public static Duration timeout(String text) {
    try {
      var timeout = GoDuration.parse(text);
      if (timeout.isPositive()) return timeout;
    } catch (IllegalArgumentException malformed) {
      // said below: the two are one mistake to whoever made it
    }
    throw new MalformedRequest("timeout" + named(text) + ": expected more than nothing, " + GoDuration.EXPECTED);
  }

  /** A wrong value, in quotes, if it is a word: what is none may be a script that came to the wrong place, and is not repeated. */
  private static String named(String value) {
    return WORD.matcher(value).matches() ? " \"" + value + "\"" : "";
  }

  private static RunRequest fromJson(ByteString body) {
    var document = document(body);
    document.fieldNames().forEachRemaining(field -> {
      if (!FIELDS.contains(field))
        throw new MalformedRequest("unknown field" + named(field) + " (expected: script, stdin, args, env, files, timeout)");
    });
    return new RunRequest(
        script(ByteString.fromString(string("script", document.path("script")))),
        document.has("stdin") ? bytes("stdin", document.path("stdin")) : ByteString.emptyByteString(),
        args(document.path("args")),
        env(document.path("env")),
        files(document.path("files")),
        document.has("timeout") ? Optional.of(timeout(string("timeout", document.path("timeout")))) : Optional.empty());
  }

  private static JsonNode document(ByteString body) {
    try {
      var document = JSON.readTree(body.toArrayUnsafe());
      if (document == null || !document.isObject()) throw new MalformedRequest("expected a JSON object");
      return document;
    } catch (JsonProcessingException malformed) {
      throw new MalformedRequest("malformed JSON" + where(malformed.getLocation()));
    } catch (IOException unreadable) {
      throw new MalformedRequest("malformed JSON");
    }
  }

  private static String where(JsonLocation location) {
    return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private static ByteString script(ByteString bytes) {
    if (bytes.isEmpty()) throw new MalformedRequest("empty script (expected: bash source)");
    if (bytes.indexOf((byte) 0) >= 0) throw new MalformedRequest("script: expected no NUL byte, which bash cannot run");
    return bytes;
  }

  private static List<String> args(JsonNode node) {
    var args = new ArrayList<String>();
    if (node.isMissingNode()) return args;
    if (!node.isArray()) throw new MalformedRequest("args: expected an array of strings");
    node.forEach(arg -> args.add(argument("args", string("args", arg))));
    return args;
  }

  private static Map<String, String> env(JsonNode node) {
    var env = new LinkedHashMap<String, String>();
    members("env", node).forEach((name, value) -> {
      if (!VARIABLE.matcher(name).matches()) throw new MalformedRequest("env: expected names without '=' and NUL, not empty");
      env.put(name, argument("env", string("env", value)));
      argument("env", name + "=" + env.get(name));
    });
    return env;
  }

  private static Map<String, ByteString> files(JsonNode node) {
    var files = new LinkedHashMap<String, ByteString>();
    members("files", node).forEach((path, content) -> files.put(path(path), bytes("files", content)));
    return files;
  }

  private static Map<String, JsonNode> members(String field, JsonNode node) {
    var members = new LinkedHashMap<String, JsonNode>();
    if (node.isMissingNode()) return members;
    if (!node.isObject()) throw new MalformedRequest(field + ": expected an object");
    node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
    return members;
  }

  private static String path(String path) {
    var parts = List.of(path.split("/", -1));
    var relative = !path.startsWith("/") && path.indexOf(0) < 0
        && parts.stream().noneMatch(part ->
            part.isEmpty() || part.equals(".") || part.equals("..") || utf8Bytes(part) > NAME_BYTES_MAX);
    if (!relative) throw new MalformedRequest("files: expected relative paths without '.' and '..', names of at most 255 bytes");
    return path;
  }

  private static String argument(String field, String value) {
    if (value.indexOf(0) >= 0) throw new MalformedRequest(field + ": expected strings without NUL");
    if (utf8Bytes(value) > ARG_BYTES_MAX)
      throw new MalformedRequest(field + ": expected values of less than 128 KiB");
    return value;
  }

  private static int utf8Bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static String string(String field, JsonNode node) {
    if (!node.isTextual()) throw new MalformedRequest(field + ": expected a string");
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(node.textValue()))
      throw new MalformedRequest(field + ": expected no half a character (a lone surrogate), which has no bytes");
    return node.textValue();
  }

  private static ByteString bytes(String field, JsonNode node) {
    if (node.isTextual()) return ByteString.fromString(string(field, node));
    if (!node.isObject() || node.size() != 1 || !node.path("base64").isTextual())
      throw new MalformedRequest(field + ": expected a string or {\"base64\": \"…\"}");
    try {
      return ByteString.fromArrayUnsafe(Base64.getDecoder().decode(node.path("base64").textValue()));
    } catch (IllegalArgumentException malformed) {
      throw new MalformedRequest(field + ": malformed base64");
    }
  }
}
