package coordbfaas.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** A client that says what it is told to, byte for byte, reads or does not, and leaves as it is told to. */
public final class RawClient implements AutoCloseable {
  /** The ways to leave. */
  public enum Way { CLOSE, HALF_CLOSE, RESET }

  /** An answer that has a length. */
  public record Answer(String head, String body) {}

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration A_MOMENT = Duration.ofMillis(200);

  private final Socket socket;

  private RawClient(Socket socket) {
    this.socket = socket;
  }

  /** Connects to a server, over IPv4 if it listens everywhere. */
  public static RawClient connect(InetSocketAddress server) throws IOException {
    var host = server.getAddress().isAnyLocalAddress() ? "127.0.0.1" : server.getAddress().getHostAddress();
    var client = new RawClient(new Socket(host, server.getPort()));
    client.waitsFor(PATIENCE);
    return client;
  }

  /** How long it waits for the next byte of an answer. */
  public void waitsFor(Duration patience) throws IOException {
    socket.setSoTimeout((int) patience.toMillis());
  }

  // ---- what it says ----

  /** Asks for a path, on a connection that is kept. */
  public RawClient get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  /** Sends a script as curl would, with more header lines if there are any. */
  public RawClient post(String script, String... headers) throws IOException {
    return postTo("127.0.0.1:" + socket.getPort(), script, headers);
  }

  /** As {@link #post}, under another name of the server. */
  public RawClient postTo(String host, String script, String... headers) throws IOException {
    var length = script.getBytes(StandardCharsets.UTF_8).length;
    var head = new StringBuilder("POST /run HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + length + "\r\n");
    for (var header : headers) head.append(header).append("\r\n");
    return send(head + "\r\n" + script);
  }

  public RawClient send(String head, byte[] body) throws IOException {
    send(head);
    socket.getOutputStream().write(body);
    return this;
  }

  public RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  // ---- what it reads ----

  /** The status line and headers of the next answer. */
  public String head() throws IOException {
    return readTo("\r\n\r\n");
  }

  /** Reads to the first occurrence of a text, and no byte further. */
  public String readTo(String text) throws IOException {
    var read = new StringBuilder();
    while (read.indexOf(text, read.length() - text.length()) < 0) {
      var octet = socket.getInputStream().read();
      if (octet < 0) throw new EOFException("the connection ended after: " + read);
      read.append((char) octet);
    }
    return read.toString();
  }

  /** Reads to the connection's end. */
  public String readToEnd() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Reads to the connection's end, which may be far; returns how often a letter came. */
  public long countToEnd(char letter) throws IOException {
    var count = 0L;
    var buffer = new byte[64 * 1024];
    for (var size = socket.getInputStream().read(buffer); size >= 0; size = socket.getInputStream().read(buffer))
      for (var at = 0; at < size; at++) if (buffer[at] == letter) count++;
    return count;
  }

  /** Reads to where the server resets the connection, which it must: an ordinary end would be taken for that of the answer. */
  public String readToReset() throws IOException {
    var read = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(read);
    } catch (SocketTimeoutException stillOpen) {
      throw new AssertionError("the connection is still open", stillOpen);
    } catch (SocketException reset) {
      return read.toString(StandardCharsets.UTF_8);
    }
    throw new AssertionError("the connection ended as if all were well");
  }

  /** The next bytes of an answer's body. */
  public String bytes(int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
  }

  /** The next answer, which has a length. */
  public Answer answer() throws IOException {
    var head = head();
    var length = head.lines().map(line -> line.toLowerCase(Locale.ROOT)).filter(line -> line.startsWith("content-length: "))
        .findFirst().orElseThrow();
    return new Answer(head, bytes(Integer.parseInt(length.substring("content-length: ".length()))));
  }

  /** Fails if anything comes within a moment. */
  public void hasNoAnswerYet() throws IOException {
    waitsFor(A_MOMENT);
    try {
      assertThat(socket.getInputStream().read()).as("an answer that was not to come yet").isEqualTo(Integer.MIN_VALUE);
    } catch (SocketTimeoutException silent) {
      waitsFor(PATIENCE);
    }
  }

  /** Reads what still comes and waits until the server has closed or reset the connection. */
  public void isCut() {
    try {
      while (socket.getInputStream().read() >= 0) continue;
    } catch (SocketTimeoutException stillOpen) {
      throw new AssertionError("the connection is still open", stillOpen);
    } catch (IOException reset) {
      // as good as closed
    }
  }

  // ---- how it leaves ----

  public void leave(Way way) throws IOException {
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
}
