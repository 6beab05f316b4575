package coordbfaas.conform;

import coordbfaas.wire.ServerUrl;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A connection to the server, written and read byte by byte. One thread may write while another reads, and any may
 * {@link #close} it.
 */
final class Connection implements Closeable {
  /** The server ended the connection by a reset. */
  static final class Reset extends IOException {
    Reset() {
      super("the connection was reset");
    }
  }

  private static final int LINE_BYTES_MAX = 64 * 1024;

  private final ServerUrl target;
  private final Socket plain;
  private final Socket socket;
  private final InputStream in;
  private final byte[] buffer = new byte[64 * 1024];
  private int at;
  private int end;
  private long arrivedNanos;
  private long sentNanos;
  private volatile boolean closed;

  private Connection(ServerUrl target, Socket plain, Socket socket) throws IOException {
    this.target = target;
    this.plain = plain;
    this.socket = socket;
    this.in = socket.getInputStream();
    plain.setTcpNoDelay(true);
  }

  /** Opens one; {@code ms} is how long that may take, and as long again the hello of TLS. */
  static Connection open(ServerUrl target, int ms) throws IOException {
    var plain = new Socket();
    try {
      plain.connect(new InetSocketAddress(target.socketHost(), target.port()), ms);
      return new Connection(target, plain, target.tls() ? target.secured(plain, ms) : plain);
    } catch (IOException failure) {
      plain.close();
      throw failure;
    }
  }

  void send(Request request) throws IOException {
    send(request.bytes(target));
  }

  /** Sends text as it is, one byte a character. */
  void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void send(byte[] bytes) throws IOException {
    sentNanos = System.nanoTime();
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** When the latest {@link #send} began. */
  long sentNanos() {
    return sentNanos;
  }

  /** When the latest bytes came. */
  long arrivedNanos() {
    return arrivedNanos;
  }

  /** The next answer's head; a mismatch if the connection ends without one. */
  Answer answer() throws IOException {
    return answerIfAny().orElseThrow(() -> new Mismatch("an answer", "the connection's end"));
  }

  /** The next answer's head; empty if the server ends the connection instead, by a close or a reset. */
  Optional<Answer> answerIfAny() throws IOException {
    try {
      return isAtEnd() ? Optional.empty() : Optional.of(Answer.read(this));
    } catch (Reset reset) {
      return Optional.empty();
    }
  }

  /** Waits for the next byte, without taking it; whether there is none because the server closed the connection. */
  boolean isAtEnd() throws IOException {
    if (at < end) return false;
    end = Math.max(0, read());
    at = 0;
    return end == 0;
  }

  /** The next byte; -1 at the end. */
  int octet() throws IOException {
    return isAtEnd() ? -1 : buffer[at++] & 0xFF;
  }

  /** What has come, at least one byte and at most so many; none at the end. */
  byte[] some(long bytesMax) throws IOException {
    if (isAtEnd()) return new byte[0];
    var from = at;
    at += (int) Math.min(bytesMax, end - at);
    return Arrays.copyOfRange(buffer, from, at);
  }

  /** The next line, its CR LF taken off; empty if the connection ended before that. */
  Optional<String> line() throws IOException {
    var line = new StringBuilder();
    for (var octet = octet(); octet >= 0; octet = octet()) {
      if (octet == '\n') {
        var cr = line.length() - 1;
        if (cr < 0 || line.charAt(cr) != '\r')
          throw new Mismatch("a line that ends in CR LF", "LF alone after " + Excerpt.of(line.toString()));
        return Optional.of(line.substring(0, cr));
      }
      line.append((char) octet);
      if (line.length() > LINE_BYTES_MAX) throw new Mismatch("a line of HTTP", Excerpt.of(line.toString()));
    }
    return Optional.empty();
  }

  private int read() throws IOException {
    try {
      var count = in.read(buffer);
      arrivedNanos = System.nanoTime();
      return count;
    } catch (IOException failure) {
      if (closed) throw new Mismatch("more of the answer in time", "nothing until the check's time was over");
      throw new Reset();
    }
  }

  /** Says that nothing more will be sent: closes one half. */
  void finishSending() throws IOException {
    socket.shutdownOutput();
  }

  /** Leaves by a reset. */
  void reset() throws IOException {
    plain.setSoLinger(true, 0);
    close();
  }

  /** Leaves by a close. What waits for the server gets a {@link Mismatch}. */
  @Override
  public void close() throws IOException {
    closed = true;
    plain.close(); // the plain one, since closing TLS may wait for a write that waits for the server
  }
}
