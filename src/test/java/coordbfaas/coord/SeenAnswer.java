package coordbfaas.coord;

import coordbfaas.outside.RawClient;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** An answer as it stood on the connection. */
record SeenAnswer(int status, String head, String body) {
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

  /** The next answer: by its length if it has one, else in chunks. */
  static SeenAnswer of(RawClient client) throws IOException {
    var head = client.head();
    var status = STATUS.matcher(head).results().findFirst().orElseThrow();
    var length = field(head, "content-length");
    var body = length.isPresent() ? client.bytes(Integer.parseInt(length.get())) : client.readTo("\r\n0\r\n\r\n");
    return new SeenAnswer(Integer.parseInt(status.group(1)), head, body);
  }

  Optional<String> header(String name) {
    return field(head, name);
  }

  private static Optional<String> field(String head, String name) {
    return Pattern.compile("(?im)^" + Pattern.quote(name) + ": (.*)$").matcher(head).results().findFirst()
        .map((MatchResult match) -> match.group(1));
  }
}
