package coordbfaas.basher;

import com.typesafe.config.Config;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;

/**
 * The threads that wait for processes: one for each wait, kept for a minute. A pool of a fixed size would let one run's
 * silent stdout hold up another's. Named in {@code application.conf}.
 */
public final class BlockingExecutor extends ExecutorServiceConfigurator {
  public BlockingExecutor(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threadFactory) {
    return new ExecutorServiceFactory() {
      @Override
      public ExecutorService createExecutorService() {
        return Executors.newCachedThreadPool(threadFactory);
      }
    };
  }
}
