package coordbfaas.program;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for facts, never for time alone. */
public final class Eventually {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long LOOK_AGAIN_NANOS = 5_000_000;

  private Eventually() {}

  /** Returns when the fact holds; fails if it does not for half a minute. */
  public static void eventually(String fact, BooleanSupplier holds) {
    within(LIMIT, fact, holds);
  }

  /** Returns when the fact holds; fails if it does not in time. */
  public static void within(Duration limit, String fact, BooleanSupplier holds) {
    var start = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - start > limit.toNanos()) throw new AssertionError("not so within " + limit + ": " + fact);
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  /** What a stage comes to. */
  public static <T> T await(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
