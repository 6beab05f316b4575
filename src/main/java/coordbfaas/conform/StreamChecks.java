package coordbfaas.conform;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A run's event stream: its head, its frame, and that it tells things as they happen. */
final class StreamChecks {
  // What is written two seconds apart and arrives together was held back; half a second still tells on a slow computer.
  private static final Duration APART = Duration.ofMillis(500);

  private StreamChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("stream.content-type", "a run is answered by 200 text/event-stream, whatever Accept allows beside it",
            StreamChecks::contentType),
        Check.of("stream.headers", "the head tells worker, coordinator and run, and forbids to store and to buffer",
            StreamChecks::headers),
        Check.of("stream.run-ids", "each run has an id of its own", StreamChecks::runIds),
        Check.of("stream.framing", "an event is a line event:, a line data:, an empty line", StreamChecks::framing),
        Check.of("stream.two-outputs", "stdout and stderr are told apart", StreamChecks::twoOutputs),
        Check.of("stream.order", "each output keeps its order", StreamChecks::order),
        Check.of("stream.head-at-once", "the head comes before the first output", StreamChecks::headAtOnce)
            .taking(Duration.ofSeconds(4)),
        Check.of("stream.as-written", "a line arrives before the next one is written", StreamChecks::asWritten)
            .taking(Duration.ofSeconds(4)),
        Check.of("stream.one-exit", "exactly one exit, and nothing after it", StreamChecks::oneExit),
        Check.of("stream.proper-end", "the body has its proper end", StreamChecks::properEnd),
        Check.of("stream.exit-data", "the exit's data is code, first, reason and durationMs, an integer", StreamChecks::exitData),
        Check.of("stream.duration", "durationMs is what the run took", StreamChecks::duration),
        Check.of("stream.no-output", "a script that writes nothing has an exit and nothing else", StreamChecks::noOutput),
        Check.of("stream.ping", "comments come after 10 quiet seconds", StreamChecks::ping).taking(Duration.ofSeconds(15)));
  }

  private static void contentType(Server server) throws IOException {
    for (var accept : List.of("", "*/*", "text/event-stream", "text/html,*/*;q=0.8")) {
      var request = accept.isEmpty() ? Request.run("echo hi") : Request.run("echo hi").with("Accept", accept);
      Expect.text("stdout", "hi\n", server.stdout(request));
    }
  }

  private static void headers(Server server) throws IOException {
    tellsItsRun(server.events(Request.run("true")).answer());
  }

  /** What the head of any form has. */
  static void tellsItsRun(Answer answer) {
    for (var name : List.of("Worker", "Coord", "Run"))
      Expect.holds(!answer.header(name).orElse("").isBlank(), "a header " + name, "none");
    Expect.equal("Cache-Control:", "no-store", answer.header("Cache-Control").orElse("none"));
    Expect.equal("X-Accel-Buffering:", "no", answer.header("X-Accel-Buffering").orElse("none"));
  }

  private static void runIds(Server server) throws IOException {
    var ids = new HashSet<String>();
    for (var run = 0; run < 3; run++) {
      var events = server.events(Request.run("true"));
      ids.add(events.answer().header("Run").orElse(""));
      events.rest();
    }
    Expect.equal("different ids of 3 runs:", 3, ids.size());
  }

  private static void framing(Server server) throws IOException {
    var answer = server.send(Request.run("printf a"));
    Expect.equal("status", 200, answer.status());
    var seen = Json.utf8("events", answer.whole());
    Expect.holds(
        seen.matches("event: stdout\ndata: \"a\"\n\nevent: exit\ndata: \\{[^\n]*}\n\n"),
        "\"event: stdout\\ndata: \\\"a\\\"\\n\\nevent: exit\\ndata: {…}\\n\\n\"", Excerpt.of(seen));
  }

  private static void twoOutputs(Server server) throws IOException {
    var outcome = server.outcome("echo out; echo err >&2; exit 3");
    Expect.text("stdout", "out\n", outcome.stdout());
    Expect.text("stderr", "err\n", outcome.stderr());
  }

  private static void order(Server server) throws IOException {
    var outcome = server.outcome("for ((i = 0; i < 500; i++)); do echo o$i; echo e$i >&2; done");
    Expect.text("stdout", lines("o"), outcome.stdout());
    Expect.text("stderr", lines("e"), outcome.stderr());
  }

  private static String lines(String letter) {
    return IntStream.range(0, 500).mapToObj(number -> letter + number + "\n").collect(Collectors.joining());
  }

  private static void headAtOnce(Server server) throws IOException {
    var events = server.events(Request.run("sleep 2; echo late"));
    var head = events.answer().arrivedNanos();
    apart("the head", head, events.expect("output").nanos());
    events.rest();
  }

  private static void asWritten(Server server) throws IOException {
    var events = server.events(Request.run("echo first; sleep 2; echo second"));
    var first = events.expect("the first line");
    Expect.text("the first output", "first\n", Json.output(first.data()));
    var second = events.expect("the second line");
    apart("the first line", first.nanos(), second.nanos());
    Expect.text("the second output", "second\n", Json.output(second.data()));
    events.rest();
  }

  static void apart(String what, long firstNanos, long secondNanos) {
    var ms = (secondNanos - firstNanos) / 1_000_000;
    Expect.holds(ms >= APART.toMillis(), what + " about 2 s before what was written 2 s later", "them " + ms + " ms apart");
  }

  private static void oneExit(Server server) throws IOException {
    for (var script : List.of("true", "echo hi", "exit 3", "kill -9 $$")) server.outcome(script);
  }

  private static void properEnd(Server server) throws IOException {
    Expect.equal("the body's end:", Body.Ending.COMPLETE, server.send(Request.run("echo hi")).rest().ending());
  }

  private static void exitData(Server server) throws IOException {
    var text = server.outcome("exit 3").exit().text();
    var usage = "(, ?\"usage\": ?\\{[^{}]*} ?)?";
    Expect.holds(text.matches("\\{ ?\"code\": ?3, ?\"reason\": ?\"exited\", ?\"durationMs\": ?\\d+ ?" + usage + "}"),
        "{\"code\":3,\"reason\":\"exited\",\"durationMs\":…}, and usage at most", Excerpt.of(text));
  }

  private static void duration(Server server) throws IOException {
    var events = server.events(Request.run("sleep 0.3"));
    var exit = events.rest().exit();
    var mostMs = (exit.nanos() - events.answer().sentNanos()) / 1_000_000 + 100;
    var ms = exit.data().path("durationMs").asLong();
    Expect.holds(ms >= 300 && ms <= mostMs, "durationMs from 300 to " + mostMs, Long.toString(ms));
  }

  private static void noOutput(Server server) throws IOException {
    Expect.equal("events of output:", 0, server.outcome("true").outputs().size());
  }

  private static void ping(Server server) throws IOException {
    var quiet = server.terms().quiet();
    var events = server.events(Request.run("sleep " + sleepSeconds(server.terms()) + "; echo late"));
    var first = events.nextUnlessComment();
    if (first.filter(StreamChecks::isDeadline).isPresent())
      throw new NotApplicable("the server's deadline comes before a ping would");
    Expect.holds(first.isEmpty(), "a comment after " + quiet.toMillis() + " ms without output", "none");
    notEarly(quiet, "a comment", events.comments().getFirst() - events.answer().arrivedNanos());
  }

  private static boolean isDeadline(Event event) {
    return event.isExit() && event.data().path("reason").asText().equals("deadline");
  }

  /** So long that what has to come within the quiet time has come before. */
  static String sleepSeconds(Terms terms) {
    var patience = Math.min(terms.patience().toMillis(), 3_000);
    return Double.toString((terms.quiet().toMillis() + patience) / 1e3);
  }

  /** A tenth less is not early, since what came before may have been long on its way. */
  static void notEarly(Duration quiet, String what, long nanos) {
    Expect.notBefore(quiet.multipliedBy(9).dividedBy(10), what, nanos);
  }
}
