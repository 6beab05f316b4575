package coordbfaas.http;

import java.util.concurrent.CompletableFuture;

/**
 * Whose turn it is on a connection: one request at a time is read and answered before the next is looked at. What the
 * {@link RequestGate} says here it says before it passes the request on, so whoever answers that request knows it.
 */
final class Turn {
  private volatile CompletableFuture<RefusedRequest> refusal = new CompletableFuture<>();
  private volatile boolean idle = true;
  private volatile Runnable next = () -> {};

  /** A request has begun. */
  void begin() {
    refusal = new CompletableFuture<>();
    idle = false;
  }

  /** The request that had begun was read and answered whole. */
  void end() {
    idle = true;
  }

  /** Whether no request is being read or answered. */
  boolean isIdle() {
    return idle;
  }

  /** The request that has begun is not read on; it is the connection's last. */
  void refuse(RefusedRequest why) {
    refusal.complete(why);
  }

  /** Completed if the request is refused. */
  CompletableFuture<RefusedRequest> refusal() {
    return refusal;
  }

  /** Says whom to tell that the turn is over. */
  void whenOver(Runnable listener) {
    next = listener;
  }

  /** The answer is over, read to its end or not. */
  void over() {
    next.run();
  }
}
