package coordbfaas.basher;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What perl takes from us at once: a length and as many bytes, fields with their lengths before them; see {@code take} there. */
final class Frame {
  private Frame() {}

  static byte[] of(List<byte[]> fields) {
    var length = fields.stream().mapToInt(field -> Integer.BYTES + field.length).sum();
    var frame = ByteBuffer.allocate(Integer.BYTES + length).putInt(length);
    fields.forEach(field -> frame.putInt(field.length).put(field));
    return frame.array();
  }

  static byte[] ofTexts(List<String> fields) {
    return of(fields.stream().map(Frame::utf8).toList());
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
