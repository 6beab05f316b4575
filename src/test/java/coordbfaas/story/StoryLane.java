package coordbfaas.story;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Where the work of some actors waits until the story has it done, one message at a time: a dispatcher's executor. What is not
 * drained stands still, as a process does that was stopped; what is sent to it is kept.
 *
 * <p>An actor waits in its lane once, whatever it was sent. So whichever is taken, no actor gets its messages out of order.
 */
public final class StoryLane extends AbstractExecutorService {
  private final List<Runnable> waiting = new ArrayList<>();

  @Override
  public synchronized void execute(Runnable task) {
    waiting.add(task);
  }

  public synchronized boolean isIdle() {
    return waiting.isEmpty();
  }

  /** Has any one of the actors that wait here handle a message. */
  public void goesOn(RandomGenerator random) {
    take(random.nextInt(size())).run();
  }

  /** Has the actors handle everything that they were sent, in the order in which they were. */
  public void drains() {
    while (!isIdle()) take(0).run();
  }

  private synchronized int size() {
    return waiting.size();
  }

  private synchronized Runnable take(int place) {
    return waiting.remove(place);
  }

  // ---- a lane outlives the dispatchers that use it ----

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
