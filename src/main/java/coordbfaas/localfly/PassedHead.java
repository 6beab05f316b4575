package coordbfaas.localfly;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.pekko.util.ByteString;

/**
 * The head of a request that flycast passes on: as it came, but for what belongs to the client's connection alone; the basher
 * is asked to close the one that leads to it. Pure.
 *
 * @param method as it came
 * @param target in origin form
 * @param fields the lines of its headers
 * @param isLast whether no other comes after it on its connection
 */
record PassedHead(String method, String target, List<String> fields, boolean isLast) {
  private static final String LINE_END = "\r\n";
  private static final ByteString HEAD_END = ByteString.fromString(LINE_END + LINE_END);
  private static final String INSTANCE = "fly-force-instance-id";

  // Of one connection each: RFC 9110, 7.6.1. A body is passed on as it is framed.
  private static final Set<String> NOT_PASSED_ON = Set.of("connection", "keep-alive", "proxy-authenticate",
      "proxy-authorization", "proxy-connection", "te", "trailer", "upgrade", "expect");

  /** How many of a request's first bytes are its head. */
  static int length(ByteString request) {
    return request.indexOfSlice(HEAD_END) + HEAD_END.size();
  }

  /** @param head whole and well formed */
  static PassedHead of(ByteString head) {
    var lines = List.of(head.decodeString(StandardCharsets.ISO_8859_1).split(LINE_END));
    var request = lines.getFirst().split(" ");
    var fields = lines.subList(1, lines.size());
    return new PassedHead(request[0], origin(request[1]), fields, isLast(request[2], fields));
  }

  private static boolean isLast(String version, List<String> fields) {
    return !version.equals("HTTP/1.1") || values(fields, "connection").flatMap(value -> Stream.of(value.split(",")))
        .anyMatch(option -> option.strip().equalsIgnoreCase("close"));
  }

  private static String origin(String target) {
    if (!target.startsWith("http://")) return target;
    var path = target.indexOf('/', "http://".length());
    return path < 0 ? "/" : target.substring(path);
  }

  /** Whether it is for a run. */
  boolean isRun() {
    return method.equals("POST") && target.split("\\?", 2)[0].equals("/run");
  }

  /** The machine that shall have it; empty: any. */
  Optional<String> machine() {
    return values(INSTANCE).findFirst();
  }

  /** @param name in lower case */
  Stream<String> values(String name) {
    return values(fields, name);
  }

  private static Stream<String> values(List<String> fields, String name) {
    return fields.stream().filter(field -> name(field).equals(name))
        .map(field -> field.substring(name.length() + 1).strip());
  }

  /** As it is passed on. */
  ByteString bytes() {
    var head = new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1").append(LINE_END);
    fields.stream().filter(field -> !NOT_PASSED_ON.contains(name(field))).forEach(field -> head.append(field).append(LINE_END));
    if (isLast) head.append("Connection: close").append(LINE_END);
    head.append(LINE_END);
    return ByteString.fromString(head.toString(), StandardCharsets.ISO_8859_1);
  }

  private static String name(String field) {
    return field.substring(0, field.indexOf(':')).toLowerCase(Locale.ROOT);
  }
}
