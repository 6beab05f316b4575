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
    var bytes = held.concat(chunk);
    var whole = bytes.size() - begun(bytes);
    held = bytes.drop(whole).compact();
    return whole == 0 ? Optional.empty() : Optional.of(bytes.take(whole));
  }

  /** At the end of the output: the beginning of a character that never came. */
  public Optional<ByteString> end() {
    return held.isEmpty() ? Optional.empty() : Optional.of(held);
  }

  /** How many bytes at the end begin a character that the bytes do not complete: 0 to 3. */
  private static int begun(ByteString bytes) {
    for (var back = 1; back <= Math.min(3, bytes.size()); back++) {
      var octet = bytes.apply(bytes.size() - back) & 0xFF;
      if (octet < 0x80) return 0;
      if (octet >= 0xC0) return begins(octet, bytes.takeRight(back - 1)) ? back : 0;
    }
    return 0;
  }

  /** Whether a character begins with this octet and these, and is not complete. */
  private static boolean begins(int leading, ByteString following) {
    return following.size() + 1 < length(leading) && (following.isEmpty() || second(leading, following.head() & 0xFF));
  }

  /** Whether an octet may come second after this one: no overlong form, no surrogate, no code beyond the last. */
  private static boolean second(int leading, int octet) {
    return switch (leading) {
      case 0xE0 -> octet >= 0xA0;
      case 0xED -> octet < 0xA0;
      case 0xF0 -> octet >= 0x90;
      case 0xF4 -> octet < 0x90;
      default -> true;
    };
  }

  /** Bytes of the UTF-8 sequence that this octet leads; 0 if it leads none. */
  private static int length(int leading) {
    if (leading >= 0xF5) return 0;
    if (leading >= 0xF0) return 4;
    if (leading >= 0xE0) return 3;
    return leading >= 0xC2 ? 2 : 0;
  }
}
