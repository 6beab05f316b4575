package coordbfaas.conform;

import java.time.Duration;

/**
 * What the checks take for granted of a server, and how long they wait for it.
 *
 * @param patience how much later than it should something may come on a busy computer
 * @param busy how long a server may say that it is busy until a check gives up
 * @param quiet after how much silence an answer shows that it lives
 * @param outputBytesMax most that a run may write
 */
record Terms(Duration patience, Duration busy, Duration quiet, long outputBytesMax) {
  /** A server with its defaults, on a network of today. */
  static final Terms DEFAULT = new Terms(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofSeconds(10), 64L << 20);

  /** @throws NotApplicable if a run may not write so much */
  void allow(long outputBytes) {
    if (outputBytes > outputBytesMax)
      throw new NotApplicable("the server's limit of output is below the " + outputBytes + " bytes that this takes");
  }

  Terms withPatience(Duration other) {
    return new Terms(other, busy, quiet, outputBytesMax);
  }

  Terms withOutputBytesMax(long other) {
    return new Terms(patience, busy, quiet, other);
  }
}
