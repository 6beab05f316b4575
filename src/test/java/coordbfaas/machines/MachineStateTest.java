package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A machine's state")
class MachineStateTest {
  @ParameterizedTest
  @EnumSource
  void isReadFromTheWordForIt(MachineState state) {
    assertThat(state.word()).matches("[a-z_]+");
    assertThat(MachineState.of(state.word())).isEqualTo(state);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hibernating", "STARTED", "Started", "started ", "null"})
  void isUnknownForAWordThatWeDoNotKnow(String word) {
    assertThat(MachineState.of(word)).isEqualTo(MachineState.UNKNOWN);
  }

  @Test
  void isUnknownForNoWordAtAll() {
    assertThat(MachineState.of(null)).isEqualTo(MachineState.UNKNOWN);
  }
}
