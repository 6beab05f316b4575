package coordbfaas.wire;

import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * Moves the cuts between the chunks of one output so that no character is broken by a chunk's edge. Loses and adds no byte.
 * Holds state; one for each of a run's two outputs.
 */
public final class TextChunks {
  private ByteString held = ByteString.emptyByteString();

  /** The chunk with what was held before it, without the character that it may have begun at its end. */
  public Optional<ByteString> next(ByteString chunk) {
    var bytes = held.isEmpty() ? chunk : held.concat(chunk).compact();
    var end = bytes.takeRight(3).toArray();
    var whole = bytes.size() - Utf8.begunBytes(end, 0, end.length);
    held = bytes.drop(whole).compact();
    return whole == 0 ? Optional.empty() : Optional.of(bytes.take(whole));
  }

  /** At the end of the output: the beginning of a character that never came. */
  public Optional<ByteString> end() {
    return held.isEmpty() ? Optional.empty() : Optional.of(held);
  }
}
