package coordbfaas.conform;

import coordbfaas.wire.ServerUrl;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The server as one check meets it. It is asked again if it says that it is busy; every connection that the check opened is
 * closed when the check is over or its time is.
 */
final class Server implements Closeable {
  /**
   * The answer to a request that asked for a deadline.
   *
   * @param limit what it asked for
   */
  record Timed(Answer answer, Duration limit) {}

  private static final int CONNECT_MS = 5_000;
  private static final Duration LONGEST_LIMIT = Duration.ofSeconds(8);
  private static final long RETRY_AFTER_SECONDS_MAX = 3;

  private final ServerUrl target;
  private final Terms terms;
  private final long busyUntilNanos;
  private final List<Connection> connections = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);

  Server(ServerUrl target, Terms terms) {
    this.target = target;
    this.terms = terms;
    this.busyUntilNanos = System.nanoTime() + terms.busy().toNanos();
  }

  ServerUrl target() {
    return target;
  }

  Terms terms() {
    return terms;
  }

  Connection connect() throws IOException {
    var connection = Connection.open(target, CONNECT_MS);
    synchronized (connections) {
      connections.add(connection);
    }
    if (isOver()) connection.close();
    return connection;
  }

  /** Sends a request on a connection of its own; again, as the server asks for it, while that is busy. */
  Answer send(Request request) throws IOException {
    while (true) {
      var connection = connect();
      connection.send(request);
      var answer = connection.answer();
      if (!isBusy(answer) || System.nanoTime() - busyUntilNanos > 0) return answer;
      connection.close();
      var seconds = answer.header("Retry-After").filter(text -> text.matches("\\d{1,9}")).map(Long::parseLong).orElse(1L);
      pause(Duration.ofSeconds(Math.clamp(seconds, 1, RETRY_AFTER_SECONDS_MAX)));
    }
  }

  /** Whether it says to ask again later. */
  static boolean isBusy(Answer answer) {
    return answer.status() == 429 || answer.status() == 503;
  }

  boolean isOver() {
    return over.getCount() == 0;
  }

  /** Lets time pass, but not beyond the check's. */
  void pause(Duration time) {
    try {
      if (over.await(time.toMillis(), TimeUnit.MILLISECONDS))
        throw new Mismatch("a server that answers in time", "none until the check's time was over");
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /** Sends a request whose deadline is short, but leaves the server time to make a worker ready: after a 504, twice as much. */
  Timed sendTimed(Function<String, Request> request) throws IOException {
    return sendTimed(Duration.ofSeconds(1), request);
  }

  private Timed sendTimed(Duration first, Function<String, Request> request) throws IOException {
    for (var limit = first;; limit = limit.multipliedBy(2)) {
      var answer = send(request.apply(limit.toSeconds() + "s"));
      if (answer.status() != 504 || limit.compareTo(LONGEST_LIMIT) >= 0) return new Timed(answer, limit);
      answer.connection().close();
    }
  }

  /** What an answer came to whose run was over at its deadline. */
  @FunctionalInterface
  interface Reading<T> {
    T of(Timed answer) throws IOException;
  }

  /**
   * Sends a request with a short deadline, and reads the answer; once more, with a longer one, if the script had not the time
   * to write anything.
   */
  <T> T readTimed(Function<String, Request> request, Reading<T> reading, Predicate<T> wrote) throws IOException {
    var read = reading.of(sendTimed(request));
    return wrote.test(read) ? read : reading.of(sendTimed(Duration.ofSeconds(4), request));
  }

  Events events(Request request) throws IOException {
    return new Events(send(request));
  }

  Outcome outcome(Request request) throws IOException {
    return events(request).rest();
  }

  Outcome outcome(String script) throws IOException {
    return outcome(Request.run(script));
  }

  /** What the script writes to stdout; it writes nothing to stderr and exits with 0. */
  byte[] stdout(Request request) throws IOException {
    return stdout(outcome(request));
  }

  static byte[] stdout(Outcome outcome) {
    Expect.text("stderr", "", outcome.stderr());
    Expect.end(0, "exited", outcome.end());
    return outcome.stdout();
  }

  byte[] stdout(String script) throws IOException {
    return stdout(Request.run(script));
  }

  /** The request is refused with 400. */
  void refuses(Request request) throws IOException {
    Expect.problem(400, send(request));
  }

  /** The check is over, or its time is. */
  @Override
  public void close() throws IOException {
    over.countDown();
    synchronized (connections) {
      for (var connection : connections) connection.close();
    }
  }
}
