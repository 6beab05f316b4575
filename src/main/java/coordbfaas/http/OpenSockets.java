package coordbfaas.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.io.Inet;

/**
 * The sockets under a server's connections, as an option of its port.
 *
 * <p>When all has been said and heard, Pekko's streams let go of a connection. What the kernel has not taken by then is left to an
 * actor that waits for it without limit: a client that reads nothing would keep that memory, and a socket that nobody counts.
 */
final class OpenSockets extends Inet.AbstractSocketOptionV2 {
  private static final Duration FIRST_LOOK = Duration.ofMillis(5);
  private static final Duration LAST_LOOK = Duration.ofSeconds(1);

  private final ActorSystem<?> system;
  private final Map<SocketAddress, Socket> accepted = new ConcurrentHashMap<>();

  OpenSockets(ActorSystem<?> system) {
    this.system = system;
  }

  @Override
  public void afterConnect(Socket socket) {
    accepted.put(socket.getRemoteSocketAddress(), socket);
  }

  /** The socket of a connection that was accepted; to be asked for once, by the client's address. */
  Socket take(InetSocketAddress client) {
    return accepted.remove(client);
  }

  /**
   * Waits until a socket is closed, as it is once the kernel has all that was said.
   *
   * @param patience after which it is reset
   * @return completed when it is closed
   */
  CompletionStage<Done> closed(Socket socket, Duration patience) {
    var closed = new CompletableFuture<Done>();
    look(socket, FIRST_LOOK, System.nanoTime() + patience.toNanos(), closed);
    return closed;
  }

  private void look(Socket socket, Duration pause, long endNanos, CompletableFuture<Done> closed) {
    if (socket.isClosed()) {
      closed.complete(Done.done());
      return;
    }
    if (System.nanoTime() - endNanos > 0) reset(socket);
    var doubled = pause.multipliedBy(2);
    var next = doubled.compareTo(LAST_LOOK) < 0 ? doubled : LAST_LOOK;
    system.scheduler().scheduleOnce(pause, () -> look(socket, next, endNanos, closed), system.executionContext());
  }

  /** By whoever waits to write to it: that fails now, and it is closed without regard for what was written. */
  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.shutdownOutput();
    } catch (IOException closed) {
      // then it is
    }
  }
}
