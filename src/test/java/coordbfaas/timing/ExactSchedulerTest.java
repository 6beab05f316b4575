package coordbfaas.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.Scheduler;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.event.NoLogging;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import scala.concurrent.ExecutionContext;

@DisplayName("The scheduler")
@Timeout(30)
class ExactSchedulerTest {
  private static final ExecutionContext HERE = ExecutionContext.fromExecutor(Runnable::run);

  private final ExactScheduler scheduler =
      new ExactScheduler(ConfigFactory.empty(), NoLogging.getInstance(), Executors.defaultThreadFactory());

  @AfterEach
  void close() {
    scheduler.close();
  }

  @Test
  void runsATaskOnceItsDelayIsOver() throws InterruptedException {
    var done = new CountDownLatch(1);
    var began = System.nanoTime();
    scheduler.scheduleOnce(Duration.ofMillis(30), done::countDown, HERE);
    done.await();
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
  }

  @Test
  void runsInTheOrderOfTheDelays() throws InterruptedException {
    var done = new CountDownLatch(2);
    var order = new StringBuffer();
    scheduler.scheduleOnce(Duration.ofMillis(40), () -> { order.append("late "); done.countDown(); }, HERE);
    scheduler.scheduleOnce(Duration.ofMillis(1), () -> { order.append("early "); done.countDown(); }, HERE);
    done.await();
    assertThat(order).hasToString("early late ");
  }

  @Test
  void repeatsUntilItIsCancelled() throws InterruptedException {
    var thrice = new CountDownLatch(3);
    var again = scheduler.scheduleAtFixedRate(Duration.ZERO, Duration.ofMillis(1), thrice::countDown, HERE);
    thrice.await();
    assertThat(again.cancel()).isTrue();
    assertThat(again.isCancelled()).isTrue();
  }

  @Test
  void leavesOutWhatWasCancelled() throws InterruptedException {
    var runs = new AtomicInteger();
    var task = scheduler.scheduleOnce(Duration.ofMillis(20), runs::incrementAndGet, HERE);
    assertThat(task.cancel()).isTrue();
    assertThat(task.cancel()).as("for the second time").isFalse();
    var later = new CountDownLatch(1);
    scheduler.scheduleOnce(Duration.ofMillis(40), later::countDown, HERE);
    later.await();
    assertThat(runs).hasValue(0);
  }

  @Test
  void goesOnAfterAnExecutorThatRefuses() throws InterruptedException {
    var done = new CountDownLatch(1);
    scheduler.scheduleOnce(Duration.ZERO, () -> { throw new IllegalStateException("refused"); }, HERE);
    scheduler.scheduleOnce(Duration.ofMillis(1), done::countDown, HERE);
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void runsAtItsEndOnlyWhatIsMarked() {
    var dropped = new AtomicInteger();
    var last = new AtomicInteger();
    var cancelled = new AtomicInteger();
    scheduler.scheduleOnce(Duration.ofHours(1), dropped::incrementAndGet, HERE);
    scheduler.scheduleOnce(Duration.ofHours(1), (Scheduler.TaskRunOnClose) last::incrementAndGet, HERE);
    scheduler.scheduleOnce(Duration.ofHours(1), (Scheduler.TaskRunOnClose) cancelled::incrementAndGet, HERE).cancel();
    scheduler.close();
    assertThat(dropped).hasValue(0);
    assertThat(last).hasValue(1);
    assertThat(cancelled).hasValue(0);
  }

  @Test
  void takesNothingMoreOnceItIsClosed() {
    scheduler.close();
    assertThatThrownBy(() -> scheduler.scheduleOnce(Duration.ZERO, () -> { }, HERE)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void isWhatOurActorSystemsUseAndEndsWithThem() throws Exception {
    var system = ActorSystem.create(Behaviors.empty(), "timing");
    var used = Adapter.toClassic(system).scheduler();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(used).isInstanceOf(ExactScheduler.class);
    assertThatThrownBy(() -> used.scheduleOnce(Duration.ZERO, () -> { }, HERE)).isInstanceOf(IllegalStateException.class);
  }
}
