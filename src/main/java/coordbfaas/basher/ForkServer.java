package coordbfaas.basher;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has processes made by a fork of a program that is there ({@code forkserver.pl}) instead of the start of one: ADR 11.
 *
 * <p>The program is started with the first order and, should it end, with the next. It ends with this JVM, and what it made with
 * it.
 */
final class ForkServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ForkServer.class);

  static final ForkServer OF_THIS_JVM = new ForkServer(List.of());

  private final List<String> by;
  private CompletableFuture<Running> running = CompletableFuture.failedFuture(new IOException("not started yet"));

  /** @param by what executes the program: nothing, or a command that ends in doing so */
  ForkServer(List<String> by) {
    this.by = by;
  }

  /**
   * Makes a process.
   *
   * @param order what the program takes: see there
   * @return completed before the walls stand, by a thread that must not wait; fails with an {@link IOException} that says why not
   */
  CompletionStage<ForkedProcess> fork(List<String> order) {
    return running().thenCompose(program -> program.fork(order));
  }

  /** Ends the program, and with it what it made. */
  @Override
  public synchronized void close() {
    running.thenAccept(program -> program.process.destroyForcibly());
  }

  private synchronized CompletableFuture<Running> running() {
    var down = running.isCompletedExceptionally() || running.isDone() && !running.join().process.isAlive();
    if (down) running = Spawner.spawnAlone(command()).thenApply(Running::new).toCompletableFuture();
    return running;
  }

  private ProcessBuilder command() {
    var command = new ArrayList<>(by);
    command.addAll(List.of("perl", "-e", Walls.PROGRAM, Walls.MACHINE, Long.toString(ProcessHandle.current().pid())));
    var builder = new ProcessBuilder(command).directory(Path.of("/").toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    return builder;
  }

  /** The program, and a thread that hears its answers. */
  private static final class Running {
    private final Process process;
    private final Queue<CompletableFuture<ForkedProcess>> ordered = new ArrayDeque<>();
    private final Map<Long, ForkedProcess> alive = new HashMap<>();
    private boolean over;

    Running(Process process) {
      this.process = process;
      Thread.ofPlatform().name("fork-server").daemon().start(this::hear);
    }

    synchronized CompletionStage<ForkedProcess> fork(List<String> order) {
      var made = new CompletableFuture<ForkedProcess>();
      if (over) return CompletableFuture.failedFuture(new IOException("the fork server ended"));
      ordered.add(made);
      send(order);
      return made;
    }

    private void send(List<String> order) {
      try {
        process.getOutputStream().write(Frame.ofTexts(order));
        process.getOutputStream().flush();
      } catch (IOException ended) {
        // who hears its answers hears that too
      }
    }

    private void hear() {
      try (var answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (var line = answers.readLine(); line != null; line = answers.readLine()) heard(line.split(" "), line);
      } catch (IOException ended) {
        // as if it had said no more
      }
      isOver();
    }

    private synchronized void heard(String[] words, String line) {
      switch (words[0]) {
        case "begun" -> begun(Long.parseLong(words[1]), List.of(words).subList(2, words.length));
        case "ended" -> {
          var ended = alive.remove(Long.parseLong(words[1]));
          if (ended != null) ended.hasEnded();
        }
        default -> ordered.remove().completeExceptionally(new IOException(line));
      }
    }

    private void begun(long pid, List<String> descriptors) {
      var made = ordered.remove();
      try {
        var ends = descriptors.stream().map(fd -> Path.of("/proc", Long.toString(process.pid()), "fd", fd)).toList();
        var forked = ForkedProcess.open(pid, ends);
        alive.put(pid, forked);
        send(List.of());
        made.complete(forked);
      } catch (IOException closed) {
        send(List.of());
        made.completeExceptionally(closed);
      }
    }

    /** What it made was killed by the kernel as it ended. */
    private synchronized void isOver() {
      over = true;
      if (!alive.isEmpty()) LOG.error("what makes processes was ended, and with it all runs processes={}", alive.size());
      ordered.forEach(made -> made.completeExceptionally(new IOException("the fork server ended")));
      alive.values().forEach(ForkedProcess::isForsaken);
    }
  }
}
