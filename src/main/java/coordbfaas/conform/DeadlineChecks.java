package coordbfaas.conform;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** At the deadline a run is over, whatever it was doing, and the answer says so. */
final class DeadlineChecks {
  private static final Duration NOMINAL = Duration.ofSeconds(3);

  // A server may count the duration by another clock than the deadline.
  private static final long ROUNDING_MS = 20;

  private DeadlineChecks() {}

  static List<Check> all() {
    return List.of(
        check("deadline.answers", "at the deadline: what was written so far, exit, deadline, 124", DeadlineChecks::answers),
        check("deadline.not-early", "the deadline does not come early", DeadlineChecks::notEarly),
        check("deadline.not-late", "the deadline does not come late", DeadlineChecks::notLate),
        check("deadline.flood", "a script that never stops writing is over at the deadline", server -> ends(server,
            timeout -> Request.run("while :; do echo flood; done").query("timeout=" + timeout))),
        check("deadline.stubborn", "a script that ignores signals and leaves daemons is over at the deadline", server ->
            ends(server, timeout -> Request.run("trap '' TERM INT HUP; setsid sleep 60 & while :; do sleep 1; done")
                .query("timeout=" + timeout))),
        check("deadline.in-json", "a document's timeout is a deadline", server -> ends(server, timeout ->
            Request.json("{\"script\":\"sleep 60\",\"timeout\":\"" + timeout + "\"}"))),
        check("deadline.shorter", "of two timeouts the shorter holds", DeadlineChecks::shorter),
        check("deadline.longer", "a longer timeout than the server's is no error", DeadlineChecks::longer),
        check("deadline.durations", "timeouts are durations of Go", DeadlineChecks::durations),
        check("deadline.malformed", "a timeout that is none, or not more than nothing, is a 400", DeadlineChecks::malformed));
  }

  private static Check check(String name, String claim, Check.Assertion assertion) {
    return Check.of(name, claim, assertion).taking(NOMINAL);
  }

  /** An answer that was over at its deadline. */
  private record Ended(Outcome outcome, Duration limit, long nanos) {}

  private static Ended ends(Server server, Function<String, Request> request) throws IOException {
    var timed = server.sendTimed(request);
    var outcome = new Events(timed.answer()).rest();
    Expect.end(124, "deadline", outcome.end());
    var nanos = outcome.exit().nanos() - timed.answer().sentNanos();
    Expect.within(timed.limit(), server.terms(), "the exit", nanos);
    return new Ended(outcome, timed.limit(), nanos);
  }

  private static Request sleeping(String timeout) {
    return Request.run("echo so far; echo so bad >&2; sleep 60").query("timeout=" + timeout);
  }

  private static void answers(Server server) throws IOException {
    var outcome = server.readTimed(DeadlineChecks::sleeping, timed -> new Events(timed.answer()).rest(),
        seen -> seen.stdout().length > 0 && seen.stderr().length > 0);
    Expect.end(124, "deadline", outcome.end());
    Expect.text("stdout", "so far\n", outcome.stdout());
    Expect.text("stderr", "so bad\n", outcome.stderr());
  }

  private static void notEarly(Server server) throws IOException {
    var timed = server.sendTimed(DeadlineChecks::sleeping);
    var exit = new Events(timed.answer()).rest().exit();
    Expect.notBefore(timed.limit(), "the exit", exit.nanos() - timed.answer().sentNanos());
    var leastMs = timed.limit().toMillis() - ROUNDING_MS;
    Expect.holds(exit.data().path("durationMs").asLong() >= leastMs, "durationMs of " + leastMs + " or more", exit.text());
  }

  private static void notLate(Server server) throws IOException {
    ends(server, DeadlineChecks::sleeping);
  }

  private static void shorter(Server server) throws IOException {
    ends(server, timeout -> Request.json("{\"script\":\"sleep 60\",\"timeout\":\"1h\"}").query("timeout=" + timeout));
    ends(server, timeout -> Request.json("{\"script\":\"sleep 60\",\"timeout\":\"" + timeout + "\"}").query("timeout=1h"));
  }

  private static void longer(Server server) throws IOException {
    Expect.text("stdout", "ok\n", server.stdout(Request.run("echo ok").query("timeout=1000h")));
    Expect.text("stdout", "ok\n", server.stdout(Request.json("{\"script\":\"echo ok\",\"timeout\":\"1000h\"}")));
  }

  private static void durations(Server server) throws IOException {
    for (var timeout : List.of("60s", "1m30s", "1.5h", "60000ms", "90000000us", "90000000%C2%B5s", "0h1m"))
      Expect.text("stdout for timeout=" + timeout, "ok\n", server.stdout(Request.run("echo ok").query("timeout=" + timeout)));
  }

  private static void malformed(Server server) throws IOException {
    for (var timeout : List.of("abc", "-1s", "0", "0s", "10", "1", "1%20s", "1d", "")) {
      var answer = server.send(Request.run("echo ran").query("timeout=" + timeout));
      Expect.equal("for timeout=" + timeout + " status", 400, answer.status());
      Expect.problem(400, answer);
    }
    for (var timeout : List.of("\"10\"", "\"-1s\"", "10", "\"\""))
      server.refuses(Request.json("{\"script\":\"echo ran\",\"timeout\":" + timeout + "}"));
  }
}
