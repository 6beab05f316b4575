package coordbfaas.wire;

import org.apache.pekko.util.ByteString;

/** Whether an output is text as a whole, wherever its chunks are cut. Holds state; one for each output. */
public final class TextCheck {
  private final TextChunks chunks = new TextChunks();
  private boolean text = true;

  /** Takes the next chunk. */
  public void add(ByteString chunk) {
    if (text) chunks.next(chunk).map(ByteString::toArrayUnsafe).ifPresent(bytes -> text = Utf8.isText(bytes, 0, bytes.length));
  }

  /** Whether all chunks so far are text, and the last one ends with a character. */
  public boolean isText() {
    return text && chunks.end().isEmpty();
  }
}
