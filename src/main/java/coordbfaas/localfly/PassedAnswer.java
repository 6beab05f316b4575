package coordbfaas.localfly;

import coordbfaas.http.ChunkedBody;
import coordbfaas.http.RefusedRequest;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.apache.pekko.util.ByteString;

/** Follows the bytes of an answer, to know whether it came to its end. Pure. */
final class PassedAnswer {
  private static final String HEAD_END = "\r\n\r\n";
  private static final int HEAD_BYTES_MAX = 64 * 1024;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.\\d (\\d{3})[ \r]");
  private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length:[ \t]*(\\d{1,18})[ \t]*\r\n");
  private static final Pattern CHUNKED = Pattern.compile("\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n");
  private static final Pattern LAST = Pattern.compile("\r\nconnection:[^\r]*\\bclose\\b");
  private static final long UNTIL_CLOSED = -1;

  private final boolean bodiless;
  private final StringBuilder head = new StringBuilder();
  private boolean inBody;
  private boolean last;
  private long left;
  private ChunkedBody chunks;

  /** @param bodiless whether it answers a HEAD */
  PassedAnswer(boolean bodiless) {
    this.bodiless = bodiless;
  }

  /**
   * Reads on.
   *
   * @throws RefusedRequest if this is no answer whose end could be known
   */
  void read(ByteString bytes) {
    if (inBody) {
      body(bytes);
      return;
    }
    var before = head.length();
    head.append(bytes.decodeString(StandardCharsets.ISO_8859_1));
    var end = head.indexOf(HEAD_END, Math.max(0, before - HEAD_END.length()));
    if (end < 0 && head.length() > HEAD_BYTES_MAX) throw new RefusedRequest(502, "the answer's head is too large");
    if (end < 0) return;
    var body = bytes.drop(end + HEAD_END.length() - before);
    head.setLength(end + HEAD_END.length());
    begin();
    body(body);
  }

  private void begin() {
    inBody = true;
    var status = status().orElseThrow(() -> new RefusedRequest(502, "the answer has no status"));
    var lines = head.toString().toLowerCase(Locale.ROOT);
    var length = LENGTH.matcher(lines);
    last = LAST.matcher(lines).find();
    if (bodiless || status == 204 || status == 304) left = 0;
    else if (CHUNKED.matcher(lines).find()) chunks = new ChunkedBody();
    else left = length.find() ? Long.parseLong(length.group(1)) : UNTIL_CLOSED;
  }

  private void body(ByteString bytes) {
    if (chunks != null) chunks.read(bytes);
    else if (left != UNTIL_CLOSED) left = Math.max(0, left - bytes.size());
  }

  /** Known once the first line has come. */
  OptionalInt status() {
    var status = STATUS.matcher(head);
    return status.lookingAt() ? OptionalInt.of(Integer.parseInt(status.group(1))) : OptionalInt.empty();
  }

  /** Whether nothing is to come any more. */
  boolean isOver() {
    return inBody && (chunks != null ? chunks.ended() : left == 0);
  }

  /** Whether another may come after it on its connection. */
  boolean isLast() {
    return last || left == UNTIL_CLOSED;
  }

  /** Whether it is all there, if the connection ends now. */
  boolean isWhole() {
    return isOver() || inBody && left == UNTIL_CLOSED;
  }
}
