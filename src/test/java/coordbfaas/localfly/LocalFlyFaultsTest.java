package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.localfly.rules.FaultReader;
import coordbfaas.outside.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Fly on localhost, when things go wrong,")
class LocalFlyFaultsTest {
  private final FlyOverHttp fly = FlyOverHttp.withAdmin();

  @AfterEach
  void close() {
    fly.close();
  }

  private String aMachine() {
    return fly.aStartedMachine("worker-p-0").path("id").asText();
  }

  private String state(String machine) {
    return fly.get("/" + machine).is(200).text("state");
  }

  private void comesTo(String state, String machine) {
    fly.awaits(fly.get("/" + machine).is(200).body(), state).is(200);
  }

  private FlyOverHttp.Answered stop(String machine) {
    return fly.post("/" + machine + "/stop", "");
  }

  private static void isCut(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(UncheckedIOException.class).cause()
        .isNotInstanceOf(HttpTimeoutException.class).isNotInstanceOf(ConnectException.class);
  }

  @Test
  void answersAsItIsToldInsteadOfCarryingOut() {
    var machine = aMachine();
    fly.happens("stop status=503 retry-after=2s times=1 text=back soon");
    var answer = stop(machine).is(503);
    assertThat(answer.error()).isEqualTo("back soon");
    assertThat(answer.response().headers().firstValue("retry-after")).contains("2");
    assertThat(state(machine)).isEqualTo("started");
    stop(machine).is(200);
  }

  @Test
  void hasNoRoom() {
    fly.happens("create,start no-capacity times=1");
    assertThat(fly.create("worker-p-0").is(422).text("status")).isEqualTo("insufficient_capacity");
    fly.create("worker-p-0").is(200);
  }

  @Test
  void losesACallOnItsWay() {
    var machine = aMachine();
    fly.happens("stop lost=before times=1");
    isCut(() -> stop(machine));
    assertThat(state(machine)).isEqualTo("started");
  }

  @Test
  void losesAnAnswerOnItsWay() {
    var machine = aMachine();
    fly.happens("stop lost=after times=1");
    isCut(() -> stop(machine));
    comesTo("stopped", machine);
  }

  @Test
  void letsACallArriveWhoseCallerIsGone() {
    var machine = aMachine();
    fly.happens("stop lost=late arrives=200ms times=1");
    isCut(() -> stop(machine));
    assertThat(state(machine)).isEqualTo("started");
    comesTo("stopped", machine);
  }

  @Test
  void letsACallArriveThatWasGivenUp() {
    var machine = aMachine();
    fly.happens("stop arrives=300ms times=1");
    assertThatThrownBy(() -> fly.text(FlyOverHttp.request(fly.api, "/v1/apps/workers/machines/" + machine + "/stop")
        .POST(BodyPublishers.noBody()).timeout(Duration.ofMillis(100)))).hasCauseInstanceOf(HttpTimeoutException.class);
    assertThat(state(machine)).isEqualTo("started");
    comesTo("stopped", machine);
  }

  @Test
  void keepsSilentThoughItDidWhatItWasAsked() {
    fly.happens("create lost=after silent times=1");
    assertThatThrownBy(() -> fly.text(FlyOverHttp.request(fly.api, "/v1/apps/workers/machines")
        .POST(BodyPublishers.ofString("{\"name\":\"worker-p-0\",\"config\":" + fly.config() + "}"))
        .timeout(Duration.ofMillis(300)))).hasCauseInstanceOf(HttpTimeoutException.class);
    assertThat(fly.get("").is(200).body()).hasSize(1);
  }

  @Test
  void takesItsTimeToTakeACallAndToAnswerIt() {
    fly.happens("list arrives=100ms answers=100ms times=1");
    var begun = System.nanoTime();
    fly.get("").is(200);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
  }

  @Test
  void endsAMachinesMainProcess() {
    var created = fly.post("", "{\"config\":" + fly.config().replaceFirst("}$", ",\"restart\":{\"policy\":\"no\"}}") + "}");
    var machine = created.is(200).text("id");
    fly.awaits(created.body(), "started").is(200);
    befalls(machine, "die");
    comesTo("stopped", machine);
  }

  @Test
  void endsAndStealsALease() {
    var created = fly.create("worker-p-0", ",\"lease_ttl\":600").is(200).body();
    var machine = created.path("id").asText();
    fly.awaits(created, "started").is(200);
    befalls(machine, "steal-lease");
    fly.post("/" + machine + "/stop", "", "fly-machine-lease-nonce", created.path("nonce").asText()).is(409);
    befalls(machine, "expire-lease");
    stop(machine).is(200);
  }

  @Test
  void losesASnapshot() {
    var machine = aMachine();
    fly.post("/" + machine + "/suspend", "").is(200);
    comesTo("suspended", machine);
    befalls(machine, "lose-snapshot");
    fly.post("/" + machine + "/start", "").is(200);
    comesTo("started", machine);
    assertThat(fly.admin("GET", "/log", "").is(200).body().path("entries").findValuesAsText("event")
        .stream().filter("boot"::equals)).hasSize(2);
  }

  @Test
  void tellsLessOfAMachineWhoseHostIsNotWell() {
    var machine = aMachine();
    fly.admin("POST", "/machines/" + machine + "/host-status", "{\"status\":\"unreachable\"}").is(204);
    assertThat(fly.get("/" + machine).is(200).text("host_status")).isEqualTo("unreachable");
    fly.admin("POST", "/machines/" + machine + "/host-status", "{\"status\":\"ok\"}").is(204);
    assertThat(fly.get("/" + machine).is(200).text("host_status")).isEqualTo("ok");
  }

  @Test
  void tellsOldNews() {
    var machine = aMachine();
    fly.admin("POST", "/lag", "{\"time\":\"1h\"}").is(204);
    stop(machine).is(200);
    fly.get("/" + machine + "/wait?state=settled&timeout=10").is(200);
    assertThat(fly.get("").is(200).body().path(0).path("state").asText()).isEqualTo("started");
    fly.admin("POST", "/lag", "{\"time\":\"0s\"}").is(204);
    assertThat(fly.get("").is(200).body().path(0).path("state").asText()).isEqualTo("stopped");
  }

  private void befalls(String machine, String misfortune) {
    fly.admin("POST", "/machines/" + machine + "/" + misfortune, "").is(204);
  }

  @Test
  void keepsFlysRateLimits() {
    try (var limited = new FlyOverHttp(LocalFlySettings.ephemeral().withRateLimits())) {
      for (var i = 0; i < 3; i++) limited.get("").is(200);
      assertThat(limited.get("").is(429).error()).contains("rate limit exceeded");
    }
  }

  @Test
  void beginsWithTheFaultsOfItsSettings() {
    try (var faulty = new FlyOverHttp(
        LocalFlySettings.ephemeral().withFaults(List.of(FaultReader.parse("list unavailable times=1"))))) {
      faulty.get("").is(503);
      faulty.get("").is(200);
    }
  }

  @Nested
  @DisplayName("refuses connections to its API")
  class RefusesConnections {
    private void isRefused() {
      assertThatThrownBy(() -> fly.get("")).hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void untilItIsToldToServeAgainOnTheSamePort() {
      var machine = aMachine();
      fly.admin("POST", "/api/refuse", "").is(204);
      isRefused();
      assertThat(fly.text(fly.toMachine(machine, "/health")).statusCode()).isEqualTo(200);
      fly.admin("POST", "/api/refuse", "").is(204);
      fly.admin("POST", "/api/serve", "").is(204);
      assertThat(state(machine)).isEqualTo("started");
      fly.admin("POST", "/api/serve", "").is(204);
    }

    @Test
    void forATime() {
      fly.admin("POST", "/api/refuse", "{\"for\":\"300ms\"}").is(204);
      isRefused();
      fly.bashers.awaitAssert(Duration.ofSeconds(10), () -> fly.get("").is(200));
    }

    @Test
    void andCutsThoseThatItHas() throws IOException {
      var machine = aMachine();
      try (var waiting = RawClient.connect(new InetSocketAddress(fly.api.getHost(), fly.api.getPort()))) {
        waiting.get("/v1/apps/workers/machines/" + machine + "/wait?state=suspended");
        fly.bashers.awaitAssert(Duration.ofSeconds(10), () ->
            assertThat(fly.admin("GET", "/log", "").is(200).response().body()).contains("\"waits\":true"));
        fly.admin("POST", "/api/refuse", "").is(204);
        waiting.isCut();
      }
    }

    @Test
    void andStopsAllTheSame() {
      aMachine();
      fly.admin("POST", "/api/refuse", "").is(204);
      fly.fly.tell(new LocalFly.Stop());
      fly.hasStopped();
    }
  }

  @Nested
  @DisplayName("tells what happened:")
  class Tells {
    @Test
    void callsEffectsAndRuns() {
      var machine = aMachine();
      assertThat(fly.text(fly.toMachine(machine, "/run").POST(BodyPublishers.ofString("true"))).statusCode()).isEqualTo(200);
      assertThat(fly.text(fly.toMachine(machine, "/health")).statusCode()).isEqualTo(200);
      var log = fly.admin("GET", "/log", "").is(200).body();
      assertThat(log.path("dropped").asInt()).isZero();
      assertThat(log.path("entries").findValuesAsText("event")).contains("sent", "arrived", "created", "answered", "boot")
          .containsSubsequence("run-passed", "run-answered").containsOnlyOnce("run-passed");
      assertThat(fly.admin("GET", "/log?last=2", "").is(200).body().path("entries")).hasSize(2);
    }

    @Test
    void whoCalled() {
      fly.get("", "user-agent", "coordbfaas/c1").is(200);
      var log = fly.admin("GET", "/log", "").is(200).body();
      assertThat(log.path("entries").path(0).path("caller").asText()).isEqualTo("coordbfaas/c1");
    }

    @Test
    void thatARunWasTakenPerhaps() throws IOException {
      var machine = aMachine();
      try (var leaving = RawClient.connect(new InetSocketAddress(fly.flycast.getHost(), fly.flycast.getPort()))) {
        leaving.send("POST /run?silent=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nfly-force-instance-id: "
            + machine + "\r\n\r\n");
        fly.tells(new FakeBasher.Came(machine, "/run"));
        leaving.leave(RawClient.Way.RESET);
      }
      fly.bashers.awaitAssert(Duration.ofSeconds(10), () -> assertThat(
          fly.admin("GET", "/log", "").is(200).body().path("entries").findValuesAsText("event")).contains("run-lost"));
      assertThat(fly.admin("GET", "/machines", "").is(200).body().path(0).path("runs").asInt()).isEqualTo(1);
    }

    @Test
    void ofEachMachineItsRunsAndItsLease() {
      var bare = aMachine();
      fly.text(fly.toMachine(bare, "/run").POST(BodyPublishers.ofString("true")));
      var leased = fly.create("worker-q-0", ",\"skip_launch\":true").is(200).body().path("id").asText();
      var nonce = fly.post("/" + leased + "/lease", "{\"ttl\":60,\"description\":\"ours\"}").is(201).body()
          .path("data").path("nonce").asText();
      var destroyed = fly.create("worker-p-1").is(200).body().path("id").asText();
      fly.call("DELETE", "/" + destroyed + "?force=true", "").is(200);

      fly.bashers.awaitAssert(Duration.ofSeconds(10), () -> assertThat(
          fly.admin("GET", "/machines", "").is(200).body().findValuesAsText("id")).containsExactly(bare, leased));
      var told = fly.admin("GET", "/machines", "").is(200);
      assertThat(told.response().body()).doesNotContain(nonce);
      var first = told.body().path(0);
      assertThat(first.path("name").asText()).startsWith("worker-");
      assertThat(List.of(first.path("app").asText(), first.path("state").asText())).containsExactly("workers", "started");
      assertThat(List.of(first.path("boot").asInt(), first.path("runs").asInt())).containsExactly(1, 1);
      assertThat(first.has("lease")).isFalse();
      var second = told.body().path(1);
      assertThat(List.of(second.path("state").asText(), second.path("name").asText())).containsExactly("created", "worker-q-0");
      assertThat(List.of(second.path("boot").asInt(), second.path("runs").asInt())).containsExactly(0, 0);
      assertThat(second.path("lease").path("number").asInt()).isEqualTo(1);
      assertThat(second.path("lease").path("leftSeconds").asInt()).isBetween(30, 60);
      assertThat(second.path("lease").path("description").asText()).isEqualTo("ours");
    }

    @Test
    void neverANonceNorWhatAMachineIsToKeep() {
      var created = fly.create("worker-p-0", ",\"lease_ttl\":60").is(200).body();
      var id = created.path("id").asText();
      var nonce = created.path("nonce").asText();
      fly.awaits(created, "started").is(200);
      fly.get("/" + id + "/lease").is(200);
      fly.post("/" + id + "/stop", "", "fly-machine-lease-nonce", nonce).is(200);
      var log = fly.admin("GET", "/log", "").is(200).response().body();
      assertThat(log).contains(id).doesNotContain(nonce).doesNotContain("PUBLIC").doesNotContain("registry.example");
    }

    @Test
    void andThatAMachineRanTwiceInOneBoot() {
      var machine = aMachine();
      assertThat(fly.admin("GET", "/verdict", "").is(200).body().path("violated").asInt()).isZero();
      for (var i = 0; i < 2; i++)
        fly.text(fly.toMachine(machine, "/run").POST(BodyPublishers.ofString("true")));
      var violation = fly.admin("GET", "/verdict", "").is(200).body().path("violations").path(0);
      assertThat(violation.path("machine").asText()).isEqualTo(machine);
      assertThat(violation.path("what").asText()).isEqualTo("accepted another run in boot 1");
    }
  }
}
