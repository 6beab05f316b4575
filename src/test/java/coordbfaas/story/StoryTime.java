package coordbfaas.story;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.event.LoggingAdapter;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * The time of a story: it passes when it is told to, and moves the actors' timers and the clock together.
 *
 * <p>The actors of its systems do all that a message causes before the telling of it returns, on the teller's thread: what
 * has not happened by then will not happen by itself. So nothing is waited for, and a story always goes the same way.
 */
public final class StoryTime extends AbstractScheduler implements InstantSource {
  /** The system's own actors have threads, wherever a program puts them: the story does not have them go on. */
  static final String THREADS_OF_PEKKOS_OWN =
      "pekko.actor.internal-dispatcher = pekko.actor.default-blocking-io-dispatcher\n";

  private static final Instant BEGIN = Instant.parse("2026-01-01T12:00:00Z");

  private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparing(Timer::due).thenComparing(Timer::number));
  private final Map<String, StoryLane> lanes = new HashMap<>();
  private Duration passed = Duration.ZERO;
  private Duration clockIsAhead = Duration.ZERO;
  private long timersStarted;

  /** Pekko makes it. */
  public StoryTime(Config config, LoggingAdapter log, ThreadFactory threads) {}

  /** An actor system in which this is the time. */
  public static ActorTestKit aSystem() {
    return ActorTestKit.create("story", ConfigFactory.parseString("""
        pekko.scheduler.implementation = "coordbfaas.story.StoryTime"
        pekko.actor.default-dispatcher = ${pekko.test.calling-thread-dispatcher}
        """ + THREADS_OF_PEKKOS_OWN).withFallback(ConfigFactory.load()).resolve());
  }

  public static StoryTime of(ActorTestKit system) {
    return (StoryTime) system.system().classicSystem().scheduler();
  }

  @Override
  public Instant instant() {
    return BEGIN.plus(passed).plus(clockIsAhead);
  }

  /** What a clock says that nobody sets. */
  public Instant steady() {
    return BEGIN.plus(passed);
  }

  /** Every timer that is due on the way goes off at its time. */
  public void passes(Duration duration) {
    var end = passed.plus(duration);
    while (!timers.isEmpty() && timers.peek().due().compareTo(end) <= 0) {
      var next = timers.remove();
      if (next.due().compareTo(passed) > 0) passed = next.due();
      next.run();
    }
    passed = end;
  }

  /** The computer stands still for so long, and its clocks go on: timers that were due meanwhile go off at the end. */
  public void standsStill(Duration duration) {
    passed = passed.plus(duration);
    passes(Duration.ZERO);
  }

  /** It is that late now, and no timer has been due before. */
  public void reaches(Duration instant) {
    if (instant.compareTo(passed) > 0) passed = instant;
  }

  /** How much has passed since the story began. */
  public Duration passed() {
    return passed;
  }

  /** How much will have passed when a timer is due next. */
  public Optional<Duration> next() {
    return Optional.ofNullable(timers.peek()).map(Timer::due);
  }

  /** Another story begins; whatever was to happen in the last one does not. */
  public void beginsAnew() {
    timers.clear();
    passed = Duration.ZERO;
    clockIsAhead = Duration.ZERO;
    timersStarted = 0;
  }

  /** Does something when a time has passed, before what is due at the same instant and was asked for later. */
  public Cancellable later(Duration delay, Runnable task) {
    var timer = new Timer(passed.plus(delay), timersStarted++, task);
    timers.add(timer);
    return timer;
  }

  /** The lane of a name. */
  synchronized StoryLane lane(String name) {
    return lanes.computeIfAbsent(name, same -> new StoryLane());
  }

  /** The clock alone is set, forth or back; the timers do not notice. */
  public void clockIsSet(Duration ahead) {
    clockIsAhead = clockIsAhead.plus(ahead);
  }

  @Override
  public Cancellable scheduleOnce(FiniteDuration delay, Runnable task, ExecutionContext executor) {
    return later(Duration.ofNanos(delay.toNanos()), task);
  }

  @Override
  @SuppressWarnings("deprecation") // it is abstract all the same
  public Cancellable schedule(FiniteDuration delay, FiniteDuration interval, Runnable task, ExecutionContext executor) {
    throw new UnsupportedOperationException("repeated timers");
  }

  @Override
  public double maxFrequency() {
    return 1000;
  }

  private final class Timer implements Cancellable {
    private final Duration due;
    private final long number;
    private final Runnable task;
    private boolean over;

    Timer(Duration due, long number, Runnable task) {
      this.due = due;
      this.number = number;
      this.task = task;
    }

    Duration due() {
      return due;
    }

    long number() {
      return number;
    }

    void run() {
      over = true;
      task.run();
    }

    @Override
    public boolean cancel() {
      var cancelled = !over;
      over = true;
      timers.remove(this);
      return cancelled;
    }

    @Override
    public boolean isCancelled() {
      return over;
    }
  }
}
