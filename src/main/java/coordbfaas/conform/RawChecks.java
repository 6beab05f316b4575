package coordbfaas.conform;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** {@code ?raw=1}: the bytes as they come, and how it ended as trailers. */
final class RawChecks {
  private static final Duration NOMINAL = Duration.ofSeconds(3);

  private RawChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("raw.head", "raw is 200 application/octet-stream, its head that of a stream", RawChecks::head),
        Check.of("raw.bytes", "every byte, and nothing added", RawChecks::bytes),
        Check.of("raw.both-outputs", "stdout and stderr are both there", RawChecks::bothOutputs),
        Check.of("raw.no-output", "a script that writes nothing has an empty body with trailers", RawChecks::noOutput),
        Check.of("raw.trailers", "Exit-Code and Exit-Reason are trailers", RawChecks::trailers),
        Check.of("raw.signal", "a kill is told in the trailers", RawChecks::signal),
        Check.of("raw.wins", "raw=1 wins over Accept", RawChecks::wins),
        Check.of("raw.as-written", "a line arrives before the next one is written", RawChecks::asWritten)
            .taking(Duration.ofSeconds(4)),
        Check.of("raw.deadline-resets", "at the deadline the connection is reset, so that no one takes it for success",
            RawChecks::deadlineResets).taking(NOMINAL),
        Check.of("raw.deadline-trailers", "a client that takes trailers is told of the deadline by them",
            RawChecks::deadlineTrailers).taking(NOMINAL));
  }

  private static Request raw(String script) {
    return Request.run(script).query("raw=1");
  }

  private static Answer.Whole whole(Server server, Request request) throws IOException {
    var rest = answer(server, request).rest();
    Expect.equal("the body's end:", Body.Ending.COMPLETE, rest.ending());
    return rest;
  }

  private static Answer answer(Server server, Request request) throws IOException {
    return isRaw(server.send(request));
  }

  static Answer isRaw(Answer answer) {
    Expect.equal("status", 200, answer.status());
    Expect.equal("content type", "application/octet-stream", answer.mediaType());
    return answer;
  }

  private static void ended(int code, String reason, Answer.Whole whole) {
    Expect.equal("trailer Exit-Code:", Integer.toString(code), whole.trailer("Exit-Code").orElse("none"));
    Expect.equal("trailer Exit-Reason:", reason, whole.trailer("Exit-Reason").orElse("none"));
  }

  private static void head(Server server) throws IOException {
    StreamChecks.tellsItsRun(answer(server, raw("true")));
  }

  private static void bytes(Server server) throws IOException {
    Expect.bytes("body", CharacterChecks.everyByte(), whole(server, raw(CharacterChecks.ALL_BYTES_SCRIPT)).bytes());
  }

  private static void bothOutputs(Server server) throws IOException {
    Expect.text("body", "out\nerr\nout\n", whole(server, raw("echo out; sleep 0.3; echo err >&2; sleep 0.3; echo out")).bytes());
  }

  private static void noOutput(Server server) throws IOException {
    var whole = whole(server, raw("true"));
    Expect.equal("bytes:", 0, whole.bytes().length);
    ended(0, "exited", whole);
  }

  private static void trailers(Server server) throws IOException {
    for (var request : new Request[] {raw("echo hi; exit 3"), raw("echo hi; exit 3").with("TE", "trailers")}) {
      var whole = whole(server, request);
      Expect.text("body", "hi\n", whole.bytes());
      ended(3, "exited", whole);
    }
  }

  private static void signal(Server server) throws IOException {
    ended(137, "signaled", whole(server, raw("kill -9 $$")));
    ended(137, "exited", whole(server, raw("exit 137")));
  }

  private static void wins(Server server) throws IOException {
    for (var accept : new String[] {"application/json", "text/event-stream"})
      Expect.text("body", "hi\n", whole(server, raw("echo hi").with("Accept", accept)).bytes());
  }

  private static void asWritten(Server server) throws IOException {
    var answer = answer(server, raw("echo first; sleep 2; echo second"));
    Expect.text("what came first", "first\n", answer.next().orElse(new byte[0]));
    var first = answer.connection().arrivedNanos();
    Expect.text("what came next", "second\n", answer.next().orElse(new byte[0]));
    StreamChecks.apart("the first line", first, answer.connection().arrivedNanos());
  }

  private static void deadlineResets(Server server) throws IOException {
    var timed = server.sendTimed(timeout -> raw("echo so far; sleep 60").query("timeout=" + timeout));
    var ending = isRaw(timed.answer()).rest().ending();
    var nanos = System.nanoTime() - timed.answer().sentNanos();
    // TLS has no reset of its own, and what ends it may be a proxy.
    var told = ending == Body.Ending.RESET || server.target().tls() && ending == Body.Ending.CUT;
    Expect.holds(told, "a reset", ending.toString());
    Expect.notBefore(timed.limit(), "the reset", nanos);
    Expect.within(timed.limit(), server.terms(), "the reset", nanos);
  }

  private static void deadlineTrailers(Server server) throws IOException {
    var rest = server.readTimed(timeout -> raw("echo so far; sleep 60").query("timeout=" + timeout).with("TE", "trailers"),
        timed -> isRaw(timed.answer()).rest(), seen -> seen.bytes().length > 0);
    Expect.equal("the body's end:", Body.Ending.COMPLETE, rest.ending());
    Expect.text("body", "so far\n", rest.bytes());
    ended(124, "deadline", rest);
  }
}
