package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

/** What a process cannot refuse. */
enum Signal {
  /** It stands still, and its timers and connections with it. */
  STOP,
  /** It goes on. */
  CONT;

  void to(ProcessHandle process) {
    try {
      var kill = new ProcessBuilder("bash", "-c", "kill -s " + this + " " + process.pid()).inheritIO().start();
      assertThat(kill.waitFor()).isZero();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }
}
