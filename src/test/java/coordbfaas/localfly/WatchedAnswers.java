package coordbfaas.localfly;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Holds each answer that a Machines API gives, in whatever actor system of this JVM, against {@link FlysOwnSpecification}.
 *
 * <p>The tests' reference.conf has every actor system load it. It works beside the answers, which are not kept waiting.
 */
public final class WatchedAnswers extends ExtensionId<WatchedAnswers.Watch> {
  private static final WatchedAnswers INSTANCE = new WatchedAnswers();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Set<Watch> WATCHES = ConcurrentHashMap.newKeySet();
  private static final Queue<String> PROBLEMS = new ConcurrentLinkedQueue<>();

  /** Completed when all that was told before is judged. */
  private record Judged(CompletableFuture<Void> done) {}

  /** One actor system's. */
  static final class Watch implements Extension {
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ActorRef<Object> judge;

    private Watch(ActorSystem<?> system) {
      judge = system.systemActorOf(judging(ended), "watched-answers", Props.empty());
      system.classicSystem().eventStream().subscribe(Adapter.toClassic(judge), Answered.class);
    }

    /** Waits until all answers that were given before are judged; an actor system that has ended gives none. */
    private void awaitJudged() {
      var done = new CompletableFuture<Void>();
      judge.tell(new Judged(done));
      CompletableFuture.anyOf(done, ended).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
  }

  private WatchedAnswers() {}

  /** What Pekko looks for in an extension that is loaded by its name. */
  public static WatchedAnswers getInstance() {
    return INSTANCE;
  }

  @Override
  public Watch createExtension(ActorSystem<?> system) {
    var watch = new Watch(system);
    WATCHES.add(watch);
    watch.ended.thenRun(() -> WATCHES.remove(watch));
    return watch;
  }

  /** What was wrong with answers since this was asked last. */
  static List<String> problems() {
    WATCHES.forEach(Watch::awaitJudged);
    return Stream.generate(PROBLEMS::poll).takeWhile(Objects::nonNull).toList();
  }

  /** @param ended completed when the actor has ended */
  private static Behavior<Object> judging(CompletableFuture<Void> ended) {
    return Behaviors.receive(Object.class)
        .onMessage(Answered.class, WatchedAnswers::judge)
        .onMessage(Judged.class, judged -> {
          judged.done().complete(null);
          return Behaviors.same();
        })
        .onSignal(PostStop.class, signal -> {
          ended.complete(null);
          return Behaviors.same();
        })
        .build();
  }

  /** An answer that can't be judged is a problem too. */
  private static Behavior<Object> judge(Answered answer) {
    try {
      FlysOwnSpecification.problems(answer.action(), answer.status(), answer.body())
          .forEach(problem -> PROBLEMS.add(answer + ": " + problem));
    } catch (RuntimeException failure) {
      PROBLEMS.add(answer + ": " + failure);
    }
    return Behaviors.same();
  }
}
