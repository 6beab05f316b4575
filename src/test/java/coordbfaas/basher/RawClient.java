package coordbfaas.basher;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client by its bytes, which may leave in any way there is, and need not read. */
final class RawClient implements AutoCloseable {
  /** A way of leaving. */
  enum Leaving {
    CLOSE, HALF_CLOSE, RESET
  }

  private static final int READ_TIMEOUT_MS = 20_000;

  private final Socket socket;

  RawClient(InetSocketAddress server) throws IOException {
    socket = new Socket(server.getAddress(), server.getPort());
    socket.setSoTimeout(READ_TIMEOUT_MS);
  }

  void send(String head, byte[] body) throws IOException {
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(body);
    socket.getOutputStream().flush();
  }

  /** How long it waits for the next byte of an answer. */
  void waitsFor(Duration patience) throws IOException {
    socket.setSoTimeout((int) patience.toMillis());
  }

  /** Reads to the first occurrence of a text, and no byte further. */
  String readTo(String text) throws IOException {
    var read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      var octet = socket.getInputStream().read();
      if (octet < 0) throw new EOFException("the connection ended after: " + read);
      read.append((char) octet);
    }
    return read.toString();
  }

  /** Reads to the connection's end. */
  String readToEnd() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  void leave(Leaving how) throws IOException {
    switch (how) {
      case CLOSE -> socket.close();
      case HALF_CLOSE -> socket.shutdownOutput();
      case RESET -> {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
