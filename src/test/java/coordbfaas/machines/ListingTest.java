package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.settings.RandomCases;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A listing")
class ListingTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Nested
  @DisplayName("that is whole")
  class ThatIsWhole {
    @Test
    void tellsEveryMachineHoweverItIsCut() {
      RandomCases.each(300, random -> {
        var text = listing(random.nextInt(12), random);
        assertThat(read(ByteString.fromString(text), random)).isEqualTo(
            List.of(JSON.readTree(text).valueStream().map(Answers::machine).toArray(Machine[]::new)));
      });
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", " [ ] ", "[\n]\n"})
    void mayBeEmpty(String text) {
      assertThat(read(text)).isEmpty();
    }
  }

  @Nested
  @DisplayName("that is cut short")
  class ThatIsCutShort {
    @Test
    void isNeverAShorterOne() {
      var text = listing(3, new SplittableRandom(1));
      var bytes = ByteString.fromString(text);
      for (var length = 0; length < bytes.size(); length++) {
        var listing = new Listing(JSON);
        listing.read(bytes.take(length));
        assertThatExceptionOfType(UnreadableAnswer.class).as(bytes.take(length).utf8String()).isThrownBy(listing::end)
            .matches(UnreadableAnswer::isTruncated);
      }
    }
  }

  @Nested
  @DisplayName("that is none")
  class ThatIsNone {
    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"machines\":[]}", "null", "1", "\"[]\"", "[1]", "[null]", "[[]]", "[\"s3cret\"]",
        "[] []", "[] {}", "<html>s3cret</html>", "[}", "[{\"nonce\":\"s3cret\"}]", "[{\"id\":s3cret}]",
        "[{\"id\":\"1\",\"name\":\"n\",\"state\":\"started\"}]"})
    void isToldWithoutWhatItHolds(String text) {
      assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> read(text))
          .matches(answer -> !answer.isTruncated()).withMessageNotContaining("s3cret");
    }

    @Test
    void mayBeBytesThatAreNoText() {
      RandomCases.each(300, random -> assertThatExceptionOfType(UnreadableAnswer.class)
          .isThrownBy(() -> read(ByteString.fromArray(RandomCases.bytes(random, 1 + random.nextInt(100))), random)));
    }

    @Test
    void mayHaveAMachineThatIsTooLarge() {
      var large = "[" + machine(1, "x".repeat(1 << 20)) + "]";
      assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> read(large))
          .withMessage("a machine of over 1048576 bytes");
      assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> readInPieces(ByteString.fromString(large), 4096));
      var fits = "[" + machine(1, "x".repeat(1000)) + "," + machine(2, "x".repeat((1 << 20) - 1000)) + "]";
      assertThat(readInPieces(ByteString.fromString(fits), 4096)).hasSize(2);
    }

    @Test
    void mayBeEndless() {
      var listing = new Listing(JSON);
      listing.read(ByteString.fromString("["));
      var piece = ByteString.fromString((machine(1, "x".repeat(60_000)) + ",").repeat(16));
      assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> {
        for (var pieces = 0; pieces < 300; pieces++) listing.read(piece);
      }).withMessage("over 268435456 bytes");
    }
  }

  private static List<Machine> read(String text) {
    return readInPieces(ByteString.fromString(text), Math.max(1, text.length()));
  }

  private static List<Machine> readInPieces(ByteString bytes, int size) {
    var listing = new Listing(JSON);
    for (var rest = bytes; !rest.isEmpty(); rest = rest.drop(size)) listing.read(rest.take(size));
    return listing.end();
  }

  private static List<Machine> read(ByteString bytes, RandomGenerator random) {
    var listing = new Listing(JSON);
    for (var rest = bytes; !rest.isEmpty();) {
      var size = 1 + random.nextInt(random.nextBoolean() ? 3 : 400);
      listing.read(rest.take(size));
      rest = rest.drop(size);
    }
    return listing.end();
  }

  private static String listing(int machines, RandomGenerator random) {
    return IntStream.range(0, machines).mapToObj(number -> machine(number, text(random)))
        .collect(Collectors.joining(random.nextBoolean() ? "," : " ,\n", "[", "]"));
  }

  private static String text(RandomGenerator random) {
    return RandomCases.text(random, random.nextInt(20)).replaceAll("[\\p{Cntrl}\"\\\\\\uD800-\\uDFFF]", "");
  }

  private static String machine(int number, String text) {
    return """
        {"id":"m%d","name":"worker-c1-%d","state":"started","instance_id":"01H",
         "config":{"image":"i","metadata":{"text":"%s"},"services":[{"ports":[{}]}]},
         "events":[[],{"a":true,"b":null,"c":-1.5e3,"d":"\\u00e9\\n"}]}"""
        .formatted(number, number, text);
  }
}
