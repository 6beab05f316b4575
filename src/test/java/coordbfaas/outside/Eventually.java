package coordbfaas.outside;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for facts that nobody announces, never for time alone. */
public final class Eventually {
  /** Something that holds or does not; looking may fail. */
  @FunctionalInterface
  public interface Fact {
    boolean holds() throws Exception;
  }

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(3);

  private Eventually() {}

  /** Returns as soon as the fact holds; fails if it does not for half a minute. */
  public static void eventually(String name, Fact fact) {
    within(LIMIT, name, fact);
  }

  /** Returns as soon as the fact holds; fails if it does not in time. */
  public static void within(Duration limit, String name, Fact fact) {
    var start = System.nanoTime();
    while (!holds(fact)) {
      if (System.nanoTime() - start > limit.toNanos())
        throw new AssertionError("not so within " + limit.toMillis() + " ms: " + name);
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  /** What a stage comes to. */
  public static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** Whether a thread ends in time. */
  public static boolean ended(Thread thread, Duration limit) {
    try {
      return thread.join(limit);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean holds(Fact fact) {
    try {
      return fact.holds();
    } catch (Exception unseen) {
      throw new AssertionError(unseen);
    }
  }
}
