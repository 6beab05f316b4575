package coordbfaas.conform;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.coord.ACoordinator;
import coordbfaas.wire.ServerUrl;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Goal: no run loses, adds or changes a byte of its output, or ends otherwise than it did. Method: random runs in all forms of
 * answer, several at a time, through a whole coordinator; both sides make the bytes from a seed.
 *
 * <p>{@code -Drandom.runs=N} makes as many; {@code -Drandom.seed=S} begins with that one. {@code -Drandom.workers=process} has
 * workers that are processes.
 */
@DisplayName("A run's answer")
class RandomRunsTest {
  private static final int CLIENTS = 4;
  private static final Terms TERMS = new Terms(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(10), 64L << 20);

  private final long first = Long.getLong("random.seed", System.nanoTime());
  private final long runs = Long.getLong("random.runs", 500);
  private final AtomicLong next = new AtomicLong(first);
  private final List<String> broken = Collections.synchronizedList(new ArrayList<>());

  @Test
  void isTheWholeTruth() throws Exception {
    var settings = Map.of("MAXREQTIME", "60s", "QUEUETIME", "50s", "POOLSIZE", Integer.toString(CLIENTS),
        "SCRIPT_MEMORY", "1GiB", "LOCAL_WORKERS", System.getProperty("random.workers", "jvm")); // Perl's lists of bytes are large
    try (var coordinator = ACoordinator.with(settings)) {
      var target = ServerUrl.parse("127.0.0.1:" + coordinator.address().getPort());
      var clients = IntStream.range(0, CLIENTS).mapToObj(number -> Thread.ofPlatform().start(() -> client(target))).toList();
      for (var client : clients) client.join();
    }
    assertThat(broken).as("-Drandom.seed=" + first + " -Drandom.runs=" + runs).isEmpty();
    assertThat(next.get()).isGreaterThanOrEqualTo(first + runs);
  }

  private void client(ServerUrl target) {
    for (var seed = next.getAndIncrement(); seed < first + runs && broken.isEmpty(); seed = next.getAndIncrement()) {
      var run = RandomRun.of(seed);
      try (var server = new Server(target, TERMS)) {
        check(run, server);
      } catch (IOException | RuntimeException failure) {
        broken.add(run + ": " + failure);
      }
    }
  }

  private static void check(RandomRun run, Server server) throws IOException {
    switch (run.form()) {
      case EVENTS -> events(run, server.outcome(run.script()));
      case RAW -> raw(run, RawChecks.isRaw(server.send(Request.run(run.script()).query("raw=1"))).rest());
      case DOCUMENT -> document(run, server.send(Request.run(run.script()).with("Accept", "application/json")));
    }
  }

  private static void events(RandomRun run, Outcome outcome) {
    Expect.bytes("stdout", run.stdout(), outcome.stdout());
    Expect.bytes("stderr", run.stderr(), outcome.stderr());
    Expect.end(run.end().code(), run.end().reason(), outcome.end());
    Expect.equal("signal", run.end().signal(), outcome.end().path("signal").asText());
  }

  private static void raw(RandomRun run, Answer.Whole whole) {
    Expect.equal("the body's end:", Body.Ending.COMPLETE, whole.ending());
    Expect.bytes("output", run.stdout().length > 0 ? run.stdout() : run.stderr(), whole.bytes());
    Expect.equal("trailer Exit-Code:", Integer.toString(run.end().code()), whole.trailer("Exit-Code").orElse("none"));
    Expect.equal("trailer Exit-Reason:", run.end().reason(), whole.trailer("Exit-Reason").orElse("none"));
  }

  private static void document(RandomRun run, Answer answer) throws IOException {
    Expect.equal("status", 200, answer.status());
    var document = Json.object("a document", answer.whole());
    Expect.bytes("stdout", run.stdout(), Json.output(document.path("stdout")));
    Expect.bytes("stderr", run.stderr(), Json.output(document.path("stderr")));
    Expect.end(run.end().code(), run.end().reason(), document);
    Expect.equal("signal", run.end().signal(), document.path("signal").asText());
    Expect.equal("truncated", "false", document.path("truncated").toString());
  }
}
