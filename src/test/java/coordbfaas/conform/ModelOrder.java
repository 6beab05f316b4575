package coordbfaas.conform;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a {@link ModelServer} is to run. */
record ModelOrder(
    byte[] script, byte[] stdin, List<String> args, Map<String, String> env, Map<String, byte[]> files, Duration time) {

  private static final JsonMapper JSON = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Set<String> FIELDS = Set.of("script", "stdin", "args", "env", "files", "timeout");
  private static final Pattern TERM = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|\u00b5s|ms|s|m|h)");
  private static final Map<String, Long> NANOS =
      Map.of("ns", 1L, "us", 1_000L, "\u00b5s", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  private static final int ARGUMENT_MAX = 128 * 1024;

  /** Reads a request's body and query. */
  static ModelOrder of(ModelRequest request, Duration longest, Predicate<Fault> has) throws ModelRequest.Refused {
    return new Reader(request, longest, has).order();
  }

  private record Reader(ModelRequest request, Duration longest, Predicate<Fault> has) {
    ModelOrder order() throws ModelRequest.Refused {
      var query = request.query("timeout");
      var asked = query.isPresent() ? Optional.of(time(query.get())) : Optional.<Duration>empty();
      return isJson() ? fromJson(asked) : plain(verbatim(), asked);
    }

    private boolean isJson() {
      var type = has.test(Fault.CASE_SENSITIVE) ? request.fieldInThisCase("Content-Type") : request.field("Content-Type");
      var json = "application/json";
      return has.test(Fault.EXACT_TYPE) ? type.equals(Optional.of(json))
          : type.orElse("").replaceFirst("\\s*;.*", "").equalsIgnoreCase(json);
    }

    private byte[] verbatim() {
      var body = request.body();
      if (has.test(Fault.DECODES_FORMS) && request.field("Content-Type").orElse("").endsWith("urlencoded"))
        return utf8(URLDecoder.decode(new String(body, StandardCharsets.UTF_8), StandardCharsets.UTF_8));
      return has.test(Fault.SCRIPT_AS_TEXT) ? utf8(new String(body, StandardCharsets.UTF_8)) : body;
    }

    private ModelOrder plain(byte[] script, Optional<Duration> asked) throws ModelRequest.Refused {
      var runs = has.test(Fault.ONE_ARGUMENT) && script.length > ARGUMENT_MAX ? utf8("exit 1") : script;
      return new ModelOrder(checked(runs), new byte[0], List.of(), Map.of(), Map.of(), shortest(asked, Optional.empty()));
    }

    private byte[] checked(byte[] script) throws ModelRequest.Refused {
      if (script.length == 0 && !has.test(Fault.RUNS_NOTHING)) throw bad();
      var hasNul = false;
      for (var octet : script) hasNul |= octet == 0;
      if (!hasNul) return script;
      if (has.test(Fault.NUL_IS_ONE)) return "exit 1".getBytes(StandardCharsets.US_ASCII);
      if (!has.test(Fault.NUL_CUT_OUT)) throw bad();
      return new String(script, StandardCharsets.ISO_8859_1).replace("\0", "").getBytes(StandardCharsets.ISO_8859_1);
    }

    private Duration shortest(Optional<Duration> one, Optional<Duration> other) throws ModelRequest.Refused {
      var times = Stream.of(one, other).flatMap(Optional::stream).sorted().toList();
      var far = longest.multipliedBy(100);
      if (has.test(Fault.REFUSES_LONGER) && times.stream().anyMatch(time -> time.compareTo(far) > 0)) throw bad();
      if (times.isEmpty()) return longest;
      var time = has.test(Fault.LONGER_WINS) ? times.getLast() : times.getFirst();
      return time.compareTo(longest) < 0 ? time : longest;
    }

    private Duration time(String text) throws ModelRequest.Refused {
      if (has.test(Fault.BARE_NUMBERS) && text.matches("[1-9]\\d*")) return Duration.ofSeconds(Long.parseLong(text));
      if (has.test(Fault.SECONDS_ALONE) && !text.matches("\\d+s")) throw bad();
      var nanos = 0.0;
      var terms = TERM.matcher(text);
      var end = 0;
      while (end < text.length() && terms.find(end) && terms.start() == end) {
        nanos += Double.parseDouble(terms.group(1)) * NANOS.get(terms.group(2));
        end = terms.end();
      }
      if (end < text.length() || nanos <= 0) throw bad();
      return Duration.ofNanos((long) nanos);
    }

    private ModelOrder fromJson(Optional<Duration> asked) throws ModelRequest.Refused {
      JsonNode document;
      try {
        document = has.test(Fault.JSON_IN_LATIN_1)
            ? JSON.readTree(new String(request.body(), StandardCharsets.ISO_8859_1)) : JSON.readTree(request.body());
      } catch (IOException malformed) {
        return malformed(asked);
      }
      if (!document.isObject() || !document.has("script")) return malformed(asked);
      for (var field : document.properties())
        if (!FIELDS.contains(field.getKey()) && !has.test(Fault.UNKNOWN_FIELDS)) throw bad();
      var timeout = document.has("timeout") && !has.test(Fault.NO_TIMEOUT_IN_JSON)
          ? Optional.of(time(string(document.path("timeout")))) : Optional.<Duration>empty();
      var script = checked(string(document.path("script")).getBytes(StandardCharsets.UTF_8));
      var stdin = document.has("stdin") ? bytes(document.path("stdin")) : new byte[0];
      if (has.test(Fault.NO_STDIN)) stdin = new byte[0];
      if (has.test(Fault.STDIN_CAPPED)) stdin = Arrays.copyOf(stdin, Math.min(stdin.length, 65536));
      return new ModelOrder(script, stdin, args(document.path("args")), env(document.path("env")), files(document.path("files")),
          shortest(asked, timeout));
    }

    private ModelOrder malformed(Optional<Duration> asked) throws ModelRequest.Refused {
      if (!has.test(Fault.MALFORMED_IS_SCRIPT)) throw bad();
      return plain(request.body(), asked);
    }

    private List<String> args(JsonNode node) throws ModelRequest.Refused {
      var args = new ArrayList<String>();
      if (!node.isMissingNode() && !node.isArray() && !has.test(Fault.ANY_TYPES)) throw bad();
      for (var arg : node) {
        var text = argument(string(arg));
        if (has.test(Fault.ARGS_CAPPED)) text = text.substring(0, Math.min(text.length(), 65536));
        if (has.test(Fault.SPLITS_ARGS)) args.addAll(List.of(text.split(" ")));
        else args.add(text);
      }
      return args;
    }

    private Map<String, String> env(JsonNode node) throws ModelRequest.Refused {
      var env = new LinkedHashMap<String, String>();
      for (var member : members(node).entrySet()) env.put(member.getKey(), argument(string(member.getValue())));
      return has.test(Fault.NO_ENV) ? Map.of() : env;
    }

    private Map<String, byte[]> files(JsonNode node) throws ModelRequest.Refused {
      var files = new LinkedHashMap<String, byte[]>();
      for (var member : members(node).entrySet()) {
        var path = member.getKey();
        var outside = path.startsWith("/") || List.of(path.split("/", -1)).contains("..");
        if (outside && !has.test(Fault.ANY_PATHS)) throw bad();
        if (has.test(Fault.FLAT_FILES)) path = path.substring(path.lastIndexOf('/') + 1);
        if (!outside) files.put(path, bytes(member.getValue()));
      }
      return files;
    }

    private Map<String, JsonNode> members(JsonNode node) throws ModelRequest.Refused {
      var members = new LinkedHashMap<String, JsonNode>();
      if (!node.isMissingNode() && !node.isObject() && !has.test(Fault.ANY_TYPES)) throw bad();
      node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
      return members;
    }

    private String argument(String text) throws ModelRequest.Refused {
      if (has.test(Fault.LONG_ARGUMENT_IS_ONE)) return text.substring(0, Math.min(text.length(), 65536));
      if (text.length() >= ARGUMENT_MAX) throw bad();
      if (text.indexOf(0) >= 0 && !has.test(Fault.NUL_CUT_OUT)) throw bad();
      return text.replace("\0", "");
    }

    private String string(JsonNode node) throws ModelRequest.Refused {
      if (!node.isTextual() && !has.test(Fault.ANY_TYPES)) throw bad();
      return node.asText();
    }

    private byte[] bytes(JsonNode node) throws ModelRequest.Refused {
      if (node.isTextual()) return node.textValue().getBytes(StandardCharsets.UTF_8);
      if (has.test(Fault.ANY_TYPES)) return new byte[0];
      if (!node.isObject() || node.size() != 1 || !node.path("base64").isTextual()) throw bad();
      if (has.test(Fault.BASE64_AS_TEXT)) return node.path("base64").textValue().getBytes(StandardCharsets.UTF_8);
      try {
        return Base64.getDecoder().decode(node.path("base64").textValue());
      } catch (IllegalArgumentException malformed) {
        if (has.test(Fault.ANY_BASE64)) return new byte[0];
        throw bad();
      }
    }

    private static byte[] utf8(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ModelRequest.Refused bad() {
      return new ModelRequest.Refused(400, false);
    }
  }
}
