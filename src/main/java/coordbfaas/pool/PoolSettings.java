package coordbfaas.pool;

import coordbfaas.settings.GoDuration;
import java.time.Duration;
import java.util.Optional;

/**
 * What a pool needs to know.
 *
 * @param name the pool's name: the coordinator's machine id
 * @param size most machines; at least 1
 * @param warm idle machines kept booted ahead of demand; 0 to {@code size}
 * @param queueMax requests that may wait for a machine
 * @param queueTime how long one waits until a machine is assigned or being made for it
 * @param requestTime the longest that a request may take
 * @param leaseTtl how long a lease lasts; a machine is used until then
 * @param bootTimeout from create or start to the first healthy answer
 * @param stopTimeout how long a machine may take to stop
 * @param worker what the machines are made of
 */
public record PoolSettings(
    String name,
    int size,
    int warm,
    int queueMax,
    Duration queueTime,
    Duration requestTime,
    Duration leaseTtl,
    Duration bootTimeout,
    Duration stopTimeout,
    Worker worker) {

  /** How much longer than its deadline a grant may be held before its machine is stopped all the same. */
  public static final Duration SLACK = Duration.ofSeconds(2);

  private static final Duration MARGIN = Duration.ofSeconds(5);

  /**
   * What each worker machine is made of.
   *
   * @param image the image it boots
   * @param publicKey the text of {@code PUBLIC}, by which it checks tokens
   * @param bodyBytesMax the largest body that it is sent
   * @param memoryMb memory in MB
   */
  public record Worker(
      String image, Optional<String> region, int cpus, int memoryMb, String publicKey, long bodyBytesMax) {}

  public PoolSettings {
    if (size < 1) throw new IllegalArgumentException("POOLSIZE: " + size + " (expected: at least 1)");
    if (warm < 0 || warm > size)
      throw new IllegalArgumentException("POOL_WARM: " + warm + " (expected: from 0 to POOLSIZE, " + size + ", or all)");
    if (leaseTtl.compareTo(reserve(requestTime, stopTimeout)) <= 0)
      throw new IllegalArgumentException("LEASETIME: " + GoDuration.format(leaseTtl) + " (expected: more than "
          + GoDuration.format(reserve(requestTime, stopTimeout)) + ", which a request of MAXREQTIME needs with stop and margin)");
  }

  /** How much of a lease must be left when a machine is granted. */
  public Duration leaseReserve() {
    return reserve(requestTime, stopTimeout);
  }

  private static Duration reserve(Duration requestTime, Duration stopTimeout) {
    return requestTime.plus(SLACK).plus(stopTimeout).plus(MARGIN);
  }
}
