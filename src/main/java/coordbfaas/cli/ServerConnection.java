package coordbfaas.cli;

import coordbfaas.wire.ServerUrl;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;

/**
 * One request to the server, on a connection of its own. A plain socket: {@code java.net.http} takes longer to load than all
 * the rest of a run, and does not tell what a server answered that refuses a body before it has read it.
 *
 * <p>Closing the connection is how a run is cancelled; a half-close would be too, so none is sent.
 */
final class ServerConnection implements Closeable {
  private static final Duration CONNECT_TIME = Duration.ofSeconds(10);

  /** A server that answers says something each 10 s. */
  private static final Duration SILENCE_MAX = Duration.ofSeconds(45);

  // A computer that is gone is noticed in a minute, however long the server may take until its answer begins.
  private static final int PROBE_AFTER_SECONDS = 30;
  private static final int PROBE_EACH_SECONDS = 10;
  private static final int PROBES = 3;

  private static final int BUFFER_BYTES = 64 * 1024;

  private final ServerUrl server;
  private final Socket plain;
  private final Socket socket;
  private final InputStream in;

  private ServerConnection(ServerUrl server, Socket plain, Socket socket) throws IOException {
    this.server = server;
    this.plain = plain;
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
  }

  /**
   * Connects to the first address of the server that answers.
   *
   * @throws RunFailure if none does
   */
  static ServerConnection open(ServerUrl server) throws RunFailure {
    try {
      var plain = connect(server);
      return new ServerConnection(server, plain, server.tls() ? server.secured(plain, (int) CONNECT_TIME.toMillis()) : plain);
    } catch (UnknownHostException unknown) {
      throw unreachable(server, "no such host");
    } catch (IOException failure) {
      throw unreachable(server, failure.getMessage());
    }
  }

  private static RunFailure unreachable(ServerUrl server, String why) {
    return new RunFailure(ExitCode.UNAVAILABLE, server + " cannot be reached: " + why);
  }

  private static Socket connect(ServerUrl server) throws IOException {
    IOException last = null;
    for (var address : InetAddress.getAllByName(server.socketHost())) {
      var socket = new Socket();
      try {
        socket.connect(new InetSocketAddress(address, server.port()), (int) CONNECT_TIME.toMillis());
        socket.setTcpNoDelay(true);
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, PROBE_AFTER_SECONDS);
        socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, PROBE_EACH_SECONDS);
        socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
        return socket;
      } catch (IOException failure) {
        socket.close();
        last = failure;
      }
    }
    throw last == null ? new UnknownHostException() : last;
  }

  /**
   * Asks for a run; returns when the answer begins.
   *
   * @param document the request, as JSON
   * @param accept the media type that is wanted
   */
  ServerAnswer run(byte[] document, String accept) throws RunFailure {
    var head = "POST " + server.prefix() + "/run HTTP/1.1\r\nHost: " + server.authority()
        + "\r\nUser-Agent: bfaas-run\r\nAccept: " + accept
        + "\r\nContent-Type: application/json\r\nContent-Length: " + document.length + "\r\nConnection: close\r\n\r\n";
    // Beside the reading: who refuses a request answers before it has read it, and then reads no further.
    Thread.ofPlatform().daemon().start(() -> send(head, document));
    try {
      var answer = ServerAnswer.read(in);
      socket.setSoTimeout((int) SILENCE_MAX.toMillis());
      return answer;
    } catch (IOException failure) {
      throw new RunFailure(ExitCode.UNKNOWN_END,
          server + ": no answer, and whether the script ran is not known: " + failure.getMessage());
    }
  }

  private void send(String head, byte[] document) {
    try {
      var out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(document);
      out.flush();
    } catch (IOException refused) {
      // what was answered, if anything, is read by the other thread
    }
  }

  @Override
  public void close() {
    try {
      plain.close(); // the plain one, since closing TLS may wait for a write that waits for the server
    } catch (IOException closed) {
      // as good as closed
    }
  }
}
