package coordbfaas.basher;

import coordbfaas.wire.Exit;
import coordbfaas.wire.RunRequest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One contained process: made, waiting for a script, running it, ended with all that it started.
 *
 * <p>It is PID 1 of the run's namespace, and is what is killed: it has ended when everything in the namespace has. Of most runs
 * that is known sooner: PID 1 tells when it alone is left, and holds stdout until it has, whatever the script closed.
 */
final class BashProcess {
  private static final Logger LOG = LoggerFactory.getLogger(BashProcess.class);

  /** The dispatcher whose threads may wait for a process. */
  static final String DISPATCHER = "coordbfaas.blocking-dispatcher";

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

  private final ForkedProcess process;
  private final Executor blocking;
  private final Resources resources;
  private final CompletableFuture<Ended> ended = new CompletableFuture<>();
  private final CompletionStage<Void> released;

  private BashProcess(ForkedProcess process, Resources resources, Executor blocking) {
    this.process = process;
    this.blocking = blocking;
    this.resources = resources;
    this.released = process.ended().thenAcceptAsync(exited -> {
      over(told());
      process.close();
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
        .thenCompose(resources -> ForkServer.OF_THIS_JVM.fork(sandbox.walls(resources.uid).order())
            .thenApplyAsync(process -> standing(process, resources, blocking), blocking)
            .whenComplete((spawned, failure) -> {
              if (failure != null) resources.close();
            }));
  }

  /** No process of the run is alive: PID 1 has told so, or has ended, whichever we hear of first. */
  private synchronized void over(Optional<RunUsage.Told> told) {
    if (!ended.isDone()) ended.complete(resources.count(told));
  }

  private void stdoutEnded() {
    var told = told();
    if (told.isPresent() && told.get().alone()) over(told);
  }

  private Optional<RunUsage.Told> told() {
    return RunUsage.Told.parse(process.said());
  }

  /** Its last read may tell how the run ended, and so needs a thread that may wait. */
  InputStream stdout() {
    return new FilterInputStream(process.stdout()) {
      @Override
      public int read(byte[] buffer, int from, int length) throws IOException {
        var count = in.read(buffer, from, length);
        if (count < 0) stdoutEnded();
        return count;
      }
    };
  }

  InputStream stderr() {
    return process.stderr();
  }

  /** Threads that may wait for what it writes. */
  Executor blocking() {
    return blocking;
  }

  /**
   * Hands over the script and then its stdin, as fast as the script reads; not before it is guarded, as what guards it may have
   * ended since the walls were built. If it cannot be, it is killed.
   */
  void feed(RunRequest request) {
    resources.begun();
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
    try (var stdin = process.stdin()) {
      stdin.write(frame);
      stdin.write(input);
    } catch (IOException closed) {
      // The script need not read its stdin to the end; how it ended is told by its status.
    }
  }

  /** Kills every process of the run. */
  void kill() {
    process.kill();
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

  private static BashProcess standing(ForkedProcess process, Resources resources, Executor blocking) {
    try {
      process.awaitWalls();
      resources.confine(process.child().orElseThrow(() -> new IOException("ended as its walls stood")));
      return new BashProcess(process, resources, blocking);
    } catch (IOException failure) {
      process.kill();
      process.close();
      throw new CompletionException(new IOException("sandbox: " + failure.getMessage()));
    }
  }

  /** What a run has beside its processes: perhaps a uid and a control group. */
  private static final class Resources {
    private final Sandbox sandbox;
    private final OptionalInt uid;
    private Optional<Cgroups.Cgroup> group = Optional.empty();
    private boolean closed;

    private Resources(Sandbox sandbox, OptionalInt uid) {
      this.sandbox = sandbox;
      this.uid = uid;
    }

    static Resources open(Sandbox sandbox) {
      try {
        return new Resources(sandbox, sandbox.takeUid());
      } catch (IOException failure) {
        throw new CompletionException(failure);
      }
    }

    /** Limits what a process and its children may take together. */
    void confine(long pid) throws IOException {
      if (sandbox.cgroups().isEmpty()) return;
      group = Optional.of(sandbox.cgroups().get().open());
      group.get().take(pid, sandbox.containment().limits());
    }

    Ended count(Optional<RunUsage.Told> told) {
      var rawStatus = told.map(tells -> OptionalInt.of(tells.rawStatus())).orElse(OptionalInt.empty());
      var endedWell = rawStatus.isPresent() && rawStatus.getAsInt() == 0;
      var counted = group.flatMap(endedWell ? Cgroups.Cgroup::countedTime : Cgroups.Cgroup::counted);
      return new Ended(rawStatus, RunUsage.of(told, counted), RunUsage.limit(rawStatus, counted));
    }

    synchronized void begun() {
      if (!closed) group.ifPresent(Cgroups.Cgroup::begun);
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
    }
  }
}
