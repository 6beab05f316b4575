package coordbfaas.conform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that leave or do not read hold nothing that others need. */
final class ClientChecks {
  private static final int LEAVING = 16;
  private static final Duration SERVED = Duration.ofSeconds(5);
  /** How long after the deadline an answer may still be read. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final Duration A_LITTLE = Duration.ofMillis(50);

  private ClientChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("client.leaves", "16 clients that leave hold no workers: the next one is served", ClientChecks::leaves)
            .taking(SERVED.plusSeconds(2)),
        Check.of("client.half-closes", "a client that closes its half has left: its run is over", ClientChecks::halfCloses)
            .taking(Duration.ofSeconds(3)),
        Check.of("client.does-not-read", "the answer of a client that does not read is cut soon after its deadline",
            ClientChecks::doesNotRead).taking(Duration.ofSeconds(7)));
  }

  private static void leaves(Server server) throws IOException {
    var leaving = new ArrayList<Connection>();
    for (var number = 0; number < LEAVING; number++) leaving.add(server.connect());
    for (var connection : leaving) connection.send(Request.run("echo here; sleep 30"));
    waitForAny(server, leaving);
    for (var connection : leaving) connection.reset();

    var left = System.nanoTime();
    Expect.text("the next run's stdout", "next\n", server.stdout("echo next"));
    Expect.within(SERVED, server.terms(), "the next run", System.nanoTime() - left);
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

  /** More is written than any buffer on the way holds, so what was not read in time has no proper end. */
  private static void doesNotRead(Server server) throws IOException {
    var timed = server.sendTimed(timeout -> Request.run("exec yes").query("timeout=" + timeout));
    Expect.equal("status", 200, timed.answer().status());
    server.pause(timed.limit().plus(GRACE).plus(server.terms().patience()));
    var start = System.nanoTime();
    var ending = timed.answer().rest().ending();
    Expect.holds(ending != Body.Ending.COMPLETE, "a reset or a close in its midst", ending.toString());
    Expect.within(Duration.ZERO, server.terms(), "the connection's end", System.nanoTime() - start);
  }
}
