package coordbfaas.conform;

import java.io.IOException;
import java.util.List;

/** What is not HTTP, or is HTTP that two readers may read as two things, is refused or read as exactly one request. */
final class MalformedHttpChecks {
  private static final int HUGE_BYTES = 10_000_000;

  private MalformedHttpChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("http.length-and-chunks", "a length and chunks together are a 400, and the connection's end",
            server -> refusedForGood(server, Request.run("").start(server.target())
                + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntrue\r\n0\r\n\r\n")),
        Check.of("http.two-lengths", "two lengths that differ are a 400, and the connection's end",
            server -> refusedForGood(server, Request.run("").start(server.target())
                + "Content-Length: 4\r\nContent-Length: 9\r\n\r\ntrue;echo")),
        Check.of("http.broken-chunk", "a malformed chunk size is a 400, and the connection's end",
            server -> refusedForGood(server, HttpChecks.chunkedHead(server) + "4\r\ntrue\r\nzz\r\n\r\n0\r\n\r\n")),
        Check.of("http.malformed-line", "a malformed request line is refused, and the connection's end",
            MalformedHttpChecks::malformedLine),
        Check.of("http.bare-lf", "line ends without CR are refused or read as one request", MalformedHttpChecks::bareLf),
        Check.of("http.folded-field", "a folded field is refused or read as one field", MalformedHttpChecks::foldedField),
        Check.of("http.huge-field", "a field of 10 MB is refused, or the connection closed", MalformedHttpChecks::hugeField),
        Check.of("http.half-request", "half a body is never run", MalformedHttpChecks::halfRequest));
  }

  private static void refusedForGood(Server server, String request) throws IOException {
    var connection = server.connect();
    connection.send(request);
    var answer = connection.answer();
    Expect.equal("status", 400, answer.status());
    isTheLast(answer);
  }

  private static void isTheLast(Answer answer) throws IOException {
    answer.rest();
    Expect.holds(answer.connection().answerIfAny().isEmpty(), "the connection's end after " + answer.status(), "another answer");
  }

  private static void malformedLine(Server server) throws IOException {
    var connection = server.connect();
    connection.send("POST /run\r\nHost: " + server.target().authority() + "\r\n\r\n");
    var answer = connection.answerIfAny();
    if (answer.isEmpty()) return;
    var status = answer.get().status();
    Expect.holds(List.of(400, 505).contains(status), "400 or 505", Integer.toString(status));
    isTheLast(answer.get());
  }

  private static void bareLf(Server server) throws IOException {
    var request = Request.run("").start(server.target()) + "Content-Length: 9\r\n\r\necho once";
    oneRequest(server, request.replace("\r\n", "\n"));
  }

  private static void foldedField(Server server) throws IOException {
    oneRequest(server, Request.run("").start(server.target())
        + "X-Folded: a\r\n Content-Length: 0\r\nContent-Length: 9\r\n\r\necho once");
  }

  /** A 4xx and the connection's end, or one answer to one request. */
  private static void oneRequest(Server server, String request) throws IOException {
    var connection = server.connect();
    connection.send(request);
    var answer = connection.answer();
    if (answer.status() == 200) Expect.text("stdout", "once\n", new Events(answer).rest().stdout());
    else Expect.holds(answer.status() / 100 == 4, "200 or 4xx", Integer.toString(answer.status()));
    answer.rest();
    if (answer.status() != 200 || answer.isLast())
      Expect.holds(connection.answerIfAny().isEmpty(), "the connection's end", "a second answer to one request");
    else HttpChecks.goesOn(answer);
  }

  private static void hugeField(Server server) throws IOException {
    var connection = server.connect();
    try {
      connection.send(Request.run("").start(server.target())
          + "X-Huge: " + "x".repeat(HUGE_BYTES) + "\r\nContent-Length: 4\r\n\r\ntrue");
    } catch (IOException closed) {
      // what it answered, if anything, may still be read
    }
    var answer = connection.answerIfAny();
    Expect.holds(answer.isEmpty() || answer.get().status() / 100 == 4, "4xx or the connection's end",
        answer.map(Answer::status).map(String::valueOf).orElse(""));
  }

  private static void halfRequest(Server server) throws IOException {
    var connection = server.connect();
    connection.send(Request.run("").start(server.target()) + "Content-Length: 40\r\n\r\necho ran; ");
    connection.finishSending();
    var answer = connection.answerIfAny();
    Expect.holds(answer.isEmpty() || answer.get().status() / 100 == 4, "4xx or the connection's end",
        answer.map(Answer::status).map(String::valueOf).orElse(""));
  }
}
