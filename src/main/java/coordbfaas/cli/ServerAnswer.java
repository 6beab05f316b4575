package coordbfaas.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The head of an HTTP answer, and its body as it comes.
 *
 * @param reason the status's phrase as the server put it; may be empty
 * @param headers by name in lower case; of one that is there several times the last
 */
record ServerAnswer(int status, String reason, Map<String, String> headers, InputStream body) {
  private static final int HEADERS_MAX = 200;
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)(?: (.*))?");

  /** Reads the next answer's head, answers that are only preliminary passed over. */
  static ServerAnswer read(InputStream connection) throws IOException {
    while (true) {
      var line = STATUS_LINE.matcher(AnswerBody.line(connection));
      if (!line.matches()) throw new ProtocolException("the answer is none of HTTP/1.1");
      var status = Integer.parseInt(line.group(1));
      var reason = line.group(2) == null ? "" : line.group(2);
      var headers = headers(connection);
      if (status >= 200) return new ServerAnswer(status, reason, headers, body(connection, headers));
    }
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** Whether its {@code Content-Type} is this, whatever the parameters. */
  boolean isOf(String mediaType) {
    return header("content-type").map(type -> type.split(";", 2)[0].strip()).filter(mediaType::equalsIgnoreCase).isPresent();
  }

  private static Map<String, String> headers(InputStream connection) throws IOException {
    var headers = new LinkedHashMap<String, String>();
    var count = 0;
    for (var line = AnswerBody.line(connection); !line.isEmpty(); line = AnswerBody.line(connection)) {
      if (count++ == HEADERS_MAX) throw new ProtocolException("more than " + HEADERS_MAX + " headers");
      var colon = line.indexOf(':');
      if (colon < 1) throw new ProtocolException("a malformed header");
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private static InputStream body(InputStream connection, Map<String, String> headers) throws ProtocolException {
    var coding = headers.get("transfer-encoding");
    if (coding != null) {
      if (!coding.equalsIgnoreCase("chunked")) throw new ProtocolException("an unknown transfer coding");
      return AnswerBody.chunked(connection);
    }
    var length = headers.get("content-length");
    if (length == null) return AnswerBody.toTheEnd(connection);
    if (!length.matches("\\d{1,18}")) throw new ProtocolException("a malformed length");
    return AnswerBody.ofLength(connection, Long.parseLong(length));
  }
}
