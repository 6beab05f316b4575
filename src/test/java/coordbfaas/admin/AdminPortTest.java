package coordbfaas.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.coord.ACoordinator;
import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The admin port")
@Timeout(120)
class AdminPortTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static ACoordinator coordinator;

  @BeforeAll
  static void start() {
    coordinator = ACoordinator.with(Map.of("POOLSIZE", "2", "QUEUETIME", "60s", "MAXREQTIME", "60s", "MAXBODY", "1000",
        "READTIMEOUT", "3s"));
  }

  @AfterAll
  static void end() {
    coordinator.close();
  }

  @Test
  void isAliveAndReady() throws Exception {
    assertThat(get("/health").statusCode()).isEqualTo(200);
    Eventually.eventually("it is ready", () -> get("/ready").statusCode() == 200);
  }

  /** The public port's, which is shorter than the usual one. */
  @Test
  void waitsForARequestNoLongerThanTheReadTimeout() throws Exception {
    try (var client = RawClient.connect(adminAddress()).send("POST /run HTTP/1.1\r\n")) {
      client.waitsFor(Duration.ofSeconds(7));
      assertThat(client.head()).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void tellsOfARunWithoutItsScriptOrItsOutput() throws Exception {
    assertThat(coordinator.client().run("echo sesame").outcome().stdout()).isEqualTo("sesame\n");
    Eventually.eventually("the run is told", () -> pool().path("runs").size() > 0);
    var run = pool().path("runs").get(0);
    assertThat(run.path("end").asText()).isEqualTo("exited");
    assertThat(run.path("code").asInt()).isZero();
    assertThat(run.path("queueMs").asDouble()).isPositive();
    assertThat(run.path("firstByteMs").asDouble()).isPositive();
    assertThat(run.path("runMs").asDouble()).isPositive();
    assertThat(get("/pool").body() + get("/metrics").body()).doesNotContain("sesame");
    assertThat(get("/metrics").body().lines()).anyMatch(line -> line.matches("bfaas_runs_total\\{reason=\"exited\"} [1-9].*"))
        .anyMatch(line -> line.startsWith("jvm_memory_used_bytes"));
  }

  @Test
  void tellsOfEachMachine() throws Exception {
    Eventually.eventually("both machines are warm", () -> {
      var machines = pool().path("machines");
      return machines.size() == 2 && machines.findValuesAsText("condition").stream().allMatch("warm"::equals);
    });
    var machine = pool().path("machines").get(0);
    assertThat(machine.path("name").asText()).isEqualTo("worker-local-0");
    assertThat(machine.path("id").asText()).isNotEmpty();
    assertThat(machine.path("state").asText()).isEqualTo("idle");
    assertThat(machine.path("leaseLeftMs").asLong()).isBetween(1L, 300_000L);
    assertThat(pool().path("transitions").size()).isBetween(2, 100);
  }

  @Test
  void runsAScriptWithThePublicPortsLimits() throws Exception {
    var answer = post("echo hi; exit 3");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("data: \"hi\\n\"", "\"code\":3");
    assertThat(post("x".repeat(1_001)).statusCode()).isEqualTo(413);
    assertThat(post("").statusCode()).isEqualTo(400);
  }

  @Test
  void endsARunWhoseClientLeaves() throws IOException {
    var processes = RunProcesses.ofARun();
    var admin = adminAddress();
    var client = RawClient.connect(admin).post(processes.sleep());
    processes.areAlive();
    client.leave(RawClient.Way.CLOSE);
    processes.areGone();
  }

  @Test
  void keepsWebPagesFromElsewhereOut() throws IOException {
    for (var header : new String[] {"Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"})
      for (var request : new String[] {"GET /pool", "GET /metrics", "GET /", "POST /run"})
        assertThat(status(request + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\nContent-Length: 0\r\n\r\n"))
            .as(request + " " + header).isEqualTo(403);
    assertThat(status("GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n")).isEqualTo(403); // a rebound name
  }

  @Test
  void saysWhatItKnowsNot() throws IOException {
    assertThat(status("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")).isEqualTo(404);
    assertThat(status("GET /../application.conf HTTP/1.1\r\nHost: localhost\r\n\r\n")).isEqualTo(404);
    assertThat(status("GET /run HTTP/1.1\r\nHost: localhost\r\n\r\n")).isEqualTo(405);
    assertThat(status("POST /pool HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")).isEqualTo(405);
  }

  @Test
  void letsTheStatusPageUseNothingButThisPort() throws Exception {
    for (var path : new String[] {"/", "/status.css", "/status.js", "/icon.svg"}) {
      var answer = get(path);
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Security-Policy").orElse("")).startsWith("default-src 'none'")
          .doesNotContain("unsafe").doesNotContain("http");
      assertThat(answer.body().replace("http://www.w3.org/2000/svg", "")).as(path).doesNotContain("://");
    }
  }

  @Test
  void isNotReadyWhileItDrainsAndSaysWhy() throws Exception {
    var processes = RunProcesses.ofARun();
    try (var draining = ACoordinator.with(Map.of("POOLSIZE", "1", "QUEUETIME", "60s", "MAXREQTIME", "60s"))) {
      var run = draining.client().runLater(processes.sleep());
      processes.areAlive();
      draining.drain();
      Eventually.eventually("it is not ready", () -> get(draining.admin(), "/ready").statusCode() == 503);
      var answer = get(draining.admin(), "/ready");
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
      assertThat(JSON.readTree(answer.body()).path("reasons").get(0).asText()).startsWith("draining");
      assertThat(get(draining.admin(), "/health").statusCode()).isEqualTo(200);
      processes.wakeUp();
      run.join().outcome();
    }
  }

  private static JsonNode pool() throws Exception {
    return JSON.readTree(get("/pool").body());
  }

  private static InetSocketAddress adminAddress() {
    return new InetSocketAddress("127.0.0.1", coordinator.admin().getPort());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return get(coordinator.admin(), path);
  }

  private static HttpResponse<String> get(URI admin, String path) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(admin.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String script) throws Exception {
    var request = HttpRequest.newBuilder(coordinator.admin().resolve("/run")).POST(HttpRequest.BodyPublishers.ofString(script));
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static int status(String request) throws IOException {
    var admin = new InetSocketAddress("127.0.0.1", coordinator.admin().getPort());
    try (var client = RawClient.connect(admin).send(request)) {
      return Integer.parseInt(client.readTo("\r\n").split(" ")[1]);
    }
  }
}
