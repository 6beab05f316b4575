package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Bytes are text")
class Utf8Test {
  @Test
  void whenTheJdkSaysSo() {
    RandomCases.each(20_000, random -> {
      var bytes = almostText(random);
      assertThat(Utf8.isText(bytes, 0, bytes.length)).isEqualTo(isTextByTheJdk(bytes, 0, bytes.length));
    });
  }

  @Test
  void inEveryRangeOfThem() {
    RandomCases.each(300, random -> {
      var bytes = almostText(random);
      for (var from = 0; from <= bytes.length; from++)
        for (var to = from; to <= bytes.length; to++)
          assertThat(Utf8.isText(bytes, from, to)).isEqualTo(isTextByTheJdk(bytes, from, to));
    });
  }

  @Test
  void forEverySequenceOfTwoAndThreeBytes() {
    var bytes = new byte[3];
    for (var sequence = 0; sequence < 1 << 24; sequence += sequence < 1 << 16 ? 1 : 7) {
      for (var octet = 0; octet < 3; octet++) bytes[octet] = (byte) (sequence >> 8 * octet);
      if (Utf8.isText(bytes, 0, 3) != isTextByTheJdk(bytes, 0, 3)) assertThat(bytes).as("told alike").isNull();
    }
  }

  /** What is begun is what makes text of no text when it is left out, and could have become a character. */
  @Test
  void withoutTheCharacterThatTheyBegin() {
    RandomCases.each(5_000, random -> {
      var text = RandomCases.text(random, random.nextInt(1, 8)).getBytes(StandardCharsets.UTF_8);
      var cut = random.nextInt(text.length + 1);
      var begun = Utf8.begunBytes(text, 0, cut);
      assertThat(isTextByTheJdk(text, 0, cut - begun)).isTrue();
      assertThat(begun > 0).isEqualTo(!isTextByTheJdk(text, 0, cut));
    });
  }

  private static byte[] almostText(RandomGenerator random) {
    var bytes = RandomCases.text(random, random.nextInt(20)).getBytes(StandardCharsets.UTF_8);
    for (var changes = random.nextInt(3); changes > 0 && bytes.length > 0; changes--)
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    return bytes;
  }

  private static boolean isTextByTheJdk(byte[] bytes, int from, int to) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
      return true;
    } catch (CharacterCodingException notText) {
      return false;
    }
  }
}
