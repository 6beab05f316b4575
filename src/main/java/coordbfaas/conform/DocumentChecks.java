package coordbfaas.conform;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** {@code Accept: application/json}: one document when the run is over. */
final class DocumentChecks {
  private DocumentChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("document.fields", "stdout, stderr, code, reason, truncated and durationMs in 200 application/json",
            DocumentChecks::fields),
        Check.of("document.characters", "text is strings, other bytes are base64, both exact", DocumentChecks::characters),
        Check.of("document.large", "2 MB arrive whole", DocumentChecks::large),
        Check.of("document.signal", "a kill is signaled", DocumentChecks::signal),
        Check.of("document.deadline", "at the deadline: what was written so far, deadline, 124", DocumentChecks::deadline)
            .taking(Duration.ofSeconds(3)),
        Check.of("document.white-space", "white space comes after 10 quiet seconds", DocumentChecks::whiteSpace)
            .taking(Duration.ofSeconds(15)));
  }

  private static Request request(String script) {
    return Request.run(script).with("Accept", "application/json");
  }

  private static JsonNode document(Server server, String script) throws IOException {
    return document(server.send(request(script)));
  }

  private static JsonNode document(Answer answer) throws IOException {
    Expect.equal("status", 200, answer.status());
    Expect.equal("content type", "application/json", answer.mediaType());
    return Json.object("a document", answer.whole());
  }

  private static void fields(Server server) throws IOException {
    var document = document(server, "echo out; echo err >&2; sleep 0.3; exit 3");
    Expect.text("stdout", "out\n", Json.output(document.path("stdout")));
    Expect.text("stderr", "err\n", Json.output(document.path("stderr")));
    Expect.end(3, "exited", document);
    Expect.equal("truncated", "false", document.path("truncated").toString());
    var ms = document.path("durationMs");
    Expect.holds(ms.isIntegralNumber() && ms.asLong() >= 300, "durationMs, at least 300", ms.toString());
    var empty = document(server, "true");
    Expect.equal("stdout and stderr", "\"\" \"\"", empty.path("stdout") + " " + empty.path("stderr"));
  }

  private static void characters(Server server) throws IOException {
    var document = document(server, "printf '\\xe2\\x82'; sleep 0.3; printf '\\xac'; printf 'a\\xff\\0' >&2");
    Expect.equal("stdout", "\"\u20ac\"", document.path("stdout").toString());
    Expect.bytes("stderr", new byte[] {'a', -1, 0}, Json.output(document.path("stderr")));
  }

  private static void large(Server server) throws IOException {
    var expected = OutputChecks.numbers(300_000);
    server.terms().allow(expected.length);
    var document = document(server, "seq 1 300000");
    Expect.bytes("stdout", expected, Json.output(document.path("stdout")));
  }

  private static void signal(Server server) throws IOException {
    Expect.end(137, "signaled", document(server, "kill -9 $$"));
    Expect.end(137, "exited", document(server, "exit 137"));
  }

  private static void deadline(Server server) throws IOException {
    var document = server.readTimed(timeout -> request("echo so far; sleep 60").query("timeout=" + timeout), timed -> {
      var read = document(timed.answer());
      var nanos = timed.answer().connection().arrivedNanos() - timed.answer().sentNanos();
      Expect.within(timed.limit(), server.terms(), "the document", nanos);
      return read;
    }, seen -> !seen.path("stdout").asText().isEmpty());
    Expect.end(124, "deadline", document);
    Expect.text("stdout", "so far\n", Json.output(document.path("stdout")));
  }

  private static byte[] joined(byte[] first, byte[] rest) {
    var whole = Arrays.copyOf(first, first.length + rest.length);
    System.arraycopy(rest, 0, whole, first.length, rest.length);
    return whole;
  }

  private static void whiteSpace(Server server) throws IOException {
    var quiet = server.terms().quiet();
    var answer = server.send(request("sleep " + StreamChecks.sleepSeconds(server.terms())));
    var first = answer.next().orElse(new byte[0]);
    var nanos = answer.connection().arrivedNanos() - answer.sentNanos();
    var isSpace = new String(first, StandardCharsets.ISO_8859_1).isBlank();
    var document = Json.object("a document", joined(first, answer.whole())); // it may come in pieces, with space or without
    if (!isSpace && document.path("reason").asText().equals("deadline"))
      throw new NotApplicable("the server's deadline comes before white space would");
    Expect.holds(isSpace, "white space after " + quiet.toMillis() + " ms", "the document alone");
    StreamChecks.notEarly(quiet, "white space", nanos);
  }
}
