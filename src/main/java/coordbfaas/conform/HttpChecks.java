package coordbfaas.conform;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** HTTP/1.1 as clients may write it. */
final class HttpChecks {
  private HttpChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("http.keep-alive", "a connection carries request after request, or says that it does not",
            HttpChecks::keepAlive),
        Check.of("http.pipelined", "requests that are sent at once are answered in order", HttpChecks::pipelined),
        Check.of("http.expect-continue", "Expect: 100-continue is answered by 100 before the body is sent",
            HttpChecks::expectContinue),
        Check.of("http.chunked-request", "a body may come in chunks", HttpChecks::chunkedRequest),
        Check.of("http.slow-request", "a body may come byte by byte", HttpChecks::slowRequest),
        Check.of("http.lower-case", "letter case of field names changes nothing", HttpChecks::lowerCase),
        Check.of("http.1.0", "a client of HTTP/1.0 gets no chunks, and the end by a close", HttpChecks::http10));
  }

  /** The connection that an answer came on, and which was read: carries another request, or was said to end and ends. */
  static void goesOn(Answer answer) throws IOException {
    var connection = answer.connection();
    if (answer.isLast()) {
      Expect.holds(ended(connection), "the connection's end, as Connection: close says", "more bytes");
      return;
    }
    try {
      connection.send(Request.run("echo next"));
    } catch (IOException closed) {
      throw new Mismatch("a connection that goes on, or Connection: close", "its end without a word");
    }
    var next = connection.answerIfAny()
        .orElseThrow(() -> new Mismatch("a connection that goes on, or Connection: close", "its end without a word"));
    if (!Server.isBusy(next)) Expect.text("the next run's stdout", "next\n", new Events(next).rest().stdout());
  }

  private static boolean ended(Connection connection) throws IOException {
    try {
      return connection.isAtEnd();
    } catch (Connection.Reset reset) {
      return true;
    }
  }

  private static void keepAlive(Server server) throws IOException {
    var answer = server.send(Request.run("echo first"));
    Expect.text("stdout", "first\n", new Events(answer).rest().stdout());
    goesOn(answer);
  }

  private static void pipelined(Server server) throws IOException {
    var connection = server.connect();
    var first = Request.run("sleep 0.2; echo first").bytes(server.target());
    connection.send(concat(first, Request.run("echo second").bytes(server.target())));
    var answer = connection.answer();
    if (Server.isBusy(answer)) throw new Mismatch("a worker", "a server that is busy");
    Expect.text("the first answer's stdout", "first\n", new Events(answer).rest().stdout());
    if (answer.isLast()) return;
    var second = connection.answerIfAny().orElseThrow(() -> new Mismatch("a second answer", "the connection's end"));
    Expect.text("the second answer's stdout", "second\n", new Events(second).rest().stdout());
  }

  private static byte[] concat(byte[] one, byte[] other) {
    var both = new byte[one.length + other.length];
    System.arraycopy(one, 0, both, 0, one.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static void expectContinue(Server server) throws IOException {
    var connection = server.connect();
    connection.send(Request.run("").start(server.target()) + "Content-Length: 7\r\nExpect: 100-continue\r\n\r\n");
    Expect.equal("status", 100, connection.answer().status());
    connection.send("echo hi");
    Expect.text("stdout", "hi\n", new Events(connection.answer()).rest().stdout());
  }

  private static void chunkedRequest(Server server) throws IOException {
    var connection = server.connect();
    connection.send(chunkedHead(server) + "4\r\necho\r\n3;a=\"b\"\r\n hi\r\n00A\r\n 012345678\r\n0\r\nX-Trailer: x\r\n\r\n");
    Expect.text("stdout", "hi 012345678\n", new Events(connection.answer()).rest().stdout());
  }

  static String chunkedHead(Server server) {
    return Request.run("").start(server.target()) + "Transfer-Encoding: chunked\r\n\r\n";
  }

  private static void slowRequest(Server server) throws IOException {
    var connection = server.connect();
    for (var octet : Request.run("echo slow").bytes(server.target())) {
      connection.send(new byte[] {octet});
      server.pause(Duration.ofMillis(2));
    }
    Expect.text("stdout", "slow\n", new Events(connection.answer()).rest().stdout());
  }

  private static void lowerCase(Server server) throws IOException {
    var document = "{\"script\":\"echo hi\"}";
    var connection = server.connect();
    connection.send("POST " + server.target().prefix() + "/run HTTP/1.1\r\nhost:" + server.target().authority()
        + "\r\ncontent-type:application/json\r\nCONTENT-LENGTH: " + document.length() + " \r\n\r\n" + document);
    Expect.text("stdout", "hi\n", new Events(connection.answer()).rest().stdout());
  }

  private static void http10(Server server) throws IOException {
    var connection = server.connect();
    connection.send(Request.run("").start(server.target()).replace("HTTP/1.1", "HTTP/1.0") + "Content-Length: 7\r\n\r\necho hi");
    var answer = connection.answer();
    Expect.holds(!answer.isChunked(), "no chunks", "Transfer-Encoding: chunked");
    Expect.text("stdout", "hi\n", new Events(answer).rest().stdout());
  }
}
