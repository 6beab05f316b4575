package coordbfaas.machines;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The answers that callers wait for: each comes, whatever becomes of the client. Those that its end finds open, and those that
 * are asked for after it, fail with {@link MachinesFailure.Unreachable}.
 */
final class OwedAnswers {
  private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  /** @param handOver gives the answer to whoever is to complete it */
  <T> CompletionStage<T> owe(Consumer<CompletableFuture<T>> handOver) {
    var answer = new CompletableFuture<T>();
    open.add(answer);
    answer.whenComplete((value, failure) -> open.remove(answer));
    handOver.accept(answer);
    if (ended) end(answer); // what was handed over after the end is lost
    return answer;
  }

  void end() {
    ended = true;
    open.forEach(OwedAnswers::end);
  }

  /** How many have not been given. */
  int open() {
    return open.size();
  }

  private static void end(CompletableFuture<?> answer) {
    answer.completeExceptionally(new MachinesFailure.Unreachable("the client of the Machines API has ended"));
  }
}
