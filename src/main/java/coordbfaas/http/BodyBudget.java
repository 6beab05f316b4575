package coordbfaas.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the bodies that are being read may take together, whoever sends them: as many clients as there may be
 * connections can send as many bytes as a body may have, and be slow about it. Safe for any thread.
 */
public final class BodyBudget {
  private final AtomicLong leftBytes;

  /** @param bytesMax of all bodies together; a body that needs more than is left is refused with 503 */
  public BodyBudget(long bytesMax) {
    this.leftBytes = new AtomicLong(bytesMax);
  }

  /** Whether there is room for so many bytes more, which are taken then. */
  boolean take(int bytes) {
    // Never below zero, not for a moment: another that fits would be refused then.
    return leftBytes.getAndUpdate(left -> left >= bytes ? left - bytes : left) >= bytes;
  }

  long leftBytes() {
    return leftBytes.get();
  }

  void giveBack(long bytes) {
    leftBytes.addAndGet(bytes);
  }
}
