package coordbfaas.story;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.event.Logging;

/**
 * An actor system without threads of its own: its actors wait in lanes until the story has them go on, and its time is a
 * {@link StoryTime}. One serves for many stories, one after the other.
 *
 * <p>The lanes are numbered; the onlookers, who belong to the story, have one of their own.
 */
public final class StoryStage implements AutoCloseable {
  public static final int LANES = 8;

  private sealed interface Command {}

  private record Spawn<T>(Behavior<T> actor, DispatcherSelector lane, CompletableFuture<ActorRef<T>> done) implements Command {
    void by(ActorContext<Command> context) {
      done.complete(context.spawnAnonymous(actor, lane));
    }
  }

  private record Stop(ActorRef<?> actor) implements Command {}

  private static final String ONLOOKERS = "pekko.actor.default-dispatcher";

  private final ActorSystem<Command> system;
  private final StoryTime time;
  private final StoryLane onlookers;
  private final List<StoryLane> lanes;
  private final List<String> failures = new ArrayList<>();

  public StoryStage() {
    var names = IntStream.range(0, LANES).mapToObj(StoryStage::name).toList();
    var lane = "{ type = Dispatcher, executor = \"" + StoryExecutor.class.getName()
        + "\", throughput = 1, shutdown-timeout = 1000 days }\n";
    // Whoever watches over the answers of a Fly that has sockets is not on the stage.
    var config = ConfigFactory.parseString("pekko { loglevel = ERROR, log-dead-letters = off }\n"
        + "pekko.loggers-dispatcher = pekko.actor.internal-dispatcher\n"
        + StoryTime.THREADS_OF_PEKKOS_OWN
        + "pekko.scheduler.implementation = \"" + StoryTime.class.getName() + "\"\n"
        + "pekko.actor.typed.library-extensions = []\n"
        + ONLOOKERS + lane + names.stream().map(name -> name + lane).collect(Collectors.joining()));
    system = ActorSystem.create(guardian(), "stage", config.withFallback(ConfigFactory.load()).resolve());
    time = (StoryTime) system.classicSystem().scheduler();
    onlookers = time.lane(ONLOOKERS);
    lanes = names.stream().map(time::lane).toList();
    system.classicSystem().eventStream().subscribe(Adapter.toClassic(spawn(failureNotes())), Logging.Error.class);
  }

  private static String name(int lane) {
    return "story.lane-" + lane;
  }

  private static Behavior<Command> guardian() {
    return Behaviors.receive((context, message) -> {
      switch (message) {
        case Spawn<?> spawn -> spawn.by(context);
        case Stop(var actor) -> context.stop(actor);
      }
      return Behaviors.same();
    });
  }

  private Behavior<Logging.Error> failureNotes() {
    return Behaviors.receiveMessage(error -> {
      failures.add(error.message() + " " + error.cause());
      return Behaviors.same();
    });
  }

  public StoryTime time() {
    return time;
  }

  public StoryLane lane(int number) {
    return lanes.get(number);
  }

  /** What the onlookers were told, they know. */
  public void onlookersSee() {
    onlookers.drains();
  }

  /** Actors that failed since this was asked last: none should. */
  public List<String> failures() {
    if (failures.isEmpty()) return List.of();
    var all = List.copyOf(failures);
    failures.clear();
    return all;
  }

  /** Spawns an onlooker. */
  public <T> ActorRef<T> spawn(Behavior<T> actor) {
    return spawn(actor, DispatcherSelector.defaultDispatcher());
  }

  public <T> ActorRef<T> spawn(Behavior<T> actor, int lane) {
    return spawn(actor, DispatcherSelector.fromConfig(name(lane)));
  }

  private <T> ActorRef<T> spawn(Behavior<T> actor, DispatcherSelector lane) {
    var done = new CompletableFuture<ActorRef<T>>();
    system.tell(new Spawn<>(actor, lane, done));
    onlookers.drains();
    return done.join();
  }

  /** Has an actor stopped; those in a lane stop when it goes on. */
  public void stops(ActorRef<?> actor) {
    system.tell(new Stop(actor));
    onlookers.drains();
  }

  @Override
  public void close() {
    system.terminate();
    var ended = system.getWhenTerminated().toCompletableFuture();
    while (!ended.isDone()) {
      onlookers.drains();
      lanes.forEach(StoryLane::drains);
      awaitBriefly(ended);
    }
  }

  /** The system's own actors, which end last, have threads. */
  private static void awaitBriefly(CompletableFuture<?> ended) {
    try {
      ended.get(2, TimeUnit.MILLISECONDS);
    } catch (TimeoutException notYet) {
      // the lanes may have something to do first
    } catch (InterruptedException | ExecutionException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
