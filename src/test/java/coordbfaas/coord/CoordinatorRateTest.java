package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.RawClient;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A coordinator on a busy day")
@Timeout(120)
class CoordinatorRateTest {
  private static final Map<String, String> ONE_MACHINE = Map.of("POOLSIZE", "1", "QUEUETIME", "60s", "MAXREQTIME", "60s");

  @Test
  void refusesAClientOverItsRateBeforeItsBodyIsRead() throws IOException {
    try (var coordinator = ACoordinator.with(with("RATELIMIT", "2/h"))) {
      assertThat(coordinator.client().run("echo 1").outcome().stdout()).isEqualTo("1\n");
      coordinator.client().post("/nowhere", "echo").problem(404);
      coordinator.client().run("").problem(400);
      try (var raw = RawClient.connect(coordinator.address())) {
        raw.send("POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
        assertThat(raw.answer().head()).startsWith("HTTP/1.1 429 ").contains("application/problem+json")
            .containsPattern("Retry-After: 1[78]\\d\\d\r\n");
      }
      var claims = coordinator.client().request("/run").header("Fly-Client-IP", "203.0.113.7");
      coordinator.client().send(claims.POST(BodyPublishers.ofString("echo 2"))).problem(429);
    }
  }

  @Test
  void asksFlyToReplayWhatItCannotServeAtOnce() {
    var taken = RunProcesses.ofARun();
    try (var coordinator = ACoordinator.with(with("FLY_REPLAY", "on", "MAXBODY", "2MB"))) {
      var first = coordinator.client().sendLater(cameBack(coordinator, taken.sleep() + "; echo first")); // it may wait
      taken.areAlive();

      var replayed = coordinator.client().run("echo elsewhere");
      replayed.problem(503);
      assertThat(replayed.header("fly-replay")).contains("elsewhere=true;state=retries-3;timeout=1s;fallback=force_self");
      var again = coordinator.client().request("/run").header("fly-replay-src", "instance=a;t=1;state=retries-3");
      assertThat(coordinator.client().send(again.POST(BodyPublishers.ofString("echo elsewhere"))).header("fly-replay"))
          .contains("elsewhere=true;state=retries-2;timeout=1s;fallback=force_self");

      var cameBack = coordinator.client().sendLater(cameBack(coordinator, "echo came back"));
      var large = coordinator.client().runLater("echo large #" + "x".repeat(1_000_000));
      taken.wakeUp();
      assertThat(first.join().outcome().stdout()).isEqualTo("first\n");
      assertThat(cameBack.join().outcome().stdout()).isEqualTo("came back\n");
      assertThat(large.join().outcome().stdout()).isEqualTo("large\n");
    }
  }

  private static HttpRequest.Builder cameBack(ACoordinator coordinator, String script) {
    return coordinator.client().request("/run").header("fly-replay-failed", "reason=no_candidate")
        .POST(BodyPublishers.ofString(script));
  }

  private static Map<String, String> with(String... more) {
    var environment = new HashMap<>(ONE_MACHINE);
    for (var at = 0; at < more.length; at += 2) environment.put(more[at], more[at + 1]);
    return environment;
  }
}
