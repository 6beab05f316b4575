package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The chunks of an output")
class TextChunksTest {
  private final TextChunks chunks = new TextChunks();

  @Nested
  @DisplayName("that is text")
  class ThatIsText {
    @Test
    void endBetweenCharacters() {
      RandomCases.each(5_000, random -> {
        var output = ByteString.fromString(RandomCases.text(random, random.nextInt(200)));
        var passed = pass(output, random, chunk ->
            assertThat(Utf8.isText(chunk.toArray(), 0, chunk.size())).isTrue());
        assertThat(passed).isEqualTo(output);
      });
    }

    @Test
    void keepACharacterThatComesByteByByte() {
      assertThat(chunks.next(bytes('a', 0xF0))).contains(bytes('a'));
      assertThat(chunks.next(bytes(0x9F))).isEmpty();
      assertThat(chunks.next(bytes(0x98))).isEmpty();
      assertThat(chunks.next(bytes(0x80, 0xC3))).contains(ByteString.fromString("😀"));
      assertThat(chunks.next(bytes(0xA4))).contains(ByteString.fromString("ä"));
      assertThat(chunks.end()).isEmpty();
    }

    @Test
    void areNotHeldWhenTheyAreWhole() {
      RandomCases.each(2_000, random -> {
        var chunk = ByteString.fromString(RandomCases.text(random, random.nextInt(1, 20)));
        assertThat(new TextChunks().next(chunk)).contains(chunk);
      });
    }
  }

  @Nested
  @DisplayName("of any bytes")
  class OfAnyBytes {
    @Test
    void loseAndAddNoByte() {
      RandomCases.each(5_000, random -> {
        var output = someBytes(random);
        assertThat(pass(output, random, chunk -> assertThat(chunk.nonEmpty()).isTrue())).isEqualTo(output);
      });
    }

    @Test
    void holdNoMoreThanTheBeginningOfACharacter() {
      RandomCases.each(5_000, random -> {
        var held = new TextChunks();
        var in = 0;
        var out = 0;
        for (var count = random.nextInt(1, 20); count > 0; count--) {
          var chunk = someBytes(random);
          in += chunk.size();
          out += held.next(chunk).map(ByteString::size).orElse(0);
          assertThat(in - out).isBetween(0, 3);
        }
        assertThat(held.end().map(ByteString::size).orElse(0)).isEqualTo(in - out);
      });
    }

    @Test
    void passWhatCanBecomeNoCharacterAtOnce() {
      for (var octet = 0x80; octet < 0xC2; octet++) assertThat(new TextChunks().next(bytes(octet))).contains(bytes(octet));
      for (var octet = 0xF5; octet <= 0xFF; octet++) assertThat(new TextChunks().next(bytes(octet))).contains(bytes(octet));
      for (var continuations = 1; continuations < 6; continuations++) {
        var stray = ByteString.fromArray(new byte[continuations]).map(zero -> (byte) 0x80);
        assertThat(new TextChunks().next(stray)).contains(stray);
      }
      for (var broken : new int[][] {{0xE0, 0x80}, {0xED, 0xA0}, {0xF0, 0x8F}, {0xF4, 0x90}, {0xF0, 0x80, 0x80}, {0xE4, 'a'},
          {0xC3, 0xC0}})
        assertThat(new TextChunks().next(bytes(broken))).as(bytes(broken).toString()).contains(bytes(broken));
    }

    @Test
    void giveABeginningThatNeverWentOnWithTheNextChunk() {
      chunks.next(bytes(0xE2, 0x82));
      assertThat(chunks.next(bytes('a'))).contains(bytes(0xE2, 0x82, 'a'));
    }

    @Test
    void giveABeginningThatNeverWentOnAtTheEnd() {
      assertThat(chunks.next(bytes('a', 0xE2, 0x82))).contains(bytes('a'));
      assertThat(chunks.end()).contains(bytes(0xE2, 0x82));
    }

    @Test
    void areNoneWhenNothingWasWritten() {
      assertThat(chunks.next(ByteString.emptyByteString())).isEmpty();
      assertThat(chunks.end()).isEmpty();
    }
  }

  private static ByteString pass(ByteString output, RandomGenerator random, Consumer<ByteString> onChunk) {
    var chunks = new TextChunks();
    var passed = ByteString.emptyByteString();
    var rest = output;
    while (rest.nonEmpty()) {
      var size = random.nextInt(1, random.nextBoolean() ? 4 : 50);
      var chunk = chunks.next(rest.take(size));
      chunk.ifPresent(onChunk);
      passed = passed.concat(chunk.orElse(ByteString.emptyByteString()));
      rest = rest.drop(size);
    }
    var end = chunks.end();
    end.ifPresent(onChunk);
    return passed.concat(end.orElse(ByteString.emptyByteString()));
  }

  /** Bytes of which many lead or continue a character. */
  private static ByteString someBytes(RandomGenerator random) {
    var bytes = RandomCases.bytes(random, random.nextInt(12));
    for (var i = 0; i < bytes.length; i++) if (random.nextBoolean()) bytes[i] |= (byte) (random.nextBoolean() ? 0x80 : 0xE0);
    return ByteString.fromArray(bytes);
  }

  private static ByteString bytes(int... octets) {
    return ByteString.fromInts(octets);
  }
}
