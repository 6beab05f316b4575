package coordbfaas.timing;

import com.typesafe.config.Config;
import java.io.Closeable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.Scheduler.TaskRunOnClose;
import org.apache.pekko.event.LoggingAdapter;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * Pekko's timers without ticks: a task is handed to its executor when its delay is over, some 0.1 ms late, and nothing wakes up
 * while there is nothing to do.
 *
 * <p>Pekko's own scheduler looks every 10 ms and rounds up. Worker and coordinator measure the same deadline, so that its end
 * could be told 40 ms late, and an idle worker wakes a hundred times a second. That scheduler is made for more timers than a
 * coordinator has; a heap of some thousands is as quick. Named in {@code application.conf} as
 * {@code pekko.scheduler.implementation}.
 */
public final class ExactScheduler extends AbstractScheduler implements Closeable {
  private final ScheduledThreadPoolExecutor timer;
  private final LoggingAdapter log;

  /** What Pekko wants run at the end rather than dropped: so its dispatchers end their threads. */
  private final Set<Due> last = ConcurrentHashMap.newKeySet();

  /** The constructor that Pekko calls. Of the configuration nothing is read. */
  public ExactScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
    this.log = log;
    timer = new ScheduledThreadPoolExecutor(1, threads);
    timer.setRemoveOnCancelPolicy(true);
  }

  /** @throws IllegalStateException if it is closed */
  @Override
  public Cancellable scheduleOnce(FiniteDuration delay, Runnable task, ExecutionContext executor) {
    return scheduled(new Due(task, executor), due -> timer.schedule(due, delay.toNanos(), TimeUnit.NANOSECONDS));
  }

  /**
   * At a fixed rate. Callers may use it no more, but what they may use comes through here.
   *
   * @throws IllegalStateException if it is closed
   */
  @Override
  @SuppressWarnings("deprecation")
  public Cancellable schedule(FiniteDuration initialDelay, FiniteDuration interval, Runnable task, ExecutionContext executor) {
    return scheduled(new Due(task, executor), due ->
        timer.scheduleAtFixedRate(due, initialDelay.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** In hertz: an interval may be a nanosecond. */
  @Override
  public double maxFrequency() {
    return TimeUnit.SECONDS.toNanos(1);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    for (var due : last) due.run();
  }

  private Cancellable scheduled(Due due, Function<Due, Future<?>> schedule) {
    if (due.task instanceof TaskRunOnClose) last.add(due);
    try {
      return new Scheduled(due, schedule.apply(due));
    } catch (RejectedExecutionException closed) {
      last.remove(due);
      throw new IllegalStateException("the scheduler is closed", closed);
    }
  }

  private final class Due implements Runnable {
    private final Runnable task;
    private final ExecutionContext executor;

    Due(Runnable task, ExecutionContext executor) {
      this.task = task;
      this.executor = executor;
    }

    @Override
    public void run() {
      last.remove(this);
      try {
        executor.execute(task);
      } catch (RuntimeException refused) {
        log.error(refused, "a timer's task could not be executed");
      }
    }
  }

  private final class Scheduled implements Cancellable {
    private final Due due;
    private final Future<?> future;

    Scheduled(Due due, Future<?> future) {
      this.due = due;
      this.future = future;
    }

    @Override
    public boolean cancel() {
      last.remove(due);
      return future.cancel(false);
    }

    @Override
    public boolean isCancelled() {
      return future.isCancelled();
    }
  }
}
