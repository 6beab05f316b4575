package coordbfaas.basher;

import coordbfaas.wire.Exit;
import coordbfaas.wire.RunRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One contained process: spawned, waiting for a script, running it, ended with all that it started.
 *
 * <p>The only file that touches {@link Process}. The process that we see made the namespaces; its child is PID 1 of the run's
 * namespace and is what is killed, so that our process ends only after everything in the namespace has. Of most runs it is known
 * sooner: PID 1 tells when it alone is left, and holds stdout until it has, whatever the script closed.
 */
final class BashProcess {
  private static final Logger LOG = LoggerFactory.getLogger(BashProcess.class);

  /** The dispatcher whose threads may wait for a process. */
  static final String DISPATCHER = "coordbfaas.blocking-dispatcher";

  // What a sandbox that fails may say of it, for the log.
  private static final int COMPLAINT_BYTES_MAX = 1024;

  // What the reaper reports, with room to spare: three numbers and the end of their line.
  private static final int STATUS_BYTES_MAX = 64;

  // What a pipe takes at once in which there is nothing: Linux makes none smaller than a page.
  private static final int PIPE_BYTES_MIN = 4096;

  /**
   * How a run ended: no process of it is alive.
   *
   * @param rawStatus bash's; empty if it was killed before it ended by itself
   * @param usage what it took, as far as that is known
   * @param limit the limit that made it fail, if one did
   */
  record Ended(OptionalInt rawStatus, Optional<Exit.Usage> usage, Optional<Exit.Limit> limit) {}

  private final Process process;
  private final ProcessHandle firstOfNamespace;
  private final Executor blocking;
  private final Resources resources;
  private final CompletableFuture<Ended> ended = new CompletableFuture<>();
  private final CompletionStage<Void> released;

  private BashProcess(Process process, ProcessHandle firstOfNamespace, Resources resources, Executor blocking) {
    this.process = process;
    this.firstOfNamespace = firstOfNamespace;
    this.blocking = blocking;
    this.resources = resources;
    this.released = process.onExit().thenAcceptAsync(exited -> {
      over(resources.told());
      resources.close();
    }, blocking);
  }

  /**
   * Builds the walls and waits until they stand.
   *
   * @param blocking threads that may wait
   * @return fails with an {@link IOException} that says what the sandbox complained of; nothing is left then
   */
  static CompletionStage<BashProcess> spawn(Sandbox sandbox, Executor blocking) {
    return sandbox.guarded(blocking)
        .thenApplyAsync(guarded -> Resources.open(sandbox), blocking)
        .thenCompose(resources -> {
          var command = sandbox.walls(resources.uid).command(resources.path);
          return Spawner.spawnAlone(builder(command))
              .thenApplyAsync(process -> standing(process, resources, blocking), blocking)
              .whenComplete((spawned, failure) -> {
                resources.unlink();
                if (failure != null) resources.close();
              });
        });
  }

  private static ProcessBuilder builder(List<String> command) {
    var builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    return builder;
  }

  /** No process of the run is alive: PID 1 has told so, or the process that we see has ended, whichever we hear of first. */
  private synchronized void over(Optional<RunUsage.Told> told) {
    if (!ended.isDone()) ended.complete(resources.count(told));
  }

  private void stdoutEnded() {
    var told = resources.told();
    if (told.isPresent() && told.get().alone()) over(told);
  }

  /** Its last read may tell how the run ended, and so needs a thread that may wait. */
  InputStream stdout() {
    return new FilterInputStream(process.getInputStream()) {
      @Override
      public int read(byte[] buffer, int from, int length) throws IOException {
        var count = in.read(buffer, from, length);
        if (count < 0) stdoutEnded();
        return count;
      }
    };
  }

  InputStream stderr() {
    return process.getErrorStream();
  }

  /**
   * Hands over the script and then its stdin, as fast as the script reads; not before it is guarded, as what guards it may have
   * ended since the walls were built. If it cannot be, it is killed.
   */
  void feed(RunRequest request) {
    resources.sandbox.guarded(blocking).whenComplete((guarded, failure) -> {
      if (failure == null) feedGuarded(ScriptFrame.of(request), request.stdin().toArrayUnsafe());
      else {
        LOG.error("the firewall cannot be raised, and the run is killed cause={}", failure.getMessage());
        kill();
      }
    });
  }

  /** A short script is handed over at once, as the pipe takes it without waiting. */
  private void feedGuarded(byte[] frame, byte[] input) {
    if (frame.length + input.length <= PIPE_BYTES_MIN) write(frame, input);
    else CompletableFuture.runAsync(() -> write(frame, input), blocking);
  }

  private void write(byte[] frame, byte[] input) {
    try (var stdin = process.getOutputStream()) {
      stdin.write(frame);
      stdin.flush();
      stdin.write(input);
    } catch (IOException closed) {
      // The script need not read its stdin to the end; how it ended is told by its status.
    }
  }

  /** Kills every process of the run. */
  void kill() {
    firstOfNamespace.destroyForcibly();
    resources.hasten();
  }

  /** Completed when no process of the run is alive. */
  CompletionStage<Ended> ended() {
    return ended;
  }

  /** Completed when nothing of the run is left, soon after it ended. */
  CompletionStage<Void> released() {
    return released;
  }

  private static BashProcess standing(Process process, Resources resources, Executor blocking) {
    try {
      if (process.getInputStream().read() == '.') {
        var first = child(process.toHandle());
        var script = first.flatMap(BashProcess::child);
        if (script.isPresent()) {
          resources.confine(script.get().pid());
          return new BashProcess(process, first.get(), resources, blocking);
        }
      }
      throw new IOException("sandbox: " + complaint(process, resources.status));
    } catch (IOException failure) {
      process.destroyForcibly();
      throw new CompletionException(failure);
    }
  }

  /** The one child of a process. To ask {@link ProcessHandle#children} would be to read all of {@code /proc}. */
  private static Optional<ProcessHandle> child(ProcessHandle process) {
    var children = Path.of("/proc", Long.toString(process.pid()), "task", Long.toString(process.pid()), "children");
    if (!Files.exists(children)) return process.children().findFirst(); // a kernel without CONFIG_PROC_CHILDREN
    try {
      var pids = Files.readString(children).strip();
      return pids.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(pids));
    } catch (IOException | NumberFormatException ended) {
      return Optional.empty();
    }
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

  /** What a run has beside its processes: a status channel, and perhaps a uid and a control group. */
  private static final class Resources {
    private final Sandbox sandbox;
    private final OptionalInt uid;
    private final Path path;
    private final RandomAccessFile status;
    private Optional<Cgroups.Cgroup> group = Optional.empty();
    private boolean closed;

    private Resources(Sandbox sandbox, OptionalInt uid, Path path, RandomAccessFile status) {
      this.sandbox = sandbox;
      this.uid = uid;
      this.path = path;
      this.status = status;
    }

    static Resources open(Sandbox sandbox) {
      var uid = OptionalInt.empty();
      try {
        uid = sandbox.takeUid();
        var path = StatusFile.create();
        return new Resources(sandbox, uid, path, new RandomAccessFile(path.toFile(), "r"));
      } catch (IOException failure) {
        uid.ifPresent(ScriptUids.SHARED::give);
        throw new CompletionException(failure);
      }
    }

    /** Limits what a process and its children may take together. */
    void confine(long pid) throws IOException {
      if (sandbox.cgroups().isEmpty()) return;
      group = Optional.of(sandbox.cgroups().get().open());
      group.get().take(pid, sandbox.containment().limits());
    }

    /** Takes the status channel's name away; both its ends are open. */
    void unlink() {
      StatusFile.remove(path);
    }

    Ended count(Optional<RunUsage.Told> told) {
      var rawStatus = told.map(tells -> OptionalInt.of(tells.rawStatus())).orElse(OptionalInt.empty());
      var endedWell = rawStatus.isPresent() && rawStatus.getAsInt() == 0;
      var counted = group.flatMap(endedWell ? Cgroups.Cgroup::countedTime : Cgroups.Cgroup::counted);
      return new Ended(rawStatus, RunUsage.of(told, counted), RunUsage.limit(rawStatus, counted));
    }

    synchronized Optional<RunUsage.Told> told() {
      try {
        return RunUsage.Told.parse(start(status, STATUS_BYTES_MAX));
      } catch (IOException unreadable) {
        return Optional.empty();
      }
    }

    synchronized void hasten() {
      if (!closed) group.ifPresent(Cgroups.Cgroup::hasten);
    }

    private synchronized void noHaste() {
      closed = true;
    }

    void close() {
      noHaste();
      group.ifPresent(Cgroups.Cgroup::remove);
      uid.ifPresent(ScriptUids.SHARED::give);
      try {
        status.close();
      } catch (IOException closed) {
        // it was read
      }
    }
  }
}
