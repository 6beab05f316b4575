package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("An exit")
class ExitTest {
  @Nested
  @DisplayName("by a signal")
  class ByASignal {
    @ParameterizedTest
    @CsvSource({
        "1, SIGHUP", "2, SIGINT", "3, SIGQUIT", "6, SIGABRT", "7, SIGBUS", "9, SIGKILL", "11, SIGSEGV", "13, SIGPIPE",
        "14, SIGALRM", "15, SIGTERM",
        "16, SIGSTKFLT", "17, SIGCHLD", "19, SIGSTOP", "24, SIGXCPU", "25, SIGXFSZ", "29, SIGIO", "30, SIGPWR", "31, SIGSYS",
        "32, SIG32", "34, SIG34",
        "64, SIG64"})
    void tellsTheSignalsNameAndTheShellsCode(int signal, String name) {
      var exit = Exit.signaled(signal, 7);
      assertThat(exit.signal()).contains(name);
      assertThat(exit.code()).isEqualTo(128 + signal);
      assertThat(exit.reason()).isEqualTo(Exit.Reason.SIGNALED);
      assertThat(exit.durationMs()).isEqualTo(7);
    }

    @Test
    void isNotTheExitOfAScriptWithTheSameCode() {
      assertThat(Exit.exited(137, 7).signal()).isEmpty();
      assertThat(Exit.exited(137, 7)).isNotEqualTo(Exit.signaled(9, 7));
    }
  }

  @Test
  void namesALimitOnlyIfItEndedByItself() {
    var memory = Optional.of(Exit.Limit.MEMORY);
    assertThat(Exit.exited(137, 5).within(memory).limit()).contains(Exit.Limit.MEMORY);
    assertThat(Exit.signaled(9, 5).within(memory).limit()).contains(Exit.Limit.MEMORY);
    for (var exit : List.of(Exit.deadline(5), Exit.outputLimit(5), Exit.workerLost(5)))
      assertThatIllegalArgumentException().isThrownBy(() -> exit.within(memory));
  }

  @Test
  void tookNothingNegative() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Exit.Usage(-1, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Exit.Usage(0, -1));
  }

  @Test
  void hasTheCodeOfItsReason() {
    assertThat(Exit.deadline(1).code()).isEqualTo(124);
    assertThat(Exit.outputLimit(1).code()).isEqualTo(125);
    assertThat(Exit.workerLost(1).code()).isEqualTo(125);
  }

  @Test
  void keepsAllButItsDurationByAnotherClock() {
    assertThat(Exit.signaled(9, 5).after(8)).isEqualTo(Exit.signaled(9, 8));
    var usage = Optional.of(new Exit.Usage(1, 2));
    var memory = Optional.of(Exit.Limit.MEMORY);
    assertThat(Exit.exited(3, 5).within(memory).taking(usage).after(8))
        .isEqualTo(Exit.exited(3, 8).within(memory).taking(usage));
  }

  @ParameterizedTest
  @CsvSource({
      "-1, EXITED, , 0", "256, EXITED, , 0", "0, EXITED, SIGKILL, 0", "137, SIGNALED, , 0", "128, SIGNALED, SIGKILL, 0",
      "9, SIGNALED, SIGKILL, 0",
      "0, EXITED, , -1", "0, DEADLINE, , 0", "125, DEADLINE, , 0", "124, OUTPUT_LIMIT, , 0", "0, WORKER_LOST, , 0",
      "124, DEADLINE, SIGKILL, 0"})
  void isNeverOneThatCannotBe(int code, Exit.Reason reason, String signal, long durationMs) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Exit(code, reason, Optional.ofNullable(signal), Optional.empty(), durationMs, Optional.empty()));
  }
}
