package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A refusal")
class RefusalTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "{\"error\":\"machine not found\"} | machine not found | '' | true",
      "{\"error\":\"no room\",\"status\":\"insufficient_capacity\"} | no room | insufficient_capacity | true",
      "{\"status\":\"error\",\"message\":\"lease currently held\"} | lease currently held | error | true",
      "{\"error\":\"this\",\"message\":\"not this\"} | this | '' | true",
      "404 page not found | 404 page not found | '' | false",
      "404 | (no message) | '' | false",
      "{\"error\":\"this\"} and more | {\"error\":\"this\"} and more | '' | false",
      "Bad Gateway | Bad Gateway | '' | false",
      "<html> | <html> | '' | false",
      "'' | (no message) | '' | true",
      "{} | (no message) | '' | true",
      "[1] | (no message) | '' | false"})
  void saysWhatTheApiSays(String body, String text, String code, boolean byTheApi) {
    assertThat(refusal(body)).isEqualTo(new Refusal(code, text, byTheApi));
  }

  @Test
  void doesNotRepeatADocumentThatWasMeantForSomethingElse() {
    assertThat(refusal("{\"status\":\"success\",\"data\":{\"nonce\":\"s3cret\"}}").text()).doesNotContain("s3cret");
  }

  @Test
  void doesNotRepeatASecret() {
    assertThat(refusal("{\"error\":\"nonce n0nce of t0ken is wrong\"}").text()).isEqualTo("nonce (hidden) of (hidden) is wrong");
    assertThat(refusal("nonce n0nce").text()).isEqualTo("nonce (hidden)");
  }

  @Test
  void staysReadableWhenASecretIsShort() {
    var text = "failed_precondition: machine still active, refusing to start";
    assertThat(Refusal.of(ByteString.fromString(text), new ObjectMapper(), List.of("t", "i")).text()).isEqualTo(text);
    assertThat(Refusal.of(ByteString.fromString("token t, not \"t\""), new ObjectMapper(), List.of("t")).text())
        .isEqualTo("token (hidden), not \"(hidden)\"");
  }

  @Test
  void isOneLineOfBoundedLength() {
    assertThat(refusal("{\"error\":\"one\\ntwo\\r\\n\\u0000three\"}").text()).isEqualTo("one two three");
    assertThat(refusal("x".repeat(10_000)).text()).hasSize(301).endsWith("…");
  }

  private static Refusal refusal(String body) {
    return Refusal.of(ByteString.fromString(body), new ObjectMapper(), List.of("n0nce", "t0ken"));
  }
}
