package coordbfaas.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/**
 * The body of an HTTP answer, read where it stands in a connection: in chunks, of a length, or to the connection's end. A body
 * that ends too early is an {@link EOFException}, never an ordinary end.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-6.3">RFC 9112: message body length</a>
 */
final class AnswerBody extends InputStream {
  private static final int LINE_BYTES_MAX = 8 * 1024;
  private static final int TRAILER_LINES_MAX = 100;

  /** How a body tells its end. */
  private enum Framing { CHUNKED, LENGTH, CONNECTION }

  private final InputStream connection;
  private final Framing framing;
  private long left;
  private boolean first = true;
  private boolean over;

  private AnswerBody(InputStream connection, Framing framing, long left) {
    this.connection = connection;
    this.framing = framing;
    this.left = left;
  }

  static InputStream chunked(InputStream connection) {
    return new AnswerBody(connection, Framing.CHUNKED, 0);
  }

  static InputStream ofLength(InputStream connection, long bytes) {
    return new AnswerBody(connection, Framing.LENGTH, bytes);
  }

  static InputStream toTheEnd(InputStream connection) {
    return new AnswerBody(connection, Framing.CONNECTION, Long.MAX_VALUE);
  }

  @Override
  public int read() throws IOException {
    var octet = new byte[1];
    return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) return 0;
    if (left == 0 && !over) nextPart();
    if (over) return -1;
    var count = connection.read(buffer, offset, (int) Math.min(length, left));
    if (count < 0) return endOfConnection();
    left -= count;
    return count;
  }

  private int endOfConnection() throws EOFException {
    if (framing != Framing.CONNECTION) throw new EOFException("the connection ended before the answer did");
    over = true;
    return -1;
  }

  private void nextPart() throws IOException {
    switch (framing) {
      case LENGTH, CONNECTION -> over = true;
      case CHUNKED -> {
        if (!first && !line(connection).isEmpty()) throw new ProtocolException("a chunk longer than it says");
        first = false;
        left = chunkBytes(line(connection));
        if (left == 0) {
          passTrailers();
          over = true;
        }
      }
    }
  }

  private static long chunkBytes(String line) throws ProtocolException {
    var size = line.split(";", 2)[0].strip();
    if (!size.matches("[0-9A-Fa-f]{1,15}")) throw new ProtocolException("a malformed chunk");
    return Long.parseLong(size, 16);
  }

  private void passTrailers() throws IOException {
    for (var lines = 0; !line(connection).isEmpty(); lines++)
      if (lines == TRAILER_LINES_MAX) throw new ProtocolException("more than " + TRAILER_LINES_MAX + " trailers");
  }

  /** The next line of a head or between chunks, without its end. */
  static String line(InputStream connection) throws IOException {
    var line = new StringBuilder();
    for (var octet = connection.read(); octet != '\n'; octet = connection.read()) {
      if (octet < 0) throw new EOFException("the connection ended before the answer did");
      if (line.length() == LINE_BYTES_MAX) throw new ProtocolException("a line of more than " + LINE_BYTES_MAX + " bytes");
      line.append((char) octet);
    }
    if (!line.isEmpty() && line.charAt(line.length() - 1) == '\r') line.setLength(line.length() - 1);
    return line.toString();
  }
}
