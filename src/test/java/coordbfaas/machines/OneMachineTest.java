package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An answer that is one machine")
class OneMachineTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String START = "{\"id\":\"m1\",\"name\":\"n\",\"state\":\"started\",\"instance_id\":\"01H\",";

  @Test
  void isReadWhateverItsSize() {
    var machine = read(START + "\"config\":{\"metadata\":{\"large\":\"" + "x".repeat(3 << 20) + "\",\"small\":\"1\"}}}");
    assertThat(machine.id()).isEqualTo("m1");
    assertThat(machine.config().orElseThrow().metadata()).containsOnlyKeys("small");
  }

  @Test
  void isTruncatedWhereverItEndsTooEarly() {
    var whole = ByteString.fromString(START + "\"config\":{\"metadata\":{\"a\":\"1\"}}}");
    for (var length = 1; length < whole.size(); length++) {
      var early = whole.take(length);
      assertThatExceptionOfType(UnreadableAnswer.class).as(early.utf8String()).isThrownBy(() -> read(early.utf8String()))
          .matches(UnreadableAnswer::isTruncated);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "null", "1", "\"s3cret\"", "{} {}", "<html>s3cret</html>", "[{\"id\":\"s3cret\"}]",
      "{\"id\":\"1\",\"name\":\"s3cret\",\"state\":\"started\"}", "}"})
  void isNoneThatLacksWhatAMachineHas(String text) {
    assertThatExceptionOfType(UnreadableAnswer.class).isThrownBy(() -> read(text))
        .withMessageNotContaining("s3cret").matches(answer -> !answer.isTruncated());
  }

  private static Machine read(String text) {
    var answer = new OneMachine(JSON);
    answer.read(ByteString.fromString(text));
    return answer.end();
  }
}
