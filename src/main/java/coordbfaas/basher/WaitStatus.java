package coordbfaas.basher;

import coordbfaas.wire.Exit;

/** What {@code wait(2)} says of a process, in the bits that Linux and every other Unix use. */
final class WaitStatus {
  private static final int SIGNAL_BITS = 0x7F;

  private WaitStatus() {}

  /** How bash ended: told from its raw wait status, so that {@code exit 137} is not taken for a kill. */
  static Exit exit(int rawStatus, long durationMs) {
    var signal = rawStatus & SIGNAL_BITS;
    return signal == 0 ? Exit.exited(rawStatus >> 8 & 0xFF, durationMs) : Exit.signaled(signal, durationMs);
  }
}
