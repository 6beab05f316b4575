package coordbfaas.basher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts processes that die with this JVM, however it ends.
 *
 * <p>The kernel's parent-death signal is sent when the <em>thread</em> that spawned a process ends, so all are spawned by one
 * thread that lives as long as the JVM.
 */
public final class Spawner {
  private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(
      task -> Thread.ofPlatform().name("spawner").daemon().unstarted(task));

  /** The signal is not sent for a death before it was asked for: then the process has another parent, and is not begun. */
  private static final List<String> DIES_WITH_US = List.of("env", "--default-signal", "setsid", "setpriv", "--pdeathsig", "KILL",
      "--", "sh", "-c", "[ \"$PPID\" = \"$0\" ] && exec \"$@\"", Long.toString(ProcessHandle.current().pid()));

  private Spawner() {}

  /**
   * Starts a process in a session of its own, with the signal dispositions of a fresh process, which the kernel kills when
   * this JVM ends.
   *
   * @return fails with the {@link IOException} of {@link ProcessBuilder#start}
   */
  public static CompletionStage<Process> spawn(ProcessBuilder builder) {
    builder.command(dyingWithUs(builder.command()));
    return CompletableFuture.supplyAsync(() -> start(builder), THREAD);
  }

  static List<String> dyingWithUs(List<String> command) {
    var guarded = new ArrayList<>(DIES_WITH_US);
    guarded.addAll(command);
    return guarded;
  }

  /** Starts a process that takes care of its own death, of its signals and of its session. */
  static CompletionStage<Process> spawnAlone(ProcessBuilder builder) {
    return CompletableFuture.supplyAsync(() -> start(builder), THREAD);
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException failure) {
      throw new CompletionException(failure);
    }
  }
}
