package coordbfaas.conform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
            .taking(Duration.ofSeconds(3)),
        Check.of("client.does-not-read", "16 clients that do not read hold no workers after their deadline",
            ClientChecks::doesNotRead).taking(SERVED.plusSeconds(5)).runAlone());
  }

  private static void leaves(Server server) throws IOException {
    var leaving = crowd(server, Request.run("echo here; sleep 30"));
    waitForAny(server, leaving);
    for (var connection : leaving) connection.reset();
    nextIsServed(server);
  }

  /** Waits until one of them is answered, and a little longer, so that all workers that there are have been given away. */
  private static void waitForAny(Server server, List<Connection> connections) throws IOException {
    for (var arrived = false; !arrived; server.pause(A_LITTLE))
      for (var connection : connections) arrived |= connection.hasArrived();
    server.pause(A_LITTLE.multipliedBy(5));
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
