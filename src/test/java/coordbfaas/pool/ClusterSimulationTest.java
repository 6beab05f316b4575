package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import coordbfaas.settings.GoDuration;
import coordbfaas.story.StoryStage;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Goal: whatever happens to several coordinators and their Fly, no invariant of theirs is broken.
 *
 * <p>Method: stories drawn from seeds. In each at least three pools, two instances of one pool among them, have requests,
 * crash, stand still between any two messages, restart with other settings, are cut off, lose calls and answers, and send calls
 * that arrive minutes later; reads lag, clocks are set, scripts do what they like to their machines and to the metadata of
 * others. All is judged after each message. In the end all is well, and what must come to be then is looked for.
 *
 * <p>{@code -Dsimulation.seeds=N} tells so many, {@code -Dsimulation.time=1h} as many as there is time for,
 * {@code -Dsimulation.seed=S} that one, with all of its trace.
 */
@DisplayName("Several pools on one Fly")
@Execution(ExecutionMode.CONCURRENT)
class ClusterSimulationTest {
  private static final int SEEDS = 1500;
  private static final int LINES = 400;

  private final StoryStage stage = new StoryStage();

  @AfterEach
  void closes() {
    stage.close();
  }

  @Test
  void keepTheirInvariants() {
    var one = Optional.ofNullable(Long.getLong("simulation.seed"));
    if (one.isPresent()) {
      var story = ClusterStory.tell(stage, one.get(), ClusterPlant.NONE, true);
      story.trace().forEach(System.out::println);
      story.broken().ifPresent(broken -> fail("seed " + one.get() + ": " + broken));
      return;
    }
    var first = Long.getLong("simulation.first", 1);
    var time = Optional.ofNullable(System.getProperty("simulation.time")).map(GoDuration::parse);
    var seeds = time.isPresent() ? Long.MAX_VALUE - first : Long.getLong("simulation.seeds", SEEDS);
    var begun = System.nanoTime();
    var messages = 0L;
    var told = 0L;
    for (var seed = first; seed < first + seeds && isTimeLeft(begun, time); seed++, told++) {
      var story = ClusterStory.tell(stage, seed, ClusterPlant.NONE, false);
      messages += story.messages();
      if (story.broken().isPresent()) isBroken(seed);
    }
    System.out.printf("%d stories, %d messages, %.1f ms each%n", told, messages, (System.nanoTime() - begun) / 1e6 / told);
  }

  private static boolean isTimeLeft(long begun, Optional<Duration> time) {
    return time.isEmpty() || System.nanoTime() - begun < time.get().toNanos();
  }

  /** The same story once more, to be read. */
  private void isBroken(long seed) {
    var story = ClusterStory.tell(stage, seed, ClusterPlant.NONE, true);
    var lines = story.trace();
    lines.stream().skip(Math.max(0, lines.size() - LINES)).forEach(System.out::println);
    fail("-Dsimulation.seed=" + seed + ": " + story.broken().orElse("not broken a second time"));
  }

  @Test
  void doTheSameFromTheSameSeed() {
    for (var seed = 1; seed <= 5; seed++) {
      var first = ClusterStory.tell(stage, seed, ClusterPlant.NONE, true);
      ClusterStory.tell(stage, seed + 100, ClusterPlant.NONE, false);
      assertThat(ClusterStory.tell(stage, seed, ClusterPlant.NONE, true)).isEqualTo(first);
    }
  }
}
