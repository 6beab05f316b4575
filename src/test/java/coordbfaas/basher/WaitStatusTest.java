package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.wire.Exit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A raw wait status")
class WaitStatusTest {
  private static final int CORE_DUMPED = 0x80;

  @Test
  void tellsEveryExitCode() {
    for (var code = 0; code <= 255; code++) assertThat(WaitStatus.exit(code << 8, 7)).isEqualTo(Exit.exited(code, 7));
  }

  @Test
  void tellsEverySignal() {
    for (var signal = 1; signal <= 64; signal++) {
      var exit = WaitStatus.exit(signal, 7);
      assertThat(exit).isEqualTo(Exit.signaled(signal, 7));
      assertThat(exit.code()).isEqualTo(128 + signal);
    }
    assertThat(WaitStatus.exit(9, 7).signal()).contains("SIGKILL");
  }

  @Test
  void tellsASignalWhetherOrNotItDumpedCore() {
    for (var signal = 1; signal <= 64; signal++)
      assertThat(WaitStatus.exit(signal | CORE_DUMPED, 7)).isEqualTo(Exit.signaled(signal, 7));
  }

  @Test
  void isAnEndOrIsNot() {
    for (var code = 0; code <= 255; code++) assertThat(WaitStatus.isEnd(code << 8)).isTrue();
    for (var signal = 1; signal <= 64; signal++)
      assertThat(WaitStatus.isEnd(signal) && WaitStatus.isEnd(signal | CORE_DUMPED)).isTrue();
    for (var none : new int[] {-1, -256, 65, 0x7F, 0x80, 0x137F, 0x0109, 0x0180, 0xFFFF, 1 << 16, Integer.MAX_VALUE,
        Integer.MIN_VALUE})
      assertThat(WaitStatus.isEnd(none)).as("%x", none).isFalse();
  }

  @Test
  void tellsAnExitWithASignalsCodeFromTheSignal() {
    assertThat(WaitStatus.exit(137 << 8, 7).reason()).isEqualTo(Exit.Reason.EXITED);
    assertThat(WaitStatus.exit(9, 7).reason()).isEqualTo(Exit.Reason.SIGNALED);
  }
}
