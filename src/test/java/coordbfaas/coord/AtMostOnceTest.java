package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.coord.UnfaithfulFlycast.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run leaves a line in a file of the host: what was told of it may be untrue, the file is not. */
@DisplayName("A run behind a flycast that is not to be relied on")
@Timeout(120)
class AtMostOnceTest {
  private Path lines;

  @BeforeEach
  void makeTheFile() throws IOException {
    lines = Files.createTempFile(Path.of("/var/tmp"), "bfaas-test", ".lines"); // a script has a /tmp of its own
  }

  @AfterEach
  void removeTheFile() throws IOException {
    Files.delete(lines);
  }

  @ParameterizedTest
  @EnumSource
  void isMadeOnce(Way way) throws IOException {
    try (var fly = FlyOnABadDay.with();
         var between = UnfaithfulFlycast.before(fly.flycast(), way);
         var coordinator = ACoordinator.with(fly.environment(Map.of(
             "WORKER_URL", between.address().toString(), "POOLSIZE", "2", "SANDBOX", "none", "MAXREQTIME", "30s")))) {
      for (var run = 1; run <= 3; run++) {
        var sentBefore = between.sent();
        var answer = coordinator.client().run("echo " + run + " >> " + lines);
        assertThat(answer.status()).isIn(statuses(way));
        if (answer.status() == 200) assertThat(answer.outcome().code()).isZero();
        assertThat(between.sent()).isGreaterThan(sentBefore);
        var made = Files.readAllLines(lines);
        assertThat(made).doesNotHaveDuplicates();
        if (way != Way.REPEATS_AT_ONCE || answer.status() == 200) assertThat(made).contains(Integer.toString(run));
      }
    }
  }

  /** Of two requests at once the worker may take the one whose answer nobody reads, and be stopped before its run has begun. */
  private static Set<Integer> statuses(Way way) {
    return switch (way) {
      case REPEATS -> Set.of(200);
      case REPEATS_AT_ONCE -> Set.of(200, 502);
      case CUTS, ANSWERS_502 -> Set.of(502);
    };
  }
}
