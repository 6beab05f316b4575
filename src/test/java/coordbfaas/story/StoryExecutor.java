package coordbfaas.story;

import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;

/** Gives each dispatcher the lane of its name. */
public final class StoryExecutor extends ExecutorServiceConfigurator {
  private final StoryTime time;

  /** Pekko makes it. */
  public StoryExecutor(Config config, DispatcherPrerequisites system) {
    super(config, system);
    this.time = (StoryTime) system.scheduler();
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String dispatcher, ThreadFactory threads) {
    return () -> time.lane(dispatcher);
  }
}
