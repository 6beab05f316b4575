package coordbfaas.basher;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The walls around a run, as the command line that builds them: a PID namespace, a mount namespace with a {@code /proc} and a
 * {@code /tmp} of its own, and the reaper as its PID 1.
 *
 * @param unshare the command that makes the namespaces
 * @param bash the path of bash
 */
record Sandbox(List<String> unshare, Path bash) {
  /** Layers of the design that are not built yet, named in a warning at start. */
  static final List<String> MISSING = List.of("another uid", "network", "limits", "read-only root");

  /** Where a script runs, and its home: in the run's own /tmp, gone with it. */
  static final String DIRECTORY = "/tmp/work";

  private static final List<String> AS_ROOT = List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");
  private static final List<String> AS_ANYONE =
      List.of("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc");

  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
  private static final AtomicReference<CompletableFuture<Sandbox>> PROBED = new AtomicReference<>();

  // The status file becomes fd 3 and, for unshare's own words, stderr; the run's stderr waits on fd 4 for the other side.
  private static final String OPEN_STATUS = "exec 3>\"$1\" 4>&2 2>&3; rm -f \"$1\"; shift";
  private static final String STDERR_BACK = "exec 2>&4 4>&-";
  private static final String OWN_TMP = "mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs /tmp";
  private static final long PROBE_SECONDS_MAX = 10;
  private static final String REAPER = resource("reaper.pl");

  /**
   * The best that this computer allows. Tried once in the life of the JVM, which takes about 20 ms.
   *
   * @param blocking threads that may wait
   * @return fails if it allows no namespace at all: then nothing may run here
   */
  static CompletionStage<Sandbox> onThisComputer(Executor blocking) {
    if (PROBED.compareAndSet(null, new CompletableFuture<>())) {
      CompletableFuture.supplyAsync(Sandbox::probe, blocking).whenComplete(Sandbox::probed);
    }
    return PROBED.get();
  }

  private static void probed(Sandbox sandbox, Throwable failure) {
    if (failure != null) {
      PROBED.get().completeExceptionally(failure);
      return;
    }
    var has = sandbox.unshare().contains("--user") ? "user, PID and mount namespaces" : "PID and mount namespaces";
    LOG.warn("containment has=[{}] missing={}", has, MISSING);
    PROBED.get().complete(sandbox);
  }

  private static Sandbox probe() {
    var bash = findBash().orElseThrow(() -> new IllegalStateException("no bash in /bin, /usr/bin or /usr/local/bin"));
    return Stream.of(AS_ROOT, AS_ANYONE).filter(Sandbox::works).findFirst()
        .map(unshare -> new Sandbox(unshare, bash))
        .orElseThrow(() -> new IllegalStateException("no PID namespace: unshare is refused, as root and with a user namespace"));
  }

  /**
   * The command of one contained process. It tells by a byte on stdout that it waits for its frame on stdin, and writes its
   * raw wait status as the first line of the file {@code status}, which it unlinks first: its reader holds it open. What
   * unshare says goes there too, as it says something of its own when what it waits for is killed.
   */
  List<String> command(Path status) {
    var command = new ArrayList<>(List.of("sh", "-c", OPEN_STATUS + "; exec \"$@\"", "sh", status.toString()));
    command.addAll(unshare);
    command.addAll(List.of("sh", "-c", STDERR_BACK + "; " + OWN_TMP + " && exec perl -e \"$@\"", "sh"));
    command.addAll(List.of(REAPER, bash.toString(), DIRECTORY));
    return command;
  }

  private static boolean works(List<String> unshare) {
    var command = new ArrayList<>(unshare);
    command.addAll(List.of("sh", "-c", OWN_TMP + " && exec perl -e ''"));
    try {
      var trial = new ProcessBuilder(command).redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
      return trial.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS) && trial.exitValue() == 0;
    } catch (IOException missing) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Optional<Path> findBash() {
    return Stream.of("/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash").map(Path::of).filter(Files::isExecutable).findFirst();
  }

  private static String resource(String name) {
    try (InputStream resource = Sandbox.class.getResourceAsStream(name)) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
