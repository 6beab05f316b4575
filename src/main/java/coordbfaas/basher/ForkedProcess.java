package coordbfaas.basher;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A process that a {@link ForkServer} made: PID 1 of a namespace. When it has ended, so has all that was in there.
 *
 * <p>Not to be confused with the one child that it has, which becomes bash.
 */
final class ForkedProcess implements Closeable {
  // What walls that cannot be built may say of it, and room to spare for what the reaper reports: four numbers.
  private static final int SAID_BYTES_MAX = 1024;

  private final long pid;
  private final Optional<ProcessHandle> handle;
  private final OutputStream stdin;
  private final InputStream status;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final StringBuilder said = new StringBuilder();
  private InputStream stdout;
  private InputStream stderr;
  private boolean stdoutTaken;
  private boolean stderrTaken;
  private boolean closed;

  private ForkedProcess(long pid, OutputStream stdin, InputStream stdout, InputStream stderr, InputStream status) {
    this.pid = pid;
    this.handle = ProcessHandle.of(pid);
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.status = status;
  }

  /**
   * Opens the ends of its pipes.
   *
   * @param ends where: stdin's, stdout's, stderr's, and that of the status channel
   */
  static ForkedProcess open(long pid, List<Path> ends) throws IOException {
    var inputs = new ArrayList<InputStream>();
    try {
      for (var end : ends.subList(1, ends.size())) inputs.add(new FileInputStream(end.toFile()));
      return new ForkedProcess(pid, new FileOutputStream(ends.getFirst().toFile()), inputs.get(0), inputs.get(1), inputs.get(2));
    } catch (IOException failure) {
      inputs.forEach(ForkedProcess::close);
      throw failure;
    }
  }

  OutputStream stdin() {
    return stdin;
  }

  /** Whoever takes it closes it. */
  synchronized InputStream stdout() {
    stdoutTaken = true;
    return stdout;
  }

  /** Whoever takes it closes it. */
  synchronized InputStream stderr() {
    stderrTaken = true;
    return stderr;
  }

  /**
   * Waits until its walls stand.
   *
   * @throws IOException if they do not, with what it complained of
   */
  void awaitWalls() throws IOException {
    if (stdout.read() == '.') return;
    var complaint = new String(stderr.readNBytes(SAID_BYTES_MAX), StandardCharsets.UTF_8).strip(); // of what was to become bash
    throw new IOException(complaint.isEmpty() ? said().strip() : complaint);
  }

  /** What it has told of itself until now by the status channel, and before its walls stood, of them. Does not wait. */
  synchronized String said() {
    try {
      if (!closed) {
        var bytes = status.readNBytes(Math.min(status.available(), SAID_BYTES_MAX - said.length()));
        said.append(new String(bytes, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException unreadable) {
      // it has told no more
    }
    return said.toString();
  }

  /** The pid of its child, while it has one. To ask {@link ProcessHandle#children} would be to read all of {@code /proc}. */
  Optional<Long> child() {
    var children = Path.of("/proc", Long.toString(pid), "task", Long.toString(pid), "children");
    if (!Files.exists(children)) // a kernel without CONFIG_PROC_CHILDREN
      return handle.flatMap(process -> process.children().findFirst()).map(ProcessHandle::pid);
    try {
      var pids = Files.readString(children).strip();
      return pids.isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(pids));
    } catch (IOException | NumberFormatException gone) {
      return Optional.empty();
    }
  }

  /** Kills it, and so all in its namespace. */
  void kill() {
    handle.ifPresent(ProcessHandle::destroyForcibly);
  }

  /** Completed when all in its namespace are dead. */
  CompletionStage<Void> ended() {
    return ended;
  }

  void hasEnded() {
    ended.complete(null);
  }

  /** Nobody is left to tell when it ends: it is looked after from here. */
  void isForsaken() {
    handle.map(ProcessHandle::onExit).orElse(CompletableFuture.completedFuture(null)).thenRun(this::hasEnded);
  }

  /** Closes what nobody else does. Of a process that has ended nothing is lost by that: outputs may still be taken and read. */
  @Override
  public synchronized void close() {
    closed = true;
    close(stdin);
    close(status);
    if (!stdoutTaken) stdout = rest(stdout);
    if (!stderrTaken) stderr = rest(stderr);
  }

  private static InputStream rest(InputStream output) {
    try (output) {
      return new ByteArrayInputStream(output.readAllBytes());
    } catch (IOException unreadable) {
      return InputStream.nullInputStream();
    }
  }

  private static void close(Closeable end) {
    try {
      end.close();
    } catch (IOException closed) {
      // nothing is lost: what was written to a pipe has left us
    }
  }
}
