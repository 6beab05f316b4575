package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import coordbfaas.outside.RawClient.Way;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One machine, booted for whoever wants it and for nobody else. */
@DisplayName("A coordinator that keeps nothing warm")
@Timeout(120)
class ColdQueueTest {
  /**
   * The machine is taken; a client waits, and leaves; another one waits. When the machine is free it is booted once, for the
   * one who is still there.
   */
  @ParameterizedTest
  @EnumSource
  void bootsNoMachineForAClientThatLeft(Way way) throws IOException {
    var fly = TappedFly.start();
    var taken = RunProcesses.ofARun();
    try (var coordinator = ACoordinator.with(
        fly.environment(1, Map.of("POOL_WARM", "0", "QUEUETIME", "60s", "MAXREQTIME", "60s")))) {
      var first = coordinator.client().runLater(taken.sleep() + "; echo first");
      taken.areAlive();
      var machine = fly.runs().getFirst().machine();

      var client = RawClient.connect(coordinator.address()).post("echo left");
      Eventually.eventually("both are accepted", () -> coordinator.requests() == 2);
      client.leave(way);
      Eventually.eventually("one is left", () -> coordinator.requests() == 1);
      var starts = fly.calls("start", machine);

      var next = coordinator.client().runLater("echo next");
      Eventually.eventually("another waits", () -> coordinator.requests() == 2);

      taken.wakeUp();
      assertThat(Eventually.await(first).outcome().stdout()).isEqualTo("first\n");
      assertThat(Eventually.await(next).outcome().stdout()).isEqualTo("next\n");
      assertThat(fly.calls("start", machine)).isEqualTo(starts + 1);
      assertThat(fly.creates()).isEqualTo(1);
      assertThat(fly.runs()).extracting(TappedFly.Run::script).doesNotContain("echo left").hasSize(2);
    } finally {
      fly.close();
    }
  }
}
