package coordbfaas.localfly.rules;

import java.time.Duration;
import java.util.Optional;

/**
 * What Fly's documents leave open, and how this Fly decides it.
 *
 * @param leaseTtlDefault of a lease that was asked for without a ttl; whole seconds
 * @param leaseTtlMax longest ttl that is granted; whole seconds
 * @param wrongNonceStatus the answer to a changing call without the nonce of the lease
 * @param deadNonceAccepted whether a nonce is ignored where there is no lease; if not, it is refused like a wrong one
 * @param refreshRevives whether the refresh of a lease that is over makes a new one; if not, it is answered with 404
 * @param signalFenced whether a signal needs the nonce of the lease
 * @param stopTakesCreated whether a machine may be stopped that has not been launched; if not, 412
 * @param updateStartsStopped whether the update of a stopped machine starts it, unless {@code skip_launch} says no
 * @param destroyedShown how long a get answers {@code destroyed} before it answers 404
 * @param metadataBytesMax longest value of a metadata key
 * @param retryAfter what an answer 429 tells in {@code Retry-After}; whole seconds; none if empty
 */
public record OpenQuestions(
    Duration leaseTtlDefault,
    Duration leaseTtlMax,
    int wrongNonceStatus,
    boolean deadNonceAccepted,
    boolean refreshRevives,
    boolean signalFenced,
    boolean stopTakesCreated,
    boolean updateStartsStopped,
    Duration destroyedShown,
    int metadataBytesMax,
    Optional<Duration> retryAfter) {

  /** The guesses of this program's authors. */
  public static final OpenQuestions GUESSED = new OpenQuestions(
      Duration.ofSeconds(30), Duration.ofDays(365), 409, true, true, true, false, false, Duration.ZERO, 64 << 10,
      Optional.empty());
}
