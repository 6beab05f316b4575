package coordbfaas.conform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** All output is there before the exit, whatever its size and however fast bash was. */
final class OutputChecks {
  private static final int LIMIT_CODE = 125;

  // Where a server cuts before the limit it cuts at an edge of what it read at once; a mebibyte is far above that.
  private static final long EDGE_BYTES = 1 << 20;

  private OutputChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("output.one-byte", "one byte without a newline", OutputChecks::oneByte),
        Check.of("output.then-exit", "20 KB and an exit at once, 20 times", OutputChecks::thenExit).taking(Duration.ofSeconds(6)),
        Check.of("output.5-megabytes", "5 MB, byte for byte", OutputChecks::fiveMegabytes).taking(Duration.ofSeconds(3)),
        Check.of("output.large-stderr", "2 MB on stderr, byte for byte", OutputChecks::largeStderr),
        Check.of("output.both-large", "both outputs at the same time", OutputChecks::both),
        Check.of("output.of-children", "what a child writes until bash ends", OutputChecks::childs),
        Check.of("output.then-kill", "what was written before a kill", OutputChecks::thenKill),
        Check.of("output.limit", "a flood ends in output-limit, 125, all of it there up to the limit", OutputChecks::limit)
            .taking(Duration.ofSeconds(6)));
  }

  private static void oneByte(Server server) throws IOException {
    Expect.text("stdout", "x", server.stdout("printf x"));
    Expect.text("stdout", "a\nb", server.stdout("printf 'a\\nb'"));
  }

  private static void thenExit(Server server) throws IOException {
    var expected = "y".repeat(20_000).getBytes(StandardCharsets.US_ASCII);
    server.terms().allow(expected.length);
    for (var time = 0; time < 20; time++) {
      var outcome = server.outcome("printf 'y%.0s' {1..20000}; exit 7");
      Expect.bytes("stdout", expected, outcome.stdout());
      Expect.end(7, "exited", outcome.end());
    }
  }

  private static void fiveMegabytes(Server server) throws IOException {
    var expected = numbers(750_000);
    server.terms().allow(expected.length);
    Expect.bytes("stdout", expected, server.stdout("seq 1 750000"));
  }

  private static void largeStderr(Server server) throws IOException {
    var expected = numbers(300_000);
    server.terms().allow(expected.length + "done\n".length());
    var outcome = server.outcome("seq 1 300000 >&2; echo done");
    Expect.bytes("stderr", expected, outcome.stderr());
    Expect.text("stdout", "done\n", outcome.stdout());
  }

  private static void both(Server server) throws IOException {
    var expected = numbers(100_000);
    server.terms().allow(2L * expected.length);
    var outcome = server.outcome("seq 1 100000 & seq 1 100000 >&2; wait");
    Expect.bytes("stdout", expected, outcome.stdout());
    Expect.bytes("stderr", expected, outcome.stderr());
  }

  private static void childs(Server server) throws IOException {
    var expected = numbers(20_000);
    server.terms().allow(expected.length);
    Expect.bytes("stdout", expected, server.stdout("bash -c 'seq 1 20000 | cat' | cat"));
  }

  private static void thenKill(Server server) throws IOException {
    var expected = numbers(10_000);
    server.terms().allow(expected.length);
    var outcome = server.outcome("seq 1 10000; kill -9 $$");
    Expect.end(137, "signaled", outcome.end());
    Expect.bytes("stdout", expected, outcome.stdout());
  }

  /** Raw, with trailers: the cheapest way to read so much. */
  private static void limit(Server server) throws IOException {
    var most = server.terms().outputBytesMax();
    var answer = server.send(Request.run("exec cat /dev/zero").query("raw=1").with("TE", "trailers"));
    RawChecks.isRaw(answer);
    var count = 0L;
    for (var part = answer.next(); part.isPresent(); part = answer.next()) {
      for (var octet : part.get()) if (octet != 0) throw new Mismatch("zeros alone", "an octet " + octet + " after " + count);
      count += part.get().length;
    }
    var reason = answer.end().trailer("Exit-Reason").orElse("none");
    if (reason.equals("deadline")) throw new NotApplicable("the deadline comes before the limit, after " + count + " bytes");
    Expect.equal("reason", "output-limit", reason);
    Expect.equal("code", Integer.toString(LIMIT_CODE), answer.end().trailer("Exit-Code").orElse("none"));
    Expect.holds(count <= most && count >= most - EDGE_BYTES, "about " + most + " bytes, not more", count + " bytes");
  }

  /** What {@code seq 1 LAST} writes. */
  static byte[] numbers(int last) {
    return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).collect(Collectors.joining("\n", "", "\n"))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
