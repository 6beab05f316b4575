package coordbfaas.localfly;

import coordbfaas.http.RefusedRequest;
import coordbfaas.http.RequestReader;
import coordbfaas.http.WebPageGuard;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.util.ByteString;

/**
 * A connection to flycast: the way of its requests to bashers, and of their answers back, byte by byte as they come. When the
 * client leaves, the connection to the basher is reset at once, and when the basher's breaks off, the client's is.
 *
 * <p>An empty 502 says that the machine could not be reached, an empty 503 that there is none. One thread reads from the client,
 * another from the basher. That one's connection is kept for the next request, if it is for the same machine.
 */
final class Passage {
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(90);

  // How long a client may go on sending after its last answer. It is thrown away; were the connection closed at once, that would
  // reset it, and the answer could be lost.
  private static final Duration LINGER = Duration.ofSeconds(2);

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int HEAD_BUFFER_BYTES = 8 * 1024;

  /**
   * A request that was passed on.
   *
   * @param answered when its answer was: whether another request may follow
   */
  private record Passed(PassedHead head, CompletableFuture<Boolean> answered) {}

  /** A connection to a machine's basher. */
  private record Route(LocalMachines.Place place, Socket basher) {}

  private final Socket client;
  private final Flycast.Machines machines;
  private final Executor threads;
  private final RequestReader reader = new RequestReader();
  private final CompletableFuture<Void> clientLeft = new CompletableFuture<>();
  private volatile Passed passed;
  private volatile Route route;

  Passage(Socket client, Flycast.Machines machines, Executor threads) {
    this.client = client;
    this.machines = machines;
    this.threads = threads;
  }

  /** Resets both connections, whatever goes on in them. */
  void cut() {
    reset(client);
    if (route != null) reset(route.basher());
  }

  /** Serves the client until it leaves, or its last answer is over. */
  void serve() {
    try {
      client.setTcpNoDelay(true);
      var goesOn = pass(begin(READ_TIMEOUT, ByteString.emptyByteString()));
      while (goesOn.isPresent()) goesOn = pass(begin(IDLE_TIMEOUT, goesOn.get()));
      close();
    } catch (IOException | RefusedRequest | RejectedExecutionException broken) {
      cut();
    } finally {
      clientLeft.complete(null);
    }
  }

  // ---- from the client to the basher ----

  /**
   * The first bytes of a request: its whole head, and what came with that. Empty if there is none to be passed on.
   *
   * @param time for the head to come
   * @param ahead what came of it before
   */
  private Optional<RequestReader.Read> begin(Duration time, ByteString ahead) throws IOException {
    var begun = System.nanoTime();
    var buffer = new byte[HEAD_BUFFER_BYTES];
    try {
      var read = reader.read(ahead);
      while (read.passed().isEmpty()) {
        var count = readWithin(time.minusNanos(System.nanoTime() - begun), buffer);
        if (count < 0) return Optional.empty();
        read = reader.read(ByteString.fromArray(buffer, 0, count));
      }
      return Optional.of(read);
    } catch (SocketTimeoutException late) {
      if (passed == null) refuse(408, "the request did not arrive in time");
    } catch (RefusedRequest refused) {
      refuse(refused.status(), refused.getMessage());
    }
    return Optional.empty();
  }

  private int readWithin(Duration time, byte[] buffer) throws IOException {
    if (time.toMillis() <= 0) throw new SocketTimeoutException();
    client.setSoTimeout((int) time.toMillis());
    return client.getInputStream().read(buffer);
  }

  /** Passes a request on, and waits for its answer to be over; what came of the next one, or empty if there will be none. */
  private Optional<ByteString> pass(Optional<RequestReader.Read> begun) throws IOException {
    if (begun.isEmpty()) return Optional.empty();
    var headBytes = PassedHead.length(begun.get().passed());
    var head = PassedHead.of(begun.get().passed().take(headBytes));
    var to = route(head);
    if (to.isEmpty()) return Optional.empty();
    var before = route;
    passed = new Passed(head, new CompletableFuture<>());
    route = to.get();
    if (client.isClosed()) throw new EOFException(); // cut meanwhile
    route.basher().getOutputStream().write(head.bytes().concat(begun.get().passed().drop(headBytes)).toArrayUnsafe());
    if (route != before) {
      if (before != null) before.basher().close();
      threads.execute(() -> answerFrom(to.get()));
    }
    return goOn(begun.get());
  }

  /** To the basher that takes a request; if there is none, it is answered. */
  private Optional<Route> route(PassedHead head) throws IOException {
    var refusal = WebPageGuard.refusal(head::values);
    if (refusal.isPresent()) return refuse(403, refusal.get());
    var place = machines.locate(head.machine(), head.isRun());
    if (place.isEmpty()) return refuse(head.machine().isEmpty() ? 503 : 502, "");
    if (route != null && route.place().equals(place.get())) return Optional.of(route);
    var connected = connected(place.get());
    return connected.isPresent() ? connected : refuse(502, "");
  }

  private static Optional<Route> connected(LocalMachines.Place place) {
    var basher = new Socket();
    try {
      basher.setTcpNoDelay(true);
      basher.setSoTimeout((int) IDLE_TIMEOUT.toMillis());
      basher.connect(
          new InetSocketAddress(place.address().getHost(), place.address().getPort()), (int) CONNECT_TIMEOUT.toMillis());
      return Optional.of(new Route(place, basher));
    } catch (IOException unreachable) {
      reset(basher);
      return Optional.empty();
    }
  }

  /** The rest of a request, for which the basher has a time; and when that is through, whether the client is there. */
  private Optional<ByteString> goOn(RequestReader.Read begun) throws IOException {
    var answered = passed.answered();
    try {
      client.setSoTimeout(0);
      var buffer = new byte[begun.ended() ? HEAD_BUFFER_BYTES : BUFFER_BYTES];
      for (var read = begun; !read.ended();) {
        var count = client.getInputStream().read(buffer);
        if (count < 0) throw new EOFException();
        read = reader.read(ByteString.fromArray(buffer, 0, count));
        route.basher().getOutputStream().write(read.passed().toArrayUnsafe());
        begun = read;
      }
      for (var ahead = begun.rest();;) {
        if (!ahead.isEmpty() && answered.join()) return Optional.of(ahead); // who sends ahead is not seen to leave
        var count = client.getInputStream().read(buffer);
        if (count < 0) throw new EOFException();
        ahead = ByteString.fromArray(buffer, 0, count);
      }
    } catch (IOException | RefusedRequest left) {
      if (!answered.isDone()) cut();
      return Optional.empty();
    }
  }

  // ---- from the basher to the client ----

  private void answerFrom(Route from) {
    try {
      while (answer(from)) {}
      if (from == route) end();
    } catch (IOException | RefusedRequest broken) {
      cut();
    }
  }

  /** Passes an answer on; whether another may come after it. */
  private boolean answer(Route from) throws IOException {
    var buffer = new byte[HEAD_BUFFER_BYTES];
    var count = first(from, buffer);
    if (from != route) return false;
    var request = passed;
    if (request.answered().isDone()) { // what comes is the end of the connection, or nobody's answer
      cut();
      return false;
    }
    if (count < 0) {
      if (request.head().isRun()) machines.runLost(from.place());
      write(502, "");
      request.answered().complete(false);
      return false;
    }
    var answer = new PassedAnswer(request.head().method().equals("HEAD"));
    while (count >= 0 && !answer.isOver()) {
      var toldBefore = answer.status().isPresent();
      answer.read(ByteString.fromArrayUnsafe(buffer, 0, count));
      if (request.head().isRun() && !toldBefore) answer.status().ifPresent(status -> machines.runAnswered(from.place(), status));
      client.getOutputStream().write(buffer, 0, count);
      if (count == buffer.length && count < BUFFER_BYTES) buffer = new byte[BUFFER_BYTES];
      if (!answer.isOver()) count = from.basher().getInputStream().read(buffer);
    }
    if (!answer.isWhole()) cut();
    var goesOn = answer.isWhole() && !answer.isLast() && !request.head().isLast();
    request.answered().complete(goesOn);
    return goesOn;
  }

  /** An answer's first bytes, of which there may be none. */
  private static int first(Route from, byte[] buffer) {
    try {
      return from.basher().getInputStream().read(buffer);
    } catch (IOException broken) {
      return -1;
    }
  }

  // ---- the end ----

  /** Answers in the basher's place, which no request reaches any more. */
  private Optional<Route> refuse(int status, String why) throws IOException {
    write(status, why);
    client.shutdownOutput();
    var begun = System.nanoTime();
    var buffer = new byte[HEAD_BUFFER_BYTES];
    try {
      while (readWithin(LINGER.minusNanos(System.nanoTime() - begun), buffer) >= 0) {}
    } catch (SocketTimeoutException late) {
      // it had the time to read its answer
    }
    return Optional.empty();
  }

  private void write(int status, String why) throws IOException {
    var head = "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        .formatted(status, StatusCodes.get(status).reason(), why.length());
    client.getOutputStream().write((head + why).getBytes(StandardCharsets.US_ASCII));
  }

  /** The last answer is over. */
  private void end() throws IOException {
    client.shutdownOutput();
    clientLeft.completeOnTimeout(null, LINGER.toMillis(), TimeUnit.MILLISECONDS).join();
    close();
  }

  // A basher closes after a run, and would keep its port for a minute: after some thousand runs free ones are hard to find.
  private void close() throws IOException {
    client.close();
    if (route != null) reset(route.basher());
  }

  private static void reset(Socket socket) {
    try {
      if (!socket.isClosed()) socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException closed) {
      // then it is
    }
  }
}
