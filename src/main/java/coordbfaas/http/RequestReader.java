package coordbfaas.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.pekko.util.ByteString;

/**
 * Tells the requests of a connection apart, as their bytes come: a head is passed on whole or not at all, a body as it comes,
 * and no byte beyond a request's last.
 *
 * <p>A chunked body is passed on in chunks of our own, one for what has come at a time: whoever reads it would else keep a large
 * chunk until all of it is there, beside every limit, and take time for each of many small ones. What is no content is left out.
 */
public final class RequestReader {
  /** The largest head, request line included. */
  static final int HEAD_BYTES_MAX = 16 * 1024;

  private static final int EMPTY_LINES_MAX = 4;

  private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /**
   * What has become of some bytes.
   *
   * @param passed to be passed on, which may be none yet
   * @param rest what comes after the request's last byte
   * @param ended whether that byte is in {@code passed}
   */
  public record Read(ByteString passed, ByteString rest, boolean ended) {}

  private byte[] head = new byte[512];
  private int headBytes;
  private int emptyLines;
  private boolean lineEnded;
  private boolean inBody;
  private long lengthLeft;
  private ChunkedBody chunks;

  /**
   * Reads on, at most to the end of the request.
   *
   * @throws RefusedRequest if this is no request, or none that can be read in one way only; there is nothing more to read then
   */
  public Read read(ByteString bytes) {
    if (inBody) return body(ByteString.emptyByteString(), bytes);
    for (var at = 0; at < bytes.size(); at++) {
      take(bytes.apply(at));
      if (!headIsWhole()) continue;
      var whole = RequestHead.of(new String(head, 0, headBytes, StandardCharsets.ISO_8859_1));
      begin(whole.framing());
      return body(whole.bytes(), bytes.drop(at + 1));
    }
    return new Read(ByteString.emptyByteString(), ByteString.emptyByteString(), false);
  }

  private void begin(RequestHead.Framing framing) {
    headBytes = 0;
    emptyLines = 0;
    lineEnded = false;
    inBody = true;
    lengthLeft = framing instanceof RequestHead.Length length ? length.bytes() : 0;
    chunks = framing instanceof RequestHead.Chunked ? new ChunkedBody() : null;
  }

  private Read body(ByteString before, ByteString bytes) {
    var read = chunks == null ? counted(bytes) : chunked(bytes);
    inBody = !read.ended();
    if (before.isEmpty()) return read;
    return new Read(before.concat(read.passed()).compact(), read.rest(), read.ended()); // the parser goes byte by byte
  }

  private Read counted(ByteString bytes) {
    var taken = (int) Math.min(lengthLeft, bytes.size());
    lengthLeft -= taken;
    return new Read(bytes.take(taken), bytes.drop(taken), lengthLeft == 0);
  }

  private Read chunked(ByteString bytes) {
    var content = new ByteArrayOutputStream();
    var taken = chunks.read(bytes, piece -> content.writeBytes(piece.toArrayUnsafe()));
    var passed = new ByteArrayOutputStream();
    if (content.size() > 0) {
      passed.writeBytes((Integer.toHexString(content.size()) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      passed.writeBytes(content.toByteArray());
      passed.writeBytes(LINE_END);
    }
    if (chunks.ended()) passed.writeBytes(LAST_CHUNK);
    return new Read(ByteString.fromArrayUnsafe(passed.toByteArray()), bytes.drop(taken), chunks.ended());
  }

  /** A line ends with CRLF and with nothing else; control characters are in no head, a TLS client's first byte is one. */
  private void take(byte octet) {
    var afterCr = headBytes > 0 && head[headBytes - 1] == '\r';
    if (afterCr != (octet == '\n') || ChunkedBody.isControl(octet) && octet != '\r' && octet != '\n')
      throw new RefusedRequest(400, "a control character is in the head, or a line that does not end with CRLF");
    if (headBytes == HEAD_BYTES_MAX)
      throw lineEnded ? new RefusedRequest(431, "the head is too large (expected: at most " + HEAD_BYTES_MAX + " bytes)")
          : new RefusedRequest(414, "the target is too long");
    if (headBytes == head.length) head = Arrays.copyOf(head, 2 * head.length);
    head[headBytes++] = octet;
    if (octet == '\n') endLine();
  }

  /** Empty lines before a request are skipped, as RFC 9112 wants it of a robust server. */
  private void endLine() {
    lineEnded = true;
    if (headBytes > 2) return;
    if (++emptyLines > EMPTY_LINES_MAX) throw new RefusedRequest(400, "there are empty lines and no request");
    headBytes = 0;
    lineEnded = false;
  }

  private boolean headIsWhole() {
    return headBytes > 4 && head[headBytes - 1] == '\n' && head[headBytes - 3] == '\n';
  }
}
