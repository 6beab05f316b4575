package coordbfaas.basher;

import coordbfaas.wire.Exit;

/** What {@code wait(2)} says of a process, in the bits that Linux and every other Unix use. */
final class WaitStatus {
  private static final int SIGNAL_BITS = 0x7F;
  private static final int SIGNAL_MAX = 64;

  private WaitStatus() {}

  /** Whether it says that a process ended; there are also those of one that is stopped, and numbers that are none. */
  static boolean isEnd(int rawStatus) {
    if (rawStatus < 0 || rawStatus > 0xFFFF) return false;
    var signal = rawStatus & SIGNAL_BITS;
    return signal == 0 ? (rawStatus & 0xFF) == 0 : signal <= SIGNAL_MAX && rawStatus <= 0xFF;
  }

  /** How bash ended: told from its raw wait status, so that {@code exit 137} is not taken for a kill. */
  static Exit exit(int rawStatus, long durationMs) {
    var signal = rawStatus & SIGNAL_BITS;
    return signal == 0 ? Exit.exited(rawStatus >> 8 & 0xFF, durationMs) : Exit.signaled(signal, durationMs);
  }
}
