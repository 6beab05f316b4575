package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An answer in one document")
class WholeAnswerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void isReadHoweverItIsCut() {
    var bytes = ByteString.fromString("{\"id\":\"mé\",\"nested\":{\"a\":[1,true,null]}}");
    var answer = new WholeAnswer<>(JSON, document -> document);
    for (var at = 0; at < bytes.size(); at++) answer.read(bytes.slice(at, at + 1));
    assertThat(answer.end().path("id").asText()).isEqualTo("mé");
  }

  @Test
  void mayBeEmpty() {
    assertThat(read("").isMissingNode()).isTrue();
  }

  @Test
  void isTruncatedWhereverItEndsTooEarly() {
    for (var text : List.of(
        "{\"id\":\"m\\u00e9é😀\\n\",\"list\":[-1.5e3,true,{\"a\":null}]}", "{\"ok\":true}", "{ \"ok\" : false }"))
      for (var length = 1; length < ByteString.fromString(text).size(); length++) {
        var early = ByteString.fromString(text).take(length);
        assertThatExceptionOfType(UnreadableAnswer.class).as(early.utf8String()).isThrownBy(() -> read(early))
            .matches(UnreadableAnswer::isTruncated);
      }
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>s3cret</html>", "s3cret s3cret", "{\"nonce\":s3cret,\"x\":1}", "{\"nonce\" \"s3cret\"}", "}"})
  void isNoneThatIsNoJson(String text) {
    assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> read(text))
        .withMessage("no JSON").matches(answer -> !answer.isTruncated());
  }

  @Nested
  @DisplayName("that is too large")
  class ThatIsTooLarge {
    @Test
    void isNotReadToItsEnd() {
      var answer = new WholeAnswer<>(JSON, document -> document);
      var piece = ByteString.fromString(" ".repeat(64 << 10));
      for (var pieces = 0; pieces < 16; pieces++) answer.read(piece);
      assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> answer.read(piece)).withMessage("over 1048576 bytes");
    }
  }

  private static JsonNode read(String text) {
    return read(ByteString.fromString(text));
  }

  private static JsonNode read(ByteString bytes) {
    var answer = new WholeAnswer<>(JSON, document -> document);
    answer.read(bytes);
    return answer.end();
  }
}
