package coordbfaas.pool;

import coordbfaas.settings.Containment;
import coordbfaas.settings.GoDuration;
import coordbfaas.settings.InvalidSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;

/**
 * What a pool needs to know.
 *
 * @param name the pool's name: the coordinator's machine id
 * @param size most machines; at least 1
 * @param warm idle machines kept booted ahead of demand; 0 to {@code size}
 * @param warmMode how they are kept
 * @param queueMax requests that may wait for a machine
 * @param queueTime how long one waits until a machine is assigned or being made for it
 * @param requestTime the longest that a request may take
 * @param ownership how machines are held
 * @param bootTimeout from create or start to the first healthy answer
 * @param stopTimeout how long a machine may take to stop
 * @param onExit what becomes of the machines when the pool is closed
 * @param worker what the machines are made of
 */
public record PoolSettings(
    String name,
    int size,
    int warm,
    WarmMode warmMode,
    int queueMax,
    Duration queueTime,
    Duration requestTime,
    Ownership ownership,
    Duration bootTimeout,
    Duration stopTimeout,
    OnExit onExit,
    Worker worker) {

  /** How idle machines are kept warm: running, or as a snapshot of their memory from which they resume. */
  public enum WarmMode { STARTED, SUSPENDED }

  /** What becomes of the machines of a pool that is closed: stopped and kept for its next instance, or destroyed. */
  public enum OnExit { STOP, DESTROY }

  /**
   * How machines are held.
   *
   * @param leaseTtl how long a lease lasts
   * @param renew whether it is renewed at half of that; if not, a machine is used until its first lease ends
   * @param maxAge how long a machine's lease is renewed, from its creation
   * @param cleanTime from one look at all machines of the app to the next
   */
  public record Ownership(Duration leaseTtl, boolean renew, Duration maxAge, Duration cleanTime) {
    /** How often an idle worker is asked whether it is well: one that nobody asks for two lease times ends itself. */
    Duration probeTime() {
      return cleanTime.compareTo(leaseTtl) < 0 ? cleanTime : leaseTtl;
    }
  }

  /** How much longer than its deadline a grant may be held before its machine is stopped all the same. */
  public static final Duration SLACK = Duration.ofSeconds(2);

  private static final Duration MARGIN = Duration.ofSeconds(5);

  /** Fly suspends no larger machines well. */
  private static final int SUSPENDED_MEMORY_MB_MAX = 2048;

  /**
   * What each worker machine is made of.
   *
   * @param image the image it boots
   * @param publicKey the text of {@code PUBLIC}, by which it checks tokens
   * @param bodyBytesMax the largest body that it is sent
   * @param memoryMb memory in MB
   * @param containment how it contains its run
   */
  public record Worker(
      String image, Optional<String> region, int cpus, int memoryMb, String publicKey, long bodyBytesMax,
      Containment containment) {}

  /** Throws {@link InvalidSettings} with all that does not go together. */
  public PoolSettings {
    var problems = new ArrayList<String>();
    if (size < 1) problems.add("POOLSIZE: " + size + " (expected: at least 1)");
    else if (warm < 0 || warm > size)
      problems.add("POOL_WARM: " + warm + " (expected: from 0 to POOLSIZE, " + size + ", or all)");
    if (ownership.leaseTtl().compareTo(reserve(requestTime, stopTimeout)) <= 0)
      problems.add("LEASETIME: " + GoDuration.format(ownership.leaseTtl()) + " (expected: more than "
          + GoDuration.format(reserve(requestTime, stopTimeout)) + ", which a request of MAXREQTIME needs with stop and margin)");
    if (ownership.renew() && ownership.maxAge().compareTo(ownership.leaseTtl()) < 0)
      problems.add("MACHINE_MAX_AGE: " + GoDuration.format(ownership.maxAge())
          + " (expected: at least LEASETIME, " + GoDuration.format(ownership.leaseTtl()) + ", or LEASE_RENEW=off)");
    if (warmMode == WarmMode.SUSPENDED && worker.memoryMb() > SUSPENDED_MEMORY_MB_MAX)
      problems.add("WORKER_MEMORY: " + worker.memoryMb() + " (expected: at most " + SUSPENDED_MEMORY_MB_MAX
          + " with POOL_WARM_MODE=suspended)");
    if (!problems.isEmpty()) throw new InvalidSettings(problems);
  }

  /** A lease's time, less what a last call under it may take. */
  Duration almostALease() {
    return ownership.leaseTtl().minus(MARGIN);
  }

  /** How much of a lease must be left when a machine is granted to any request. */
  public Duration leaseReserve() {
    return leaseReserve(requestTime);
  }

  /** How much of a lease must be left when a machine is granted to a request that may take so long yet. */
  public Duration leaseReserve(Duration timeLeft) {
    return reserve(timeLeft, stopTimeout);
  }

  private static Duration reserve(Duration timeLeft, Duration stopTimeout) {
    return timeLeft.plus(SLACK).plus(stopTimeout).plus(MARGIN);
  }
}
