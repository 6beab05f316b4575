package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A Fly token")
class FlyTokenTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "FlyV1 fm2_lJPE==,fm2_x | FlyV1 fm2_lJPE==,fm2_x", "fm2_x | FlyV1 fm2_x", "fm1r_x | FlyV1 fm1r_x", "fm1a_x | FlyV1 fm1a_x",
      "Bearer fm2_x | FlyV1 fm2_x", "Bearer FlyV1 fm2_x | FlyV1 fm2_x", "' FlyV1   fm2_x ' | FlyV1 fm2_x",
      "oauth-token_1 | Bearer oauth-token_1", "Bearer oauth | Bearer oauth", "FlyV1 oauth | Bearer oauth",
      "fm3_x | Bearer fm3_x", "xfm2_x | Bearer xfm2_x"})
  void goesWithTheSchemeOfItsKindHoweverItWasGiven(String given, String header) {
    assertThat(new FlyToken(given).authorization()).isEqualTo(header);
  }

  @Test
  void losesTheNewlineOfAFile() {
    assertThat(new FlyToken("FlyV1 fm2_x\n").authorization()).isEqualTo("FlyV1 fm2_x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "FlyV1", "FlyV1 ", "Bearer", "Bearer FlyV1 ", "s3cret s3cret", "s3cret\r\nX-Evil: 1",
      "s3cret\0", "s3cret\u007F", "s3crét", "s3cret\tx"})
  void isNothingThatAHeaderCannotHold(String given) {
    assertThatIllegalArgumentException().isThrownBy(() -> new FlyToken(given)).withMessage("not a token");
  }

  @Test
  void doesNotPrintItself() {
    assertThat(new FlyToken("fm2_s3cret").toString()).doesNotContain("s3cret").contains("hidden");
  }
}
