package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An instance of a pool")
class InstanceTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void isLaterThanAllThatWereSeen() {
    assertThat(Instance.after(0, "c1", NOW, random).epoch()).isEqualTo(NOW.toEpochMilli() + 1);
    var ahead = NOW.plusSeconds(3600).toEpochMilli(); // the clock was set back since
    assertThat(Instance.after(ahead, "c1", NOW, random).epoch()).isEqualTo(ahead + 1);
  }

  @Test
  void isReadFromWhatItWritesWhateverThePoolIsCalled() {
    for (var i = 0; i < 5000; i++) {
      var instance = new Instance(randomText(1 + random.nextInt(30)), random.nextLong(1L << 59), hex());
      assertThat(Instance.parse(instance.description())).contains(instance);
    }
  }

  @Test
  void isReadFromNothingElse() {
    for (var i = 0; i < 5000; i++) {
      var text = randomText(random.nextInt(60));
      assertThat(Instance.parse(text)).as(text).isEmpty();
    }
  }

  /** Goal: whatever a stranger writes, the reader neither fails nor makes more of it than is there. */
  @Test
  void survivesAnyChangeOfWhatItWrites() {
    var text = new Instance("c1", 1234567890123L, "00aa11bb").description();
    for (var i = 0; i < 5000; i++) {
      var at = random.nextInt(text.length());
      var changed = text.substring(0, at) + randomText(random.nextInt(3)) + text.substring(at + random.nextInt(2));
      Instance.parse(changed).ifPresent(read -> assertThat(read.description()).isEqualTo(changed));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "coordbfaas", "coordbfaas pool= epoch=1 instance=aa", "coordbfaas pool=c1 epoch=-1 instance=aa",
      "coordbfaas pool=c1 epoch=9999999999999999999 instance=aa", "coordbfaas pool=c1 epoch=1 instance=",
      "coordbfaas pool=c1 epoch=1 instance=XY", "coordbfaas pool=c1 epoch=1 instance=aa ",
      " coordbfaas pool=c1 epoch=1 instance=aa"})
  void isNotReadFromWhatIsNearlyOne(String text) {
    assertThat(Instance.parse(text)).isEmpty();
  }

  @Test
  void isLaterByItsEpochAndElseByItsId() {
    var self = new Instance("c1", 7, "bb");
    assertThat(new Instance("c1", 8, "aa").isLaterThan(self)).isTrue();
    assertThat(new Instance("c1", 6, "ff").isLaterThan(self)).isFalse();
    assertThat(new Instance("c1", 7, "bc").isLaterThan(self)).isTrue();
    assertThat(new Instance("c1", 7, "aa").isLaterThan(self)).isFalse();
    assertThat(self.isLaterThan(self)).isFalse();
  }

  @Test
  void isLaterThanAnotherOrTheOtherIsLater() {
    for (var i = 0; i < 5000; i++) {
      var one = new Instance("c1", random.nextInt(3), hex());
      var other = new Instance("c1", random.nextInt(3), hex());
      if (!one.equals(other)) assertThat(one.isLaterThan(other)).isNotEqualTo(other.isLaterThan(one));
    }
  }

  @Test
  void knowsTheOthersOfItsPool() {
    assertThat(new Instance("c1", 7, "bb").isOfThePoolOf(new Instance("c1", 1, "aa"))).isTrue();
    assertThat(new Instance("c1", 7, "bb").isOfThePoolOf(new Instance("c2", 7, "bb"))).isFalse();
  }

  private String hex() {
    return Integer.toHexString(random.nextInt());
  }

  private String randomText(int length) {
    return random.ints(length, ' ', 0x17f).collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString().replace('\u0085', '-');
  }
}
