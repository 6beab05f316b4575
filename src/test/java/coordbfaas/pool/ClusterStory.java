package coordbfaas.pool;

import coordbfaas.localfly.SimulatedFly;
import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.story.StoryStage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** One story of several pools on one Fly, all of it drawn from a seed. */
final class ClusterStory {
  static final int STEPS = 200;

  /** How a story went. */
  record Outcome(long seed, Optional<String> broken, List<String> trace, long messages) {}

  private ClusterStory() {}

  /** @param traced whether anybody wants to read it */
  static Outcome tell(StoryStage stage, long seed, ClusterPlant plant, boolean traced) {
    var trace = new SimTrace(stage.time(), traced);
    var random = new SplittableRandom(seed);
    var world = new ClusterWorld(stage, random.nextLong(), manner(random), plant, random, trace);
    var log = SimLog.into(trace);
    try {
      var script = new ClusterScript(world);
      script.begins();
      for (var step = 0; step < STEPS; step++) script.step();
      new ClusterHealing(world, script, Duration.ofSeconds(60)).heals();
      return new Outcome(seed, Optional.empty(), trace.lines(), world.messages());
    } catch (AssertionError broken) {
      return new Outcome(seed, Optional.of(broken.getMessage()), trace.lines(), world.messages());
    } finally {
      world.ends();
      log.close();
    }
  }

  private static SimulatedFly.Manner manner(RandomGenerator random) {
    var delays = new Delays(millis(random, 0, 2000), millis(random, 0, 500), millis(random, 0, 400), millis(random, 0, 600),
        millis(random, 0, 800), millis(random, 0, 400));
    var guessed = OpenQuestions.GUESSED;
    var open = new OpenQuestions(guessed.leaseTtlDefault(), guessed.leaseTtlMax(), guessed.wrongNonceStatus(),
        random.nextInt(4) > 0, random.nextInt(4) > 0, guessed.signalFenced(), random.nextBoolean(), guessed.updateStartsStopped(),
        random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(5), guessed.metadataBytesMax(), guessed.retryAfter());
    return new SimulatedFly.Manner(delays, open, false, millis(random, 1, 300), millis(random, 1, 300));
  }

  private static Duration millis(RandomGenerator random, int least, int most) {
    return Duration.ofMillis(random.nextInt(least, most));
  }
}
