package coordbfaas.conform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** An answer: its head, read strictly, and its body, which is read when it is asked for. */
final class Answer {
  /** A body that was read to its end, proper or not. */
  record Whole(byte[] bytes, Body.Ending ending, List<Field> trailers) {
    Optional<String> trailer(String name) {
      return trailers.stream().filter(field -> field.is(name)).map(Field::value).findFirst();
    }
  }

  /** Most that is kept of an answer, far more than any check asks for: a server that never ends one shall not take all memory. */
  static final int KEPT_BYTES_MAX = 128 << 20;

  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3}) [^\\r\\n]*");
  private static final Pattern FIELD_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern BLANKS_AROUND = Pattern.compile("^[ \\t]+|(?<![ \\t])[ \\t]+$");

  private final Connection connection;
  private final int status;
  private final List<Field> fields;
  private final long arrivedNanos;
  private final long sentNanos;
  private final Body body;

  private Answer(Connection connection, int status, List<Field> fields) {
    this.connection = connection;
    this.status = status;
    this.fields = fields;
    this.arrivedNanos = connection.arrivedNanos();
    this.sentNanos = connection.sentNanos();
    this.body = body(connection);
  }

  /** Reads a head, of an interim answer (1xx) too. */
  static Answer read(Connection connection) throws IOException {
    var first = connection.line().orElseThrow(() -> new Mismatch("a status line", "the connection's end in its midst"));
    var statusLine = STATUS_LINE.matcher(first);
    Expect.holds(statusLine.matches(), "a status line", Excerpt.of(first));
    var fields = new ArrayList<Field>();
    for (var line = headLine(connection); !line.isEmpty(); line = headLine(connection)) fields.add(field(line));
    return new Answer(connection, Integer.parseInt(statusLine.group(1)), List.copyOf(fields));
  }

  private static String headLine(Connection connection) throws IOException {
    return connection.line().orElseThrow(() -> new Mismatch("a whole head", "the connection's end in its midst"));
  }

  static Field field(String line) {
    var colon = Math.max(0, line.indexOf(':'));
    var name = line.substring(0, colon);
    Expect.holds(FIELD_NAME.matcher(name).matches(), "a header field", Excerpt.of(line));
    return new Field(name, BLANKS_AROUND.matcher(line.substring(colon + 1)).replaceAll(""));
  }

  private Body body(Connection from) {
    if (status < 200 || status == 204 || status == 304) return Body.counted(from, 0);
    var coding = header("Transfer-Encoding");
    var length = header("Content-Length");
    Expect.holds(coding.isEmpty() || length.isEmpty(), "either a length or chunks", "both");
    if (coding.isPresent()) {
      Expect.equal("transfer encoding", "chunked", coding.get().toLowerCase(Locale.ROOT));
      return Body.chunked(from);
    }
    if (length.isEmpty()) return Body.untilClose(from);
    Expect.holds(length.get().matches("\\d{1,18}"), "a length", Excerpt.of(length.get()));
    return Body.counted(from, Long.parseLong(length.get()));
  }

  int status() {
    return status;
  }

  Connection connection() {
    return connection;
  }

  /** When its request was sent: when that began. */
  long sentNanos() {
    return sentNanos;
  }

  /** When its head was there. */
  long arrivedNanos() {
    return arrivedNanos;
  }

  /** A field's value; a mismatch if it is there more than once. */
  Optional<String> header(String name) {
    var values = fields.stream().filter(field -> field.is(name)).map(Field::value).toList();
    Expect.holds(values.size() <= 1, "one " + name, values.toString());
    return values.stream().findFirst();
  }

  /** What is in the body, without parameters; empty if that is not told. */
  String mediaType() {
    return header("Content-Type").orElse("").replaceFirst("[ \t]*;.*", "").toLowerCase(Locale.ROOT);
  }

  boolean isChunked() {
    return body.isChunked();
  }

  /** Whether the connection carries no other answer. */
  boolean isLast() {
    return header("Connection").orElse("").toLowerCase(Locale.ROOT).matches("(.*,)?[ \t]*close[ \t]*(,.*)?");
  }

  /** The next bytes of the body that came; empty when it has ended. */
  Optional<byte[]> next() throws IOException {
    return body.next();
  }

  /** The rest of the body, which is a mismatch if it is longer than what can be kept. */
  Whole rest() throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (var part = next(); part.isPresent(); part = next()) {
      bytes.writeBytes(part.get());
      allowKept(bytes.size());
    }
    return new Whole(bytes.toByteArray(), body.ending(), body.trailers());
  }

  /** A mismatch if so much is more than can be kept. */
  static void allowKept(long bytes) {
    Expect.holds(bytes <= KEPT_BYTES_MAX, "an end within " + KEPT_BYTES_MAX + " bytes", "more");
  }

  /** How the body ended, once it has been read. */
  Whole end() {
    return new Whole(new byte[0], body.ending(), body.trailers());
  }

  /** The rest of a body that has its proper end. */
  byte[] whole() throws IOException {
    var rest = rest();
    Expect.equal("the body's end:", Body.Ending.COMPLETE, rest.ending());
    return rest.bytes();
  }
}
