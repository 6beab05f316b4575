package coordbfaas.basher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The firewall of this JVM's scripts. It stands while a process of {@code nft} lives that owns it.
 *
 * <p>The kernel removes the table when its owner ends, which it does when this JVM does, however that ends: none is ever left
 * behind. And no one but the owner can change it, {@code nft flush ruleset} included.
 */
final class FirewallProcess {
  private static final Logger LOG = LoggerFactory.getLogger(FirewallProcess.class);

  /** By their first uid: a table of a name can be made only once. */
  private static final Map<Integer, FirewallProcess> OF_THIS_JVM = new ConcurrentHashMap<>();

  private final String table;
  private final String rules;
  private CompletableFuture<Process> raised = CompletableFuture.failedFuture(new IOException("not raised yet"));

  private FirewallProcess(int firstUid, int lastUid) {
    this.table = Firewall.TABLE_PREFIX + ProcessHandle.current().pid() + "_" + firstUid;
    this.rules = Firewall.table(table, firstUid, lastUid);
  }

  static FirewallProcess of(int firstUid, int lastUid) {
    return OF_THIS_JVM.computeIfAbsent(firstUid, first -> new FirewallProcess(first, lastUid));
  }

  /**
   * Raises it, unless it stands.
   *
   * @param blocking threads that may wait
   * @return fails with an {@link IOException} that says what {@code nft} said
   */
  synchronized CompletionStage<Void> standing(Executor blocking) {
    var down = raised.isCompletedExceptionally() || raised.isDone() && !raised.join().isAlive();
    if (down) raised = raise(blocking);
    return raised.thenApply(stands -> null);
  }

  private CompletableFuture<Process> raise(Executor blocking) {
    var builder = new ProcessBuilder("nft", "-i").directory(Path.of("/").toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"));
    builder.environment().put("HOME", "/dev/null"); // it would write a history
    return Spawner.spawn(builder).thenApplyAsync(this::owning, blocking).toCompletableFuture();
  }

  private Process owning(Process nft) {
    try {
      var stdin = nft.getOutputStream();
      stdin.write((rules + "\nlist table inet " + table + "\n").getBytes(StandardCharsets.US_ASCII));
      stdin.flush();
      var stdout = new BufferedReader(new InputStreamReader(nft.getInputStream(), StandardCharsets.UTF_8));
      var answer = stdout.readLine();
      if (answer == null || !answer.startsWith("table inet " + table)) throw new IOException("nft: " + answer);
      for (var line = answer; !line.equals("}"); line = stdout.readLine())
        if (line == null) throw new IOException("nft ended");
      nft.onExit().thenRun(() -> LOG.error("the firewall is down: what owned it was ended; it is raised again for the next run"));
      return nft;
    } catch (IOException failure) {
      nft.destroyForcibly();
      throw new CompletionException(failure);
    }
  }
}
