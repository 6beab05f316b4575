package coordbfaas.conform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Clients that leave or do not read hold nothing that others need. */
final class ClientChecks {
  private static final int CROWD = 16;
  private static final Duration SERVED = Duration.ofSeconds(5);

  /** How long after the deadline an answer may still be read. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final Duration A_LITTLE = Duration.ofMillis(50);

  private ClientChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("client.leaves", "16 clients that leave hold no workers: the next one is served", ClientChecks::leaves)
            .taking(SERVED.plusSeconds(2)).runAlone(),
        Check.of("client.half-closes", "a client that closes its half has left: its run is over", ClientChecks::halfCloses)
            .taking(SERVED.plusSeconds(5)).runAlone(),
        Check.of("client.does-not-read", "16 clients that do not read hold no workers after their deadline",
            ClientChecks::doesNotRead).taking(SERVED.plusSeconds(5)).runAlone());
  }

  private static void leaves(Server server) throws IOException {
    for (var connection : crowdThatRuns(server)) connection.reset();
    nextIsServed(server);
  }

  /** A crowd of which one is answered, and that a little while ago, so that all workers that there are have been given away. */
  private static List<Connection> crowdThatRuns(Server server) throws IOException {
    var crowd = crowd(server, Request.run("echo here; sleep 30"));
    var answered = new CountDownLatch(1);
    // A thread each, since only a read tells what has come over TLS.
    for (var connection : crowd) Thread.ofVirtual().start(() -> {
      if (isAnswered(connection)) answered.countDown();
    });
    while (answered.getCount() > 0) server.pause(A_LITTLE);
    server.pause(A_LITTLE.multipliedBy(5));
    return crowd;
  }

  private static boolean isAnswered(Connection connection) {
    try {
      return !connection.isAtEnd();
    } catch (IOException | Mismatch ended) {
      return false;
    }
  }

  private static void halfCloses(Server server) throws IOException {
    var events = server.events(Request.run("echo here; sleep 30"));
    Expect.text("stdout", "here\n", Json.output(events.expect("output").data()));
    var connection = events.answer().connection();
    connection.finishSending();
    var left = System.nanoTime();
    var rest = events.answer().rest();
    Expect.within(Duration.ZERO, server.terms(), "the connection's end", System.nanoTime() - left);
    var text = new String(rest.bytes(), StandardCharsets.UTF_8);
    Expect.holds(!text.contains("\"exited\""), "no invented exit", Excerpt.of(text));
    for (var leaving : crowdThatRuns(server)) leaving.finishSending();
    nextIsServed(server); // by a worker whose run would still be sleeping
  }

  private static void doesNotRead(Server server) throws IOException {
    var deadline = Duration.ofSeconds(2);
    crowd(server, Request.run("exec yes").query("timeout=" + deadline.toSeconds() + "s"));
    server.pause(deadline.plus(GRACE).plus(server.terms().patience()));
    nextIsServed(server);
  }

  private static List<Connection> crowd(Server server, Request request) throws IOException {
    var crowd = new ArrayList<Connection>();
    for (var number = 0; number < CROWD; number++) crowd.add(server.connect());
    for (var connection : crowd) connection.send(request);
    return crowd;
  }

  private static void nextIsServed(Server server) throws IOException {
    var start = System.nanoTime();
    Expect.text("the next run's stdout", "next\n", server.stdout("echo next"));
    Expect.within(SERVED, server.terms(), "the next run", System.nanoTime() - start);
  }
}
