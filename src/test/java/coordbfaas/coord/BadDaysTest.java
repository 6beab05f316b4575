package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.program.RunProcesses;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("On a bad day of Fly, a coordinator")
@Timeout(180)
class BadDaysTest {
  /**
   * The API refuses connections, flycast goes on: the run in progress ends well, the warm machines serve, then there is a 503
   * that says when to come again, and all is well soon after the API is back. No machine is thrown away.
   */
  @Test
  void servesWhileItsWarmMachinesLastAndRecoversAlone() {
    try (var fly = FlyOnABadDay.with(); var coordinator = ACoordinator.with(fly.environment(
        Map.of("POOLSIZE", "3", "QUEUETIME", "1s", "MAXREQTIME", "60s")))) {
      Eventually.eventually("three machines are up", () -> fly.cameTo("started") == 3);
      var run = RunProcesses.ofARun();
      var before = coordinator.client().runLater(run.sleep() + "; echo before");
      run.areAlive();
      fly.refusesConnections();

      for (var warm = 0; warm < 2; warm++) assertThat(coordinator.client().run("echo warm").outcome().stdout()).isEqualTo("warm\n");
      var refused = coordinator.client().run("echo late");
      assertThat(refused.header("Retry-After").orElseThrow()).matches("[1-9][0-9]?");
      assertThat(refused.problem(503).path("detail").asText()).isNotBlank();
      run.wakeUp();
      assertThat(Eventually.await(before).outcome().stdout()).isEqualTo("before\n");

      fly.takesConnectionsAgain();
      Eventually.eventually("a request is served again", () -> coordinator.client().run("echo again").status() == 200);
      Eventually.eventually("all machines are up again", () -> fly.cameTo("started") == 3 + 4);
      assertThat(fly.cameTo("destroying") + fly.cameTo("destroyed")).isZero();
      fly.findsNothingWrong();
    }
  }

  @Test
  void keepsItsMachinesUnderFlysRateLimits() {
    try (var fly = FlyOnABadDay.with("--rate-limits", "on"); var coordinator = ACoordinator.with(fly.environment(
        Map.of("POOLSIZE", "2", "QUEUETIME", "20s", "MAXREQTIME", "30s")))) {
      fly.suffers("start rate-limited times=2"); // on a slow computer nobody is quick enough for more of them
      var clients = IntStream.range(0, 4).mapToObj(client -> coordinator.client()).parallel();
      var codes = clients.flatMap(client -> IntStream.range(0, 6).mapToObj(run -> client.run("true").outcome().code())).toList();
      assertThat(codes).hasSize(24).containsOnly(0);
      assertThat(fly.answered("start", 429) + fly.answered("stop", 429) + fly.answered("wait", 429))
          .as("the limits were met").isPositive();
      assertThat(fly.cameTo("destroying") + fly.cameTo("destroyed")).isZero();
      fly.findsNothingWrong();
    }
  }

  @Test
  void sparesItsMachinesTheErrorsOfTheApi() {
    try (var fly = FlyOnABadDay.with(); var coordinator = ACoordinator.with(fly.environment(
        Map.of("POOLSIZE", "2", "QUEUETIME", "20s", "MAXREQTIME", "30s")))) {
      for (var fault : new String[] {"stop status=503 times=3", "start status=502 times=2", "wait status=500 times=2",
          "start still-active times=3", "wait lost=after times=1", "stop rate-limited times=2"})
        fly.suffers(fault);
      for (var run = 0; run < 12; run++) assertThat(coordinator.client().run("echo on").outcome().stdout()).isEqualTo("on\n");
      assertThat(fly.cameTo("destroying") + fly.cameTo("destroyed")).isZero();
      fly.findsNothingWrong();
    }
  }
}
