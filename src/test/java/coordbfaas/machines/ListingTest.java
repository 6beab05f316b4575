package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.settings.RandomCases;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  @DisplayName("with a strange machine")
  class WithAStrangeMachine {
    @Test
    void isToldWhateverItsSize() {
      var text = "[" + machine(1, "x".repeat(3 << 20)) + "," + machine(2, "y") + "]";
      assertThat(readInPieces(ByteString.fromString(text), 4096)).extracting(Machine::id).containsExactly("m1", "m2");
    }

    @Test
    void keepsNoMoreOfItsMetadataThanFits() {
      var many = IntStream.range(0, 50_000).mapToObj("\"k%d\":\"some value\""::formatted).collect(Collectors.joining(","));
      assertThat(metadata("\"first\":\"1\"," + many)).containsEntry("first", "1").hasSizeBetween(200, 400);
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 60_000, 1_000_000})
    void passesOverAKeyOrAValueThatIsTooLong(int length) {
      var text = "x".repeat(length);
      assertThat(metadata("\"%s\":\"1\",\"a\":\"%s\",\"b\":{\"c\":[\"d\"]},\"last\":\"2\"".formatted(text, text)))
          .containsExactly(Map.entry("last", "2"));
    }

    @Test
    void tellsOneThatLacksAllButItsId() {
      var listed = read("[{\"id\":\"m1\",\"state\":7,\"nonce\":\"\\u0000\"}," + machine(2, "x") + "]");
      assertThat(listed).extracting(Machine::id).containsExactly("m1", "m2");
      assertThat(listed.getFirst()).isEqualTo(
          new Machine("m1", "", MachineState.UNKNOWN, "", Optional.empty(), Optional.empty()));
    }

    @Test
    void readsNothingThatOnlyLooksLikeWhatIsRead() {
      assertThat(read("""
          [{"events":[{"id":"x","config":{"image":"x","metadata":{"a":"x"}}},[{"metadata":{"a":"x"}}]],"id":"m1","name":"n",
            "config":{"env":{"a":"x"},"metadata":{"a":"1"},"image":"i","services":[{"metadata":{"a":"x"}}]},
            "metadata":{"a":"x"},"checks":{"config":{"a":"x"}},"state":"started","instance_id":"01H"}]"""))
          .containsExactly(new Machine("m1", "n", MachineState.STARTED, "01H", Optional.empty(),
              Optional.of(new Machine.Config("i", Map.of("a", "1")))));
    }

    private Map<String, String> metadata(String entries) {
      var text = "[{\"id\":\"m1\",\"config\":{\"metadata\":{%s}}},{\"id\":\"m2\"}]".formatted(entries);
      var listed = readInPieces(ByteString.fromString(text), 4096);
      assertThat(listed).hasSize(2);
      return listed.getFirst().config().orElseThrow().metadata();
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
        "[] []", "[] {}", "<html>s3cret</html>", "[}", "[{\"nonce\":\"s3cret\"}]", "[{\"id\":s3cret}]"})
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
