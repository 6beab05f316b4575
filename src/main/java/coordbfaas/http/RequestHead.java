package coordbfaas.http;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.RequestEntityAcceptances;
import org.apache.pekko.util.ByteString;

/**
 * The head of a request, which can be read in one way only: whatever two readers could take for requests of different lengths
 * is refused, as is what no reader need bear. Pure. What is left to judge (target, Host, sizes of one header) is left to Pekko.
 *
 * @param bytes what to pass on
 * @param framing how long the body is
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>, sections 3, 5, 6 and 11.2
 */
record RequestHead(ByteString bytes, Framing framing) {
  /** How the end of a body is told. */
  sealed interface Framing {}

  /** By its length in bytes. */
  record Length(long bytes) implements Framing {}

  /** By its last chunk. */
  record Chunked() implements Framing {}

  /**
   * Stands for every method that HTTP does not know. Pekko would answer 501 by itself; so it comes to the handler, which
   * refuses it as any other method that it does not serve.
   */
  static final HttpMethod UNKNOWN_METHOD =
      HttpMethods.custom("UNKNOWN", false, false, RequestEntityAcceptances.Tolerated);

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern REQUEST_LINE = Pattern.compile("(" + TOKEN + ") ([^ \t]+) HTTP/(\\d)\\.(\\d)");
  private static final Pattern NAME = Pattern.compile(TOKEN);
  private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

  /**
   * Judges a head.
   *
   * @param text its lines, each with CRLF, the empty one included; no other control character but tabs is in it
   * @throws RefusedRequest 400, or 505 for another version of HTTP
   */
  static RequestHead of(String text) {
    var lines = text.split("\r\n");
    var request = REQUEST_LINE.matcher(lines[0]);
    if (!request.matches()) throw new RefusedRequest(400, "the request line is malformed");
    if (!request.group(3).equals("1") || request.group(4).compareTo("1") > 0)
      throw new RefusedRequest(505, "this is no request of HTTP/1.1 or HTTP/1.0");

    var length = Optional.<String>empty();
    var coding = Optional.<String>empty();
    for (var number = 1; number < lines.length; number++) {
      var line = lines[number];
      var name = name(line);
      if (name.equalsIgnoreCase("content-length")) length = onlyOne("Content-Length", length, value(line));
      if (name.equalsIgnoreCase("transfer-encoding")) coding = onlyOne("Transfer-Encoding", coding, value(line));
    }
    var framing = framing(length, coding, request.group(4).equals("0"));
    return new RequestHead(bytes(text, request.group(1)), framing);
  }

  private static String name(String line) {
    var name = line.substring(0, Math.max(0, line.indexOf(':')));
    if (!NAME.matcher(name).matches()) throw new RefusedRequest(400, "a header is malformed");
    return name;
  }

  /** Without the blanks around it. By hand: an expression that tries where they begin takes time with the cube of their number. */
  private static String value(String line) {
    var from = line.indexOf(':') + 1;
    var to = line.length();
    while (from < to && isBlank(line.charAt(from))) from++;
    while (from < to && isBlank(line.charAt(to - 1))) to--;
    return line.substring(from, to);
  }

  private static boolean isBlank(char letter) {
    return letter == ' ' || letter == '\t';
  }

  private static Optional<String> onlyOne(String name, Optional<String> before, String value) {
    if (before.isPresent()) throw new RefusedRequest(400, name + " is there more than once");
    return Optional.of(value);
  }

  private static Framing framing(Optional<String> length, Optional<String> coding, boolean old) {
    if (coding.isEmpty()) return new Length(length.map(RequestHead::length).orElse(0L));
    if (length.isPresent()) throw new RefusedRequest(400, "Content-Length and Transfer-Encoding exclude each other");
    if (old || !coding.get().equalsIgnoreCase("chunked"))
      throw new RefusedRequest(400, "no such Transfer-Encoding (expected: chunked, with HTTP/1.1)");
    return new Chunked();
  }

  private static long length(String digits) {
    if (!LENGTH.matcher(digits).matches()) throw new RefusedRequest(400, "Content-Length is no length");
    return Long.parseLong(digits);
  }

  private static ByteString bytes(String text, String method) {
    var known = HttpMethods.lookup(method).isPresent();
    return ByteString.fromString(
        known ? text : UNKNOWN_METHOD.value() + text.substring(method.length()), StandardCharsets.ISO_8859_1);
  }
}
