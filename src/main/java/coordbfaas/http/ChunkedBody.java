package coordbfaas.http;

import java.util.function.Consumer;
import org.apache.pekko.util.ByteString;

/**
 * Finds the end of a chunked body as its bytes come. Strict: CRLF alone ends a line, and what is no content (the extensions of
 * a chunk, the trailers) is bounded, for nobody wants it here.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112, chunked</a>
 */
public final class ChunkedBody {
  /** What comes next. */
  private enum Part { SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_LF, END }

  private static final int SIZE_DIGITS_MAX = 15;
  private static final int EXTENSION_BYTES_MAX = 256;
  private static final int TRAILER_BYTES_MAX = 4096;

  private Part next = Part.SIZE;
  private long size;
  private int digits;
  private int extensionBytes;
  private int trailerBytes;
  private int lineBytes;

  public boolean ended() {
    return next == Part.END;
  }

  /**
   * Reads on.
   *
   * @return how many of the bytes belong to the body
   * @throws RefusedRequest 400 if it is malformed
   */
  public int read(ByteString bytes) {
    return read(bytes, content -> {});
  }

  /**
   * Reads on.
   *
   * @param content is given what is content of these bytes, piece by piece
   */
  int read(ByteString bytes, Consumer<ByteString> content) {
    var at = 0;
    while (at < bytes.size() && next != Part.END) {
      if (next == Part.DATA) {
        var taken = data(bytes.size() - at);
        content.accept(bytes.slice(at, at + taken));
        at += taken;
      } else control(bytes.apply(at++));
    }
    return at;
  }

  private int data(int available) {
    var taken = (int) Math.min(size, available);
    size -= taken;
    if (size == 0) next = Part.DATA_CR;
    return taken;
  }

  private void control(byte octet) {
    next = switch (next) {
      case SIZE -> size(octet);
      case EXTENSION -> octet == '\r' ? Part.SIZE_LF : extension(octet);
      case SIZE_LF -> afterLf(octet, size > 0 ? Part.DATA : Part.TRAILER);
      case DATA_CR -> afterCr(octet);
      case DATA_LF -> afterLf(octet, Part.SIZE);
      case TRAILER -> octet == '\r' ? Part.TRAILER_LF : trailer(octet);
      case TRAILER_LF -> afterTrailer(octet);
      case DATA, END -> throw new IllegalStateException(next.name());
    };
    if (next == Part.SIZE && octet == '\n') newChunk();
  }

  private void newChunk() {
    size = 0;
    digits = 0;
    extensionBytes = 0;
  }

  private Part size(byte octet) {
    var digit = Character.digit(octet, 16);
    if (digit >= 0 && ++digits <= SIZE_DIGITS_MAX) {
      size = size * 16 + digit;
      return Part.SIZE;
    }
    if (digits == 0 || digit >= 0) throw malformed();
    if (octet == '\r') return Part.SIZE_LF;
    if (octet == ';') return extension(octet);
    throw malformed();
  }

  private Part extension(byte octet) {
    if (++extensionBytes > EXTENSION_BYTES_MAX || isControl(octet)) throw malformed();
    return Part.EXTENSION;
  }

  private Part trailer(byte octet) {
    lineBytes++;
    if (++trailerBytes > TRAILER_BYTES_MAX || isControl(octet)) throw malformed();
    return Part.TRAILER;
  }

  private Part afterTrailer(byte octet) {
    var next = afterLf(octet, lineBytes == 0 ? Part.END : Part.TRAILER);
    lineBytes = 0;
    return next;
  }

  private static Part afterCr(byte octet) {
    if (octet != '\r') throw malformed();
    return Part.DATA_LF;
  }

  private static Part afterLf(byte octet, Part then) {
    if (octet != '\n') throw malformed();
    return then;
  }

  static boolean isControl(byte octet) {
    return octet >= 0 && octet < ' ' && octet != '\t' || octet == 0x7f;
  }

  private static RefusedRequest malformed() {
    return new RefusedRequest(400, "the chunks of the body are malformed");
  }
}
