package coordbfaas.pool;

import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A request that waits for a machine.
 *
 * @param since when it came to the pool, by the steady clock
 */
record Waiter(PoolSupervisor.Allocate request, Instant since) {
  ActorRef<?> requester() {
    return request.requester();
  }

  /** From now to its deadline; negative after that. */
  Duration timeLeft(Instant now) {
    return request.timeLeft().minus(Duration.between(since, now));
  }
}
