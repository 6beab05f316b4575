package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.RawClient;
import coordbfaas.program.Client;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One machine; a tap tells what reached it. After each story the only run that did is the one that was let in. */
@DisplayName("A coordinator refuses")
@Timeout(120)
class CoordinatorRefusalTest {
  private static TappedFly fly;
  private static ACoordinator coordinator;
  private static Client client;

  private int runs;

  @BeforeAll
  static void start() {
    fly = TappedFly.start();
    coordinator = ACoordinator.with(fly.environment(1,
        Map.of("MAXREQTIME", "20s", "MAXBODY", "1000", "MAXQUEUE", "1", "QUEUETIME", "3s", "READTIMEOUT", "1s")));
    client = coordinator.client();
  }

  @AfterAll
  static void end() throws IOException {
    coordinator.close();
    fly.close();
  }

  @BeforeEach
  void countRuns() {
    runs = fly.runs().size();
  }

  @AfterEach
  void noRefusedRequestReachedAWorker() {
    assertThat(client.run("echo let in").outcome().stdout()).isEqualTo("let in\n");
    assertThat(fly.runs()).hasSize(++runs).last().extracting(TappedFly.Run::script).isEqualTo("echo let in");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "{", "[]", "\"echo\"", "{}", "{\"script\":\"\"}", "{\"script\":1}", "{\"script\":\"x\",\"user\":\"root\"}",
      "{\"script\":\"x\",\"files\":{\"/etc/passwd\":\"\"}}",
      "{\"script\":\"x\",\"files\":{\"../x\":\"\"}}", "{\"script\":\"x\",\"timeout\":\"soon\"}",
      "{\"script\":\"x\",\"timeout\":\"0s\"}", "{\"script\":\"x\\u0000\"}"})
  void jsonThatIsNoRequest(String document) {
    client.json(document).problem(400);
  }

  @Test
  void aScriptThatIsEmptyOrHoldsANul() {
    client.run("").problem(400);
    client.run("echo\0").problem(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeout=", "timeout=5", "timeout=-1s", "timeout=0s", "timeout=soon", "timeout=5s%00", "timeout=%F0%9F",
      "timeout"})
  void aTimeoutThatIsNone(String query) {
    client.post("/run?" + query, "echo").problem(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeout=5s|6s", "timeout=5s&x=<>", "%zz", "timeout=%", "a=b=c^"})
  void aQueryThatIsNoneOrNone(String query) throws IOException {
    try (var raw = RawClient.connect(coordinator.address())) {
      raw.send("POST /run?" + query + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
      assertThat(raw.head()).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/run/", "/runs", "/RUN", "//run", "/health", "/run/../run/x"})
  void anotherPath(String path) {
    client.post(path, "echo").problem(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH", "OPTIONS"})
  void anotherMethod(String method) {
    var answer = client.send(client.request("/run").method(method, HttpRequest.BodyPublishers.noBody()));
    answer.problem(405);
    assertThat(answer.header("Allow")).contains("POST");
  }

  @Test
  void aBodyOverTheLimit() {
    client.run("x".repeat(1_001)).problem(413);
    assertThat(client.run("echo " + " ".repeat(993) + "ab").outcome().stdout()).isEqualTo("ab\n");
    runs++;
  }

  @Test
  void aBodyOverTheLimitThatDidNotSaySo() throws IOException {
    try (var raw = RawClient.connect(coordinator.address())) {
      raw.send("POST /run HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (var chunk = 0; chunk < 3; chunk++) raw.send("190\r\n" + "x".repeat(400) + "\r\n");
      assertThat(raw.head()).startsWith("HTTP/1.1 413 ").contains("application/problem+json");
    }
  }

  @Test
  void aBodyThatDoesNotCome() throws IOException {
    try (var raw = RawClient.connect(coordinator.address())) {
      raw.send("POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\necho");
      assertThat(raw.head()).startsWith("HTTP/1.1 408 ").contains("application/problem+json");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
      "\1\2\3\4\5\6\7 and so on and on\r\n\r\n", "POST /run\r\n\r\n"})
  void whatIsNoHttp(String bytes) throws IOException {
    try (var raw = RawClient.connect(coordinator.address())) {
      assertThat(raw.send(bytes).head()).matches("(?s)HTTP/1.1 (400|505|501) .*application/problem\\+json.*");
    }
  }

  @ParameterizedTest
  @CsvSource({
      "Origin: https://evil.example", "Origin: null", "Origin: http://localhost:1", "Origin: http://127.0.0.1",
      "Sec-Fetch-Site: cross-site",
      "Sec-Fetch-Site: same-site", "Origin: file://"})
  void whatAWebPageMayHaveSent(String header) throws IOException {
    try (var raw = RawClient.connect(coordinator.address())) {
      assertThat(raw.post("echo evil", header).head()).startsWith("HTTP/1.1 403 ").contains("application/problem+json");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1",
      "0.0.0.0", "[::]"})
  void aNameThatIsNotLoopbacks(String host) throws IOException {
    try (var raw = RawClient.connect(coordinator.address())) {
      assertThat(raw.postTo(host, "echo evil").head()).startsWith("HTTP/1.1 403 ");
    }
  }

  @Test
  void noProgramOfThisComputer() throws IOException {
    var port = coordinator.address().getPort();
    for (var host : new String[] {"localhost:" + port, "127.0.0.1:" + port, "LOCALHOST", "[::1]:" + port}) {
      try (var raw = RawClient.connect(coordinator.address())) {
        assertThat(raw.postTo(host, "echo hi", "Origin: http://" + host, "Sec-Fetch-Site: same-origin").head())
            .startsWith("HTTP/1.1 200 ");
      }
      runs++;
    }
  }

  @Nested
  @DisplayName("while its one machine is taken")
  class WhileItsMachineIsTaken {
    private final RunProcesses taken = RunProcesses.ofARun();

    @Test
    void whoeverIsNotServedInTheQueueTime() {
      var first = client.run(taken.sleep() + "; exit 5");
      runs++;
      taken.areAlive();
      var answer = client.run("echo queued");
      answer.problem(503);
      assertThat(Integer.parseInt(answer.header("Retry-After").orElseThrow())).isBetween(1, 60);
      assertThat(answer.header("Coord")).contains("c1");
      taken.wakeUp();
      assertThat(first.outcome().code()).isEqualTo(5);
    }

    @Test
    void whoeverHasNoTimeLeftAtItsDeadline() {
      var first = client.run(taken.sleep() + "; exit 5");
      runs++;
      taken.areAlive();
      client.post("/run?timeout=50ms", "echo queued").problem(504);
      taken.wakeUp();
      assertThat(first.outcome().code()).isEqualTo(5);
    }
  }
}
