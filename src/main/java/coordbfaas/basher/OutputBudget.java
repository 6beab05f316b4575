package coordbfaas.basher;

import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;

/** How much a run may still write to both its outputs together. Holds state; one for each run. */
final class OutputBudget {
  private final Runnable exceeded;
  private long leftBytes;
  private boolean told;

  /** @param exceeded called once, when more is written than {@code bytes} */
  OutputBudget(long bytes, Runnable exceeded) {
    this.leftBytes = bytes;
    this.exceeded = exceeded;
  }

  /** As much of an output as the budget still allows, perhaps nothing. */
  RunEvent.Output allow(RunEvent.Output output) {
    var size = output.bytes().size();
    if (size <= leftBytes) {
      leftBytes -= size;
      return output;
    }
    var allowed = output.bytes().take((int) leftBytes);
    leftBytes = 0;
    tell();
    return switch (output) {
      case RunEvent.Stdout stdout -> new RunEvent.Stdout(allowed);
      case RunEvent.Stderr stderr -> new RunEvent.Stderr(allowed);
    };
  }

  /** How the run ended, in truth: one whose output was cut did not just exit, however bash ended meanwhile. */
  Exit truth(Exit exit) {
    return told ? Exit.outputLimit(exit.durationMs()) : exit;
  }

  private void tell() {
    if (told) return;
    told = true;
    exceeded.run();
  }
}
