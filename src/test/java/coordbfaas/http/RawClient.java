package coordbfaas.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A client that says what it is told to, byte for byte, and leaves as it is told to. */
final class RawClient implements AutoCloseable {
  /** The ways to leave. */
  enum Way { CLOSE, HALF_CLOSE, RESET }

  private static final int PATIENCE_MS = 20_000;

  private final Socket socket;

  private RawClient(Socket socket) {
    this.socket = socket;
  }

  static RawClient connect(InetSocketAddress server) throws IOException {
    var socket = new Socket(server.getAddress(), server.getPort());
    socket.setSoTimeout(PATIENCE_MS);
    return new RawClient(socket);
  }

  /** Asks for a path, on a connection that is kept. */
  RawClient get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  RawClient send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  /** The status line and headers of the next answer. */
  String head() throws IOException {
    var head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      var octet = socket.getInputStream().read();
      if (octet < 0) throw new AssertionError("the connection ended after: " + head);
      head.write(octet);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** The next bytes of an answer's body. */
  String bytes(int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
  }

  /** The next answer, which has a length. */
  Answer answer() throws IOException {
    var head = head();
    var length = head.lines().filter(line -> line.toLowerCase().startsWith("content-length: ")).findFirst().orElseThrow();
    return new Answer(head, bytes(Integer.parseInt(length.substring("content-length: ".length()))));
  }

  /** Fails if anything comes within a moment. */
  void hasNoAnswerYet() throws IOException {
    socket.setSoTimeout(200);
    try {
      assertThat(socket.getInputStream().read()).as("an answer that was not to come yet").isEqualTo(Integer.MIN_VALUE);
    } catch (SocketTimeoutException silent) {
      socket.setSoTimeout(PATIENCE_MS);
    }
  }

  /** Reads what still comes and waits until the server has closed or reset the connection. */
  void isCut() {
    try {
      while (socket.getInputStream().read() >= 0) continue;
    } catch (SocketTimeoutException stillOpen) {
      throw new AssertionError("the connection is still open", stillOpen);
    } catch (IOException reset) {
      // as good as closed
    }
  }

  void leave(Way way) throws IOException {
    switch (way) {
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

  record Answer(String head, String body) {}
}
