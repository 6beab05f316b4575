package coordbfaas.conform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** A request as a {@link ModelServer} reads it. */
record ModelRequest(String method, String target, boolean isOld, List<Field> fields, byte[] body) {
  /** The request is answered by an error. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    final int status;
    final boolean last;

    Refused(int status, boolean last) {
      super("refused", null, false, false);
      this.status = status;
      this.last = last;
    }
  }

  private static final int LINE_MAX = 64 * 1024;
  private static final int BODY_MAX = 4 << 20;

  /** The next request; empty if there is none. */
  static Optional<ModelRequest> read(ModelInput in, OutputStream out, Predicate<Fault> has)
      throws IOException, InterruptedException, Refused {
    var reader = new Reader(in, has);
    var readsBefore = in.reads();
    var first = reader.line();
    if (first.isEmpty()) return Optional.empty();
    if (!first.get().matches("[A-Z]+ [!-~]+ HTTP/1\\.[01]"))
      throw new Refused(has.test(Fault.MALFORMED_LINE_IS_500) ? 500 : 400, !has.test(Fault.MALFORMED_LINE_GOES_ON));
    var fields = reader.fields();
    if (has.test(Fault.HEAD_IN_ONE_READ) && in.reads() - readsBefore > 3) throw bad(400);
    var parts = first.get().split(" ");
    var request = new ModelRequest(parts[0], parts[1], parts[2].endsWith("0"), fields, new byte[0]);
    if (request.field("Expect").isPresent() && !has.test(Fault.NO_CONTINUE)) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    var early = has.test(Fault.LEAVES_BODIES) && !request.path().equals("/run");
    return Optional.of(early ? request : request.withBody(reader.body(request)));
  }

  private static Refused bad(int status) {
    return new Refused(status, true);
  }

  private ModelRequest withBody(byte[] bytes) {
    return new ModelRequest(method, target, isOld, fields, bytes);
  }

  Optional<String> field(String name) {
    return fields.stream().filter(field -> field.is(name)).map(Field::value).findFirst();
  }

  Optional<String> fieldInThisCase(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).map(Field::value).findFirst();
  }

  String path() {
    return URI.create(target).getRawPath();
  }

  Optional<String> query(String name) {
    var query = Optional.ofNullable(URI.create(target).getRawQuery()).orElse("");
    for (var pair : query.split("&"))
      if (pair.startsWith(name + "="))
        return Optional.of(URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8));
    return Optional.empty();
  }

  /** Reads the parts of one request. */
  private record Reader(ModelInput in, Predicate<Fault> has) {
    Optional<String> line() throws InterruptedException, Refused {
      var line = new StringBuilder();
      for (var octet = in.read(); octet >= 0; octet = in.read()) {
        if (octet == '\n') {
          if (line.isEmpty() || line.charAt(line.length() - 1) != '\r') throw bad(has.test(Fault.BARE_LF_IS_500) ? 500 : 400);
          return Optional.of(line.substring(0, line.length() - 1));
        }
        line.append((char) octet);
        if (line.length() > LINE_MAX) throw bad(has.test(Fault.HUGE_FIELD_IS_500) ? 500 : 431);
      }
      return Optional.empty();
    }

    List<Field> fields() throws InterruptedException, Refused {
      var fields = new ArrayList<Field>();
      for (var line = line(); line.isPresent(); line = line()) {
        var text = line.get();
        if (text.isEmpty()) return fields;
        if (text.startsWith(" ") && !has.test(Fault.FOLD_IS_A_FIELD)) throw bad(400);
        var colon = text.indexOf(':');
        if (colon < 1) throw bad(400);
        fields.add(new Field(text.substring(0, colon).strip(), text.substring(colon + 1).strip()));
      }
      throw bad(400);
    }

    byte[] body(ModelRequest request) throws InterruptedException, Refused {
      var lengths = request.fields().stream().filter(field -> field.is("Content-Length")).map(Field::value).distinct().toList();
      var chunked = request.field("Transfer-Encoding").isPresent();
      if (chunked && !lengths.isEmpty() && !has.test(Fault.LENGTH_BESIDE_CHUNKS)) throw bad(400);
      if (lengths.size() > 1 && !has.test(Fault.FIRST_LENGTH) && !has.test(Fault.FOLD_IS_A_FIELD)) throw bad(400);
      if (chunked) return chunks();
      return lengths.isEmpty() ? new byte[0] : octets(Long.parseLong(lengths.getFirst()));
    }

    private byte[] octets(long count) throws InterruptedException, Refused {
      if (count > BODY_MAX && !has.test(Fault.WAITS_FOR_ANY_BODY)) throw bad(413);
      var bytes = new ByteArrayOutputStream();
      while (bytes.size() < count) {
        var octet = in.read();
        if (octet < 0 && has.test(Fault.RUNS_HALF_A_BODY)) return bytes.toByteArray();
        if (octet < 0) throw bad(400);
        bytes.write(octet);
      }
      return bytes.toByteArray();
    }

    private byte[] chunks() throws InterruptedException, Refused {
      var bytes = new ByteArrayOutputStream();
      while (true) {
        var size = line().orElseThrow(() -> bad(400)).toLowerCase(Locale.ROOT);
        if (!has.test(Fault.NO_CHUNK_EXTENSIONS)) size = size.replaceFirst(";.*", "");
        if (!size.matches("[0-9a-f]{1,7}")) {
          if (has.test(Fault.BROKEN_CHUNK_IS_THE_LAST)) return bytes.toByteArray();
          throw bad(400);
        }
        if (Integer.parseInt(size, 16) == 0) break;
        bytes.writeBytes(octets(Integer.parseInt(size, 16)));
        line();
      }
      fields();
      return bytes.toByteArray();
    }
  }
}
