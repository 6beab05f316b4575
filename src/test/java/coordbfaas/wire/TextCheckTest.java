package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An output is text")
class TextCheckTest {
  private final TextCheck check = new TextCheck();

  @Test
  void whereverItsChunksAreCut() {
    RandomCases.each(3_000, random -> {
      var one = new TextCheck();
      var rest = ByteString.fromString(RandomCases.text(random, random.nextInt(20)));
      while (rest.nonEmpty()) {
        var size = random.nextInt(1, 4);
        one.add(rest.take(size));
        rest = rest.drop(size);
      }
      assertThat(one.isText()).isTrue();
    });
  }

  @Test
  void whenItIsNothing() {
    assertThat(check.isText()).isTrue();
  }

  @Test
  void noLongerWithOneByteThatIsNone() {
    check.add(ByteString.fromString("text"));
    check.add(ByteString.fromInts(0xFF));
    check.add(ByteString.fromString("text"));
    assertThat(check.isText()).isFalse();
  }

  @Test
  void notWhileItsLastCharacterIsHalf() {
    check.add(ByteString.fromInts('a', 0xC3));
    assertThat(check.isText()).isFalse();
    check.add(ByteString.fromInts(0xA4));
    assertThat(check.isText()).isTrue();
  }
}
