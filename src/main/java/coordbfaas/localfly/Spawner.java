package coordbfaas.localfly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/**
 * Spawns processes from one thread that lives as long as this JVM: a process that asked for a signal at its parent's death
 * ({@code setpriv --pdeathsig}) gets it when the <em>thread</em> ends that spawned it.
 */
final class Spawner {
  private static final Executor THREAD = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("spawner").factory());

  private Spawner() {}

  /** Starts a process; fails with an {@link UncheckedIOException} if that cannot be done. */
  static CompletionStage<Process> spawn(ProcessBuilder builder) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return builder.start();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }, THREAD);
  }
}
