package coordbfaas.conform;

import coordbfaas.wire.ServerUrl;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Runs checks, each within its time. */
final class Checking {
  private final ServerUrl target;
  private final Terms terms;

  Checking(ServerUrl target, Terms terms) {
    this.target = target;
    this.terms = terms;
  }

  /**
   * Runs the checks, so many at once, the longest first; those that have to run alone after all others.
   *
   * @param found is told each finding, in the order of the checks
   */
  List<Finding> run(List<Check> checks, int atOnce, Consumer<Finding> found) {
    var threads = Executors.newFixedThreadPool(atOnce);
    try {
      return run(checks, threads, found);
    } finally {
      threads.shutdownNow();
    }
  }

  private List<Finding> run(List<Check> checks, ExecutorService threads, Consumer<Finding> found) {
    var findings = new HashMap<Check, CompletableFuture<Finding>>();
    checks.stream().filter(check -> !check.alone()).sorted(Comparator.comparing(Check::nominal).reversed())
        .forEach(check -> findings.put(check, CompletableFuture.supplyAsync(() -> run(check), threads)));
    return checks.stream().map(check -> check.alone() ? runAlone(check, findings) : findings.get(check).join())
        .peek(found).toList();
  }

  private Finding runAlone(Check check, Map<Check, CompletableFuture<Finding>> others) {
    others.values().forEach(CompletableFuture::join);
    return run(check);
  }

  Finding run(Check check) {
    var start = System.nanoTime();
    var verdict = verdict(check, check.nominal().plus(terms.patience()).plus(terms.busy()));
    return new Finding(check, verdict, (System.nanoTime() - start) / 1_000_000);
  }

  private Finding.Verdict verdict(Check check, Duration bound) {
    var server = new Server(target, terms);
    try (server) {
      CompletableFuture.delayedExecutor(bound.toMillis(), TimeUnit.MILLISECONDS, Runnable::run).execute(() -> end(server));
      check.assertion().on(server);
      return new Finding.Ok();
    } catch (Mismatch mismatch) {
      return new Finding.Failed(mismatch.expected(), mismatch.seen());
    } catch (NotApplicable none) {
      return new Finding.Skipped(none.getMessage());
    } catch (IOException failure) {
      return server.isOver() ? new Finding.Failed("an end within " + bound.toMillis() + " ms", "none")
          : new Finding.Failed("a connection that lasts", String.valueOf(failure.getMessage()));
    }
  }

  private static void end(Server server) {
    try {
      server.close();
    } catch (IOException alreadyBroken) {
      // what is broken is closed
    }
  }
}
