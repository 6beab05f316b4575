package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient.Way;
import coordbfaas.outside.RawClient;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One machine, so that whoever is served next is served by the same one, booted anew. */
@DisplayName("When its client leaves in the midst of a run, a coordinator")
@Timeout(120)
class CoordinatorClientGoneTest {
  private static TappedFly fly;
  private static ACoordinator coordinator;

  private final RunProcesses processes = RunProcesses.ofARun();

  @BeforeAll
  static void start() {
    fly = TappedFly.start();
    coordinator = ACoordinator.with(fly.environment(1, Map.of("QUEUETIME", "60s", "MAXREQTIME", "90s")));
  }

  @AfterAll
  static void end() throws IOException {
    coordinator.close();
    fly.close();
  }

  @Test
  void endsASilentScriptAfterACleanClose() throws IOException {
    endsTheRun(processes.sleep(), Way.CLOSE);
  }

  @Test
  void endsASilentScriptAfterAReset() throws IOException {
    endsTheRun(processes.sleep(), Way.RESET);
  }

  @Test
  void endsASilentScriptAfterAHalfClose() throws IOException {
    endsTheRun(processes.sleep(), Way.HALF_CLOSE);
  }

  @Test
  void endsAScriptThatWritesWithoutEnd() throws IOException {
    endsTheRun(processes.sleep() + " & yes", Way.CLOSE);
  }

  @Test
  void endsWhatTheScriptLeftInTheBackground() throws IOException {
    endsTheRun("setsid " + processes.sleep() + " & trap '' TERM HUP INT; " + processes.sleep(), Way.CLOSE);
  }

  /** What it says meanwhile is part of no request that anyone looks at, in however many segments it comes. */
  @Test
  void endsTheScriptOfOneThatWentOnSendingLittle() throws IOException {
    endsTheRun(processes.sleep(), Way.HALF_CLOSE, 5_000);
  }

  private void endsTheRun(String script, Way way) throws IOException {
    endsTheRun(script, way, 0);
  }

  private void endsTheRun(String script, Way way, int segmentsMore) throws IOException {
    var runsBefore = fly.runs().size();
    try (var client = RawClient.connect(coordinator.address()).post(script)) {
      assertThat(client.head()).startsWith("HTTP/1.1 200 ");
      processes.areAlive();
      for (var segment = 0; segment < segmentsMore; segment++) client.send("x");
      client.leave(way);
      processes.areGone();
    }
    isStoppedAndBootedAgain(runsBefore);
  }

  private static void isStoppedAndBootedAgain(int runsBefore) {
    var used = fly.runs().get(runsBefore);
    var next = coordinator.client().run("echo next");
    assertThat(next.outcome().stdout()).isEqualTo("next\n");
    assertThat(next.worker()).isEqualTo(used.machine());
    assertThat(fly.runs()).hasSize(runsBefore + 2);
    assertThat(fly.runs().getLast().boot()).isNotEqualTo(used.boot());
    Eventually.eventually("each run's end was a stop, and each stop was followed by a start", () ->
        fly.calls("stop", used.machine()) == fly.runs().size() && fly.calls("start", used.machine()) == fly.runs().size());
  }
}
