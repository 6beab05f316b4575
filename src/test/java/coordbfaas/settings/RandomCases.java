package coordbfaas.settings;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Tells a story over many random cases, other ones on each run. A failure names the seed that repeats it. */
public final class RandomCases {
  /** One case; whatever is random in it comes from {@code random}. */
  public interface Story {
    void tell(RandomGenerator random) throws Exception;
  }

  private RandomCases() {}

  /** Tells {@code cases} cases; with {@code -Dseed=N} the case of that seed comes first. */
  public static void each(int cases, Story story) {
    var first = Long.getLong("seed", System.nanoTime());
    for (var seed = first; seed < first + cases; seed++) {
      try {
        story.tell(new SplittableRandom(seed));
      } catch (Exception | AssertionError failure) {
        throw new AssertionError("broken by the case of -Dseed=" + seed + ": " + failure.getMessage(), failure);
      }
    }
  }

  /** Bytes of any value. */
  public static byte[] bytes(RandomGenerator random, int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Text of all kinds of characters: ASCII, control characters, and those of two, three and four bytes in UTF-8. */
  public static String text(RandomGenerator random, int characters) {
    var text = new StringBuilder();
    for (var i = 0; i < characters; i++) text.appendCodePoint(switch (random.nextInt(6)) {
      case 0 -> random.nextInt(0x20);
      case 1 -> random.nextInt(0x80, 0x800);
      case 2 -> random.nextInt(0x800, 0xD800);
      case 3 -> random.nextInt(0xE000, 0x10000);
      case 4 -> random.nextInt(0x10000, 0x110000);
      default -> random.nextInt(0x20, 0x80);
    });
    return text.toString();
  }
}
