package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import coordbfaas.settings.RandomCases;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The inside of a JSON string")
class JsonStringTest {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  @Test
  void isWrittenAsJacksonWritesIt() {
    RandomCases.each(5_000, random -> {
      var text = RandomCases.text(random, random.nextInt(30));
      assertThat(written(bytes(text))).isEqualTo(JsonStringEncoder.getInstance().quoteAsUTF8(text));
    });
  }

  @Test
  void isTheSameWhereverItsTextIsCut() {
    RandomCases.each(2_000, random -> {
      var text = bytes(RandomCases.text(random, 20));
      var cut = random.nextInt(text.length + 1);
      var before = JsonString.write(bytes("<"), Arrays.copyOf(text, cut), bytes("|"));
      var both = before.concat(JsonString.write(bytes(""), Arrays.copyOfRange(text, cut, text.length), bytes(">")));
      var together = ByteString.fromArray(written(text));
      assertThat(both.size()).isEqualTo(together.size() + 3);
      assertThat(both.filterNot(octet -> "<|>".indexOf((byte) octet) >= 0))
          .isEqualTo(together.filterNot(octet -> "<|>".indexOf((byte) octet) >= 0));
    });
  }

  @Test
  void isReadAsItWasWritten() {
    RandomCases.each(5_000, random -> {
      var text = bytes(RandomCases.text(random, random.nextInt(30)));
      assertThat(read(written(text))).contains(text);
    });
  }

  /** What passes is a string to any JSON parser, and the same one. */
  @Test
  void isNeverTakenForOneWhenJacksonTakesItForNone() {
    RandomCases.each(30_000, random -> {
      var json = almostAString(random);
      read(json).ifPresent(text -> assertThat(text).isEqualTo(readByJackson(json).orElseThrow()));
    });
  }

  @ParameterizedTest
  @CsvSource({"a\\/b, a/b", "\\u0041, A", "\\u00e4\\u20AC, ä€", "\\b\\f, '\b\f'", "\\u000a, '\n'"})
  void mayHaveEscapesThatWeDoNotWrite(String json, String text) {
    assertThat(read(bytes(json))).contains(bytes(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"", "\\", "\\x", "\\u12", "\\u12g4", "\\U0041", "a\nb", "a\rb", "\t", "\0",
      "\\ud83d\\ude00", "\\udc00", "\\u 041", "\\u-041", "\\\\\\"})
  void isRefusedWhenItIsNone(String json) {
    assertThat(read(bytes(json))).isEmpty();
  }

  private static byte[] almostAString(RandomGenerator random) {
    var json = written(bytes(RandomCases.text(random, random.nextInt(1, 12))));
    for (var changes = random.nextInt(3); changes > 0; changes--)
      json[random.nextInt(json.length)] =
          (byte) (random.nextBoolean() ? random.nextInt(256) : "\\\"u/nbd08".charAt(random.nextInt(9)));
    return json;
  }

  private static byte[] written(byte[] text) {
    return JsonString.write(bytes(""), text, bytes("")).toArray();
  }

  /** In the midst of other bytes, which it does not look at. */
  private static Optional<byte[]> read(byte[] json) {
    var around = new byte[json.length + 2];
    around[0] = '\\';
    around[json.length + 1] = 'n';
    System.arraycopy(json, 0, around, 1, json.length);
    var size = JsonString.textBytes(around, 1, json.length + 1);
    return size < 0 ? Optional.empty() : Optional.of(JsonString.read(around, 1, json.length + 1, size));
  }

  private static Optional<byte[]> readByJackson(byte[] json) {
    try {
      return Optional.of(bytes(JSON.readTree("\"" + new String(json, StandardCharsets.UTF_8) + "\"").textValue()));
    } catch (JsonProcessingException none) {
      return Optional.empty();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
