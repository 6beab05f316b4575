package coordbfaas.conform;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Errors: their statuses, their documents, and what becomes of the connection. */
final class StatusChecks {
  private static final long BYTES_OF_NO_BODY = 1L << 40;

  private StatusChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("status.404", "another path is a 404", StatusChecks::notFound),
        Check.of("status.405", "another method is a 405", StatusChecks::notAllowed),
        Check.of("status.allow", "a 405 allows POST", StatusChecks::allow),
        Check.of("status.head", "the answer to HEAD has no body", StatusChecks::head),
        Check.of("status.413", "a length over any limit is a 413 at once", StatusChecks::tooLarge),
        Check.of("status.problem", "errors are application/problem+json with a title and their status", StatusChecks::problem),
        Check.of("status.connection", "after an error the connection goes on, or the answer says that it does not",
            StatusChecks::connection));
  }

  private static void notFound(Server server) throws IOException {
    for (var path : List.of("/", "/runs", "/run/", "/run/x", "/RUN", "/health"))
      Expect.equal("for " + path + " status", 404, server.send(Request.run("echo ran").to(path)).status());
  }

  private static void notAllowed(Server server) throws IOException {
    for (var method : List.of("GET", "PUT", "DELETE", "PATCH"))
      Expect.equal("for " + method + " status", 405, server.send(Request.run("").by(method)).status());
  }

  private static void allow(Server server) throws IOException {
    Expect.equal("Allow:", "POST", server.send(Request.run("").by("GET")).header("Allow").orElse("none"));
  }

  /** What follows the head is the next answer, or nothing. */
  private static void head(Server server) throws IOException {
    var connection = server.connect();
    connection.send(Request.run("").by("HEAD"));
    var answer = connection.answer();
    Expect.equal("status", 405, answer.status());
    HttpChecks.goesOn(answer);
  }

  private static void tooLarge(Server server) throws IOException {
    var connection = server.connect();
    connection.send(Request.run("").start(server.target()) + "Content-Length: " + BYTES_OF_NO_BODY + "\r\n\r\n");
    var answer = connection.answer();
    Expect.equal("status", 413, answer.status());
    Expect.within(Duration.ZERO, server.terms(), "the answer", answer.arrivedNanos() - answer.sentNanos());
  }

  private static void problem(Server server) throws IOException {
    Expect.problem(404, server.send(Request.run("echo ran").to("/nothing")));
    Expect.problem(405, server.send(Request.run("").by("GET")));
    Expect.problem(400, server.send(Request.run("")));
    var connection = server.connect();
    connection.send(Request.run("").start(server.target()) + "Content-Length: " + BYTES_OF_NO_BODY + "\r\n\r\n");
    Expect.problem(413, connection.answer());
  }

  private static void connection(Server server) throws IOException {
    for (var bad : List.of(Request.run("echo ran").to("/nothing"), Request.run("echo ran").by("PUT"), Request.json("{"))) {
      var connection = server.connect();
      connection.send(bad);
      var answer = connection.answer();
      Expect.holds(answer.status() >= 400, "an error", Integer.toString(answer.status()));
      answer.whole();
      HttpChecks.goesOn(answer);
    }
  }
}
