package coordbfaas.wire;

/** How much a run may still write to both its outputs together. Holds state; one for each run. */
public final class OutputBudget {
  private long leftBytes;
  private boolean exceeded;

  public OutputBudget(long bytes) {
    this.leftBytes = bytes;
  }

  /** How much of an output of so many bytes the budget still allows, perhaps nothing. */
  public int allow(int bytes) {
    exceeded |= bytes > leftBytes;
    var allowed = (int) Math.min(bytes, leftBytes);
    leftBytes -= allowed;
    return allowed;
  }

  /** Whether more was written than allowed. */
  public boolean exceeded() {
    return exceeded;
  }

  /** How the run ended, in truth: one whose output was cut did not just exit, however bash ended meanwhile. */
  public Exit truth(Exit exit) {
    return exceeded ? Exit.outputLimit(exit.durationMs()).taking(exit.usage()) : exit;
  }
}
