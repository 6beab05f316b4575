package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.localfly.rules.Delays;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@DisplayName("Flycast")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlycastTest {
  private final FlyOverHttp fly = FlyOverHttp.serve();
  private int machines;

  @AfterAll
  void close() {
    fly.close();
  }

  private String aMachine() {
    return fly.aStartedMachine("worker-p-" + machines++).path("id").asText();
  }

  @Test
  void sendsARequestToTheMachineThatIsNamed() {
    var first = aMachine();
    var second = aMachine();
    for (var machine : new String[] {second, first}) {
      var answer = fly.text(fly.toMachine(machine, "/health"));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("worker")).contains(machine);
    }
  }

  @Test
  void sendsARequestThatNamesNoneToAStartedMachine() {
    try (var empty = FlyOverHttp.serve()) {
      assertThat(empty.text(FlyOverHttp.request(empty.flycast, "/health")).statusCode()).isEqualTo(503);
      var machine = empty.aStartedMachine("worker-p-0").path("id").asText();
      assertThat(empty.text(FlyOverHttp.request(empty.flycast, "/health")).headers().firstValue("worker")).contains(machine);
    }
  }

  @Test
  void sendsARequestThatNamesNoneToNoCordonedMachine() {
    try (var empty = FlyOverHttp.serve()) {
      var machine = empty.aStartedMachine("worker-p-0").path("id").asText();
      empty.post("/" + machine + "/cordon", "").is(200);
      assertThat(empty.text(FlyOverHttp.request(empty.flycast, "/health")).statusCode()).isEqualTo(503);
      assertThat(empty.text(empty.toMachine(machine, "/health")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void refusesAMachineThatIsUnknownOrNotStarted() {
    assertThat(fly.text(fly.toMachine("0123456789abcd", "/health")).statusCode()).isEqualTo(502);
    var machine = aMachine();
    fly.post("/" + machine + "/stop", "").is(200);
    var answer = fly.text(fly.toMachine(machine, "/health"));
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).isEmpty();
  }

  /** As Fly's proxy makes several attempts. */
  @Test
  void waitsForAMachineThatStarts() {
    try (var slow = new FlyOverHttp(LocalFlySettings.ephemeral().withDelays(
        new Delays(Duration.ofMillis(200), Duration.ofMillis(200), Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO)))) {
      var started = slow.aStartedMachine("worker-p-0");
      var machine = started.path("id").asText();
      slow.post("/" + machine + "/stop", "").is(200);
      slow.awaits(started, "stopped").is(200);
      slow.post("/" + machine + "/start", "").is(200);
      assertThat(slow.text(slow.toMachine(machine, "/health")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void passesBodiesOfAnySizeBothWays() {
    var machine = aMachine();
    var body = "0123456789abcdef".repeat(1 << 18);
    assertThat(fly.text(fly.toMachine(machine, "/echo").POST(BodyPublishers.ofString("small"))).body()).isEqualTo("small");
    assertThat(fly.text(fly.toMachine(machine, "/echo").POST(BodyPublishers.ofString(body))).body()).isEqualTo(body);
    var chunked = BodyPublishers.fromPublisher(BodyPublishers.ofString(body));
    assertThat(fly.text(fly.toMachine(machine, "/echo").POST(chunked)).body()).isEqualTo(body);
  }

  @Test
  void passesOnHeadersButThoseOfTheConnection() {
    var machine = aMachine();
    var request = fly.toMachine(machine, "/headers").header("X-Ours", "1").header("TE", "trailers").header("Keep-Alive", "1");
    var names = fly.text(request).body().lines().toList();
    assertThat(names).contains("x-ours", "host").doesNotContain("te", "keep-alive");
    assertThat(names.stream().filter("host"::equals)).hasSize(1);
  }

  @Test
  void passesOnWhatIsWrittenAsItIsWritten() {
    var machine = aMachine();
    try (var lines = fly.lines(fly.toMachine(machine, "/drip")).body()) {
      assertThat(lines.iterator().next()).isEqualTo("drop");
    }
    fly.tells(new FakeBasher.Left(machine, "/drip"));
  }

  @Test
  void cutsTheBasherOffWhenTheClientLeavesBeforeTheAnswer() throws Exception {
    var machine = aMachine();
    try (var client = new Socket(fly.flycast.getHost(), fly.flycast.getPort())) {
      client.getOutputStream().write(rawRequest(machine, "/silent"));
      fly.tells(new FakeBasher.Came(machine, "/silent"));
    }
    fly.tells(new FakeBasher.Left(machine, "/silent"));
  }

  @Test
  void cutsTheBasherOffWhenTheClientLeavesDuringTheAnswer() throws Exception {
    var machine = aMachine();
    try (var client = new Socket(fly.flycast.getHost(), fly.flycast.getPort())) {
      client.getOutputStream().write(rawRequest(machine, "/drip"));
      readUntil(client.getInputStream(), "drop");
    }
    fly.tells(new FakeBasher.Left(machine, "/drip"));
  }

  @Test
  void resetsTheAnswerWhenTheMachineIsDestroyed() throws Exception {
    var machine = aMachine();
    try (var client = new Socket(fly.flycast.getHost(), fly.flycast.getPort())) {
      client.setSoTimeout(10_000);
      client.getOutputStream().write(rawRequest(machine, "/drip"));
      readUntil(client.getInputStream(), "drop");
      fly.call("DELETE", "/" + machine + "?force=true", "").is(200);
      assertThatThrownBy(() -> client.getInputStream().readAllBytes()).hasMessage("Connection reset");
    }
  }

  @Test
  void servesManyRequestsOfOneClient() {
    var machine = aMachine();
    for (var i = 0; i < 100; i++) assertThat(fly.text(fly.toMachine(machine, "/health")).body()).isEqualTo("healthy");
  }

  /** For as long as both sides want it, and whichever machine each is for. */
  @Test
  void servesManyRequestsOnOneConnection() throws Exception {
    var first = aMachine();
    var second = aMachine();
    try (var client = new Socket(fly.flycast.getHost(), fly.flycast.getPort())) {
      client.setSoTimeout(10_000);
      for (var machine : new String[] {first, first, second, first}) {
        client.getOutputStream().write(rawRequest(machine, "/health"));
        readUntil(client.getInputStream(), "Worker: " + machine);
        readUntil(client.getInputStream(), "healthy");
      }
      client.getOutputStream().write(("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nfly-force-instance-id: "
          + first + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
      assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).endsWith("healthy");
    }
  }

  /** Whoever keeps it for its next request learns that there is nobody to take one. */
  @Test
  void cutsAConnectionThatIsKeptWhenItsMachineStops() throws Exception {
    var machine = aMachine();
    try (var client = new Socket(fly.flycast.getHost(), fly.flycast.getPort())) {
      client.setSoTimeout(10_000);
      client.getOutputStream().write(rawRequest(machine, "/health"));
      readUntil(client.getInputStream(), "healthy");
      fly.call("DELETE", "/" + machine + "?force=true", "").is(200);
      assertThatThrownBy(() -> client.getInputStream().read()).hasMessage("Connection reset");
    }
  }

  private byte[] rawRequest(String machine, String path) {
    return "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nfly-force-instance-id: %s\r\n\r\n".formatted(path, machine)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void readUntil(InputStream in, String text) throws IOException {
    var seen = new StringBuilder();
    while (seen.indexOf(text) < 0) seen.append((char) in.read());
  }
}
