package coordbfaas.localfly;

import coordbfaas.http.RefusedRequest;
import coordbfaas.http.RequestReader;
import coordbfaas.http.WebPageGuard;
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
 * One request's way to a basher, and its answer's way back, byte by byte as they come. When the client leaves, the connection to
 * the basher is reset at once, and when the basher's breaks off, the client's is.
 *
 * <p>An empty 502 says that the machine could not be reached, an empty 503 that there is none.
 */
final class Passage {
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(90);

  // How long a client may go on sending after its answer. It is thrown away; were the connection closed at once, that would
  // reset it, and the answer could be lost.
  private static final Duration LINGER = Duration.ofSeconds(2);

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int HEAD_BUFFER_BYTES = 8 * 1024;

  private final Socket client;
  private final Socket basher = new Socket();
  private final Flycast.Machines machines;
  private final Executor threads;
  private final RequestReader reader = new RequestReader();
  private final CompletableFuture<Void> requestOver = new CompletableFuture<>();
  private volatile boolean answered;

  Passage(Socket client, Flycast.Machines machines, Executor threads) {
    this.client = client;
    this.machines = machines;
    this.threads = threads;
  }

  /** Resets both connections, whatever goes on in them. */
  void cut() {
    reset(client);
    reset(basher);
  }

  /** Serves the one request, to the end of its answer. */
  void serve() {
    try {
      client.setTcpNoDelay(true);
      var read = begin();
      if (read.isPresent()) route(read.get());
      client.close();
      basher.close();
    } catch (IOException | RefusedRequest | RejectedExecutionException broken) {
      cut();
    }
  }

  /** The first bytes of the request: its whole head, and what came with that. Empty if there is none to be passed on. */
  private Optional<RequestReader.Read> begin() throws IOException {
    var begun = System.nanoTime();
    var buffer = new byte[HEAD_BUFFER_BYTES];
    try {
      for (int count; (count = readWithin(READ_TIMEOUT.minusNanos(System.nanoTime() - begun), buffer)) >= 0;) {
        var read = reader.read(ByteString.fromArray(buffer, 0, count));
        if (!read.passed().isEmpty()) return Optional.of(read);
      }
    } catch (SocketTimeoutException late) {
      answer(408, "the request did not arrive in time");
    } catch (RefusedRequest refused) {
      answer(refused.status(), refused.getMessage());
    }
    return Optional.empty();
  }

  private int readWithin(Duration time, byte[] buffer) throws IOException {
    if (time.toMillis() <= 0) throw new SocketTimeoutException();
    client.setSoTimeout((int) time.toMillis());
    return client.getInputStream().read(buffer);
  }

  private void route(RequestReader.Read begun) throws IOException {
    var headBytes = PassedHead.length(begun.passed());
    var head = PassedHead.of(begun.passed().take(headBytes));
    var refusal = WebPageGuard.refusal(head::values);
    if (refusal.isPresent()) {
      answer(403, refusal.get());
      return;
    }
    var place = machines.locate(head.machine(), head.isRun());
    if (place.isEmpty() || !isConnected(place.get())) {
      answer(place.isEmpty() && head.machine().isEmpty() ? 503 : 502, "");
      return;
    }
    basher.getOutputStream().write(head.bytes().concat(begun.passed().drop(headBytes)).toArrayUnsafe());
    threads.execute(() -> goOn(begun.ended()));
    answer(place.get(), head);
  }

  private boolean isConnected(LocalMachines.Place place) {
    try {
      basher.setTcpNoDelay(true);
      basher.setSoTimeout((int) IDLE_TIMEOUT.toMillis());
      var address = new InetSocketAddress(place.address().getHost(), place.address().getPort());
      basher.connect(address, (int) CONNECT_TIMEOUT.toMillis());
      return true;
    } catch (IOException unreachable) {
      return false;
    }
  }

  /** The rest of the request, for which the basher has a time; and when that is through, whether the client is there. */
  private void goOn(boolean ended) {
    try {
      client.setSoTimeout(0);
      var buffer = new byte[ended ? 1 : BUFFER_BYTES];
      var over = ended;
      for (int count; (count = client.getInputStream().read(buffer)) >= 0;) {
        if (over) continue; // what comes after the request is for nobody
        var read = reader.read(ByteString.fromArray(buffer, 0, count));
        basher.getOutputStream().write(read.passed().toArrayUnsafe());
        over = read.ended();
      }
    } catch (IOException | RefusedRequest broken) {
      // as if the client had left
    } finally {
      if (!answered) cut();
      requestOver.complete(null);
    }
  }

  private void answer(LocalMachines.Place place, PassedHead request) throws IOException {
    var buffer = new byte[BUFFER_BYTES];
    var answer = new PassedAnswer(request.method().equals("HEAD"));
    var count = first(buffer);
    if (count < 0) {
      if (request.isRun()) machines.runLost(place);
      answer(502, "");
      return;
    }
    while (count >= 0 && !answer.isOver()) {
      var toldBefore = answer.status().isPresent();
      answer.read(ByteString.fromArrayUnsafe(buffer, 0, count));
      if (request.isRun() && !toldBefore) answer.status().ifPresent(status -> machines.runAnswered(place, status));
      client.getOutputStream().write(buffer, 0, count);
      if (!answer.isOver()) count = basher.getInputStream().read(buffer);
    }
    if (answer.isWhole()) end();
    else cut();
  }

  /** The answer's first bytes, of which there may be none. */
  private int first(byte[] buffer) {
    try {
      return basher.getInputStream().read(buffer);
    } catch (IOException broken) {
      return -1;
    }
  }

  /** Answers in the basher's place. */
  private void answer(int status, String why) throws IOException {
    var head = "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        .formatted(status, StatusCodes.get(status).reason(), why.length());
    client.getOutputStream().write((head + why).getBytes(StandardCharsets.US_ASCII));
    end();
  }

  private void end() throws IOException {
    answered = true;
    client.shutdownOutput();
    if (!basher.isConnected()) threads.execute(() -> goOn(true)); // nobody reads from the client so far
    requestOver.completeOnTimeout(null, LINGER.toMillis(), TimeUnit.MILLISECONDS).join();
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
