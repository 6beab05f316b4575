package coordbfaas.basher;

import coordbfaas.wire.RunEvent;
import org.apache.pekko.util.ByteString;

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

  private void tell() {
    if (told) return;
    told = true;
    exceeded.run();
  }
}
