package coordbfaas.basher;

import coordbfaas.wire.RunRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * One contained process: spawned, waiting for a script, running it, ended with all that it started.
 *
 * <p>The only file that touches {@link Process}. The process that we see is {@code unshare}; its child is PID 1 of the run's
 * namespace and is what is killed, so that our process ends only after everything in the namespace has.
 */
final class BashProcess {
  /** The dispatcher whose threads may wait for a process. */
  static final String DISPATCHER = "coordbfaas.blocking-dispatcher";

  // What a sandbox that fails may say of it, for the log.
  private static final int COMPLAINT_BYTES_MAX = 1024;

  // A raw wait status in decimal digits, and the end of its line. Whoever is root in the namespace can write to PID 1's
  // descriptors, so that no more is read than a status can be.
  private static final int STATUS_BYTES_MAX = 6;

  private final Process process;
  private final ProcessHandle firstOfNamespace;
  private final Executor blocking;
  private final CompletionStage<OptionalInt> ended;

  private BashProcess(Process process, ProcessHandle firstOfNamespace, RandomAccessFile status, Executor blocking) {
    this.process = process;
    this.firstOfNamespace = firstOfNamespace;
    this.blocking = blocking;
    this.ended = process.onExit().thenApplyAsync(exited -> read(status), blocking);
  }

  /**
   * Builds the walls and waits until they stand.
   *
   * @param blocking threads that may wait
   * @return fails with an {@link IOException} that says what the sandbox complained of; nothing is left then
   */
  static CompletionStage<BashProcess> spawn(Sandbox sandbox, Executor blocking) {
    return CompletableFuture.supplyAsync(BashProcess::statusFile, blocking).thenCompose(path -> {
      var status = open(path);
      var builder = new ProcessBuilder(sandbox.command(path)).directory(Path.of("/").toFile());
      builder.environment().clear();
      builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
      return Spawner.spawn(builder)
          .thenApplyAsync(process -> standing(process, status, blocking), blocking)
          .whenComplete((spawned, failure) -> {
            if (failure != null) discard(status, path);
          });
    });
  }

  InputStream stdout() {
    return process.getInputStream();
  }

  InputStream stderr() {
    return process.getErrorStream();
  }

  /** Hands over the script and then its stdin, as fast as the script reads. */
  void feed(RunRequest request) {
    CompletableFuture.runAsync(() -> write(request), blocking);
  }

  private void write(RunRequest request) {
    try (var stdin = process.getOutputStream()) {
      stdin.write(ScriptFrame.of(request));
      stdin.flush();
      stdin.write(request.stdin().toArrayUnsafe());
    } catch (IOException closed) {
      // The script need not read its stdin to the end; how it ended is told by its status.
    }
  }

  /** Kills every process of the run. */
  void kill() {
    firstOfNamespace.destroyForcibly();
  }

  /**
   * The end: no process of the run is alive.
   *
   * @return bash's raw wait status; empty if it was killed before it ended by itself
   */
  CompletionStage<OptionalInt> ended() {
    return ended;
  }

  private static OptionalInt read(RandomAccessFile status) {
    try (status) {
      var line = start(status, STATUS_BYTES_MAX).split("\n", 2);
      var raw = line.length == 2 ? Integer.parseInt(line[0]) : -1;
      return WaitStatus.isEnd(raw) ? OptionalInt.of(raw) : OptionalInt.empty();
    } catch (IOException | NumberFormatException unreadable) {
      return OptionalInt.empty();
    }
  }

  private static BashProcess standing(Process process, RandomAccessFile status, Executor blocking) {
    try {
      if (process.getInputStream().read() == '.') {
        var first = child(process);
        if (first.isPresent()) return new BashProcess(process, first.get(), status, blocking);
      }
      throw new IOException("sandbox: " + complaint(process, status));
    } catch (IOException failure) {
      process.destroyForcibly();
      throw new CompletionException(failure);
    }
  }

  /** The one child of {@code unshare}. To ask {@link Process#children} would be to read all of {@code /proc}. */
  private static Optional<ProcessHandle> child(Process process) throws IOException {
    var children = Path.of("/proc", Long.toString(process.pid()), "task", Long.toString(process.pid()), "children");
    if (!Files.exists(children)) return process.children().findFirst(); // a kernel without CONFIG_PROC_CHILDREN
    var pids = Files.readString(children).strip();
    return pids.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(pids));
  }

  private static String complaint(Process process, RandomAccessFile status) throws IOException {
    process.getOutputStream().close();
    var stderr = new String(process.getErrorStream().readNBytes(COMPLAINT_BYTES_MAX), StandardCharsets.UTF_8);
    return (start(status, COMPLAINT_BYTES_MAX) + stderr).strip();
  }

  private static String start(RandomAccessFile file, int bytesMax) throws IOException {
    var bytes = new byte[(int) Math.min(bytesMax, file.length())];
    file.seek(0);
    file.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static Path statusFile() {
    try {
      return Files.createTempFile("bfaas-", ".status");
    } catch (IOException failure) {
      throw new CompletionException(failure);
    }
  }

  private static RandomAccessFile open(Path path) {
    try {
      return new RandomAccessFile(path.toFile(), "r");
    } catch (IOException failure) {
      throw new CompletionException(failure);
    }
  }

  private static void discard(RandomAccessFile status, Path path) {
    try (status) {
      Files.deleteIfExists(path);
    } catch (IOException undeletable) {
      // a file of no bytes in the temporary directory is all that is left
    }
  }
}
