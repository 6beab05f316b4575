package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.program.Client;
import coordbfaas.program.RunProcesses;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A coordinator with local workers")
@Timeout(120)
class CoordinatorTest {
  private static ACoordinator coordinator;
  private static Client client;

  private final RunProcesses processes = RunProcesses.ofARun();

  @BeforeAll
  static void start() {
    coordinator = ACoordinator.with(Map.of("POOLSIZE", "2", "MAXREQTIME", "1m", "QUEUETIME", "30s"));
    client = coordinator.client();
  }

  @AfterAll
  static void end() {
    coordinator.close();
  }

  @Test
  void listensOnLoopbackAlone() {
    assertThat(coordinator.address().getAddress().getHostAddress()).isEqualTo("127.0.0.1");
  }

  @Test
  void answersAsTheContractShows() {
    var answer = client.run("uptime");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).contains("text/event-stream");
    assertThat(answer.header("Coord")).contains("local");
    assertThat(answer.header("Worker").orElseThrow()).isNotBlank();
    assertThat(answer.header("Run").orElseThrow()).isNotBlank();
    assertThat(answer.header("Cache-Control")).contains("no-store");
    assertThat(answer.header("X-Accel-Buffering")).contains("no");
    assertThat(answer.headerNames()).containsExactlyInAnyOrder(
        "cache-control", "content-type", "coord", "date", "run", "server-timing", "transfer-encoding", "worker", "x-accel-buffering");
    var events = answer.rest();
    assertThat(events.getFirst().name()).isEqualTo("stdout");
    assertThat(events.getFirst().text()).contains("load average");
    assertThat(events).hasSize(2);
    assertThat(events.getLast().data().toString())
        .matches("\\{\"code\":0,\"reason\":\"exited\",\"durationMs\":\\d+(,\"usage\":\\{\"cpuMs\":\\d+,\"maxRssKb\":\\d+})?}");
  }

  @Test
  void tellsBothOutputsAndTheCode() {
    var outcome = client.run("echo out; echo err >&2; exit 3").outcome();
    assertThat(outcome.stdout()).isEqualTo("out\n");
    assertThat(outcome.stderr()).isEqualTo("err\n");
    assertThat(outcome.code()).isEqualTo(3);
    assertThat(outcome.reason()).isEqualTo("exited");
  }

  @Test
  void tellsAKillFromAnExitWithItsCode() {
    assertThat(client.run("kill -9 $$").outcome().exit().toString())
        .startsWith("{\"code\":137,\"reason\":\"signaled\",\"signal\":\"SIGKILL\",\"durationMs\":");
    assertThat(client.run("exit 137").outcome().exit().toString())
        .startsWith("{\"code\":137,\"reason\":\"exited\",\"durationMs\":");
  }

  @Test
  void passesOnWhatIsWrittenWhileTheScriptRunsOn() {
    var answer = client.run("echo a; " + processes.sleep() + "; echo b");
    assertThat(answer.next().orElseThrow().text()).isEqualTo("a\n");
    processes.wakeUp(); // the script gets no further before somebody has read what it wrote
    assertThat(answer.outcome().stdout()).isEqualTo("b\n");
  }

  @Test
  void passesOnAFirstLineASecondBeforeTheNext() {
    var answer = client.run("echo a; sleep 1; echo b");
    assertThat(answer.next().orElseThrow().text()).isEqualTo("a\n");
    var outcome = answer.outcome();
    assertThat(outcome.stdout()).isEqualTo("b\n");
    assertThat(outcome.exit().path("durationMs").asLong()).isGreaterThanOrEqualTo(1_000);
  }

  @Test
  void losesNoByteOfWhatIsWrittenFast() {
    var expected = IntStream.rangeClosed(1, 200_000).mapToObj(Integer::toString).collect(Collectors.joining("\n", "", "\n"));
    for (var time = 0; time < 5; time++) {
      var outcome = client.run("seq 1 200000").outcome();
      assertThat(outcome.stdout().equals(expected)).as("every byte, in order").isTrue();
      assertThat(outcome.code()).isZero();
    }
  }

  @Test
  void endsWithBashNotWithWhatItLeftInTheBackground() {
    for (var background : new String[] {processes.sleep(), "setsid " + processes.sleep(), "nohup " + processes.sleep()}) {
      var outcome = client.run(background + " & echo hi").outcome();
      assertThat(outcome.stdout()).isEqualTo("hi\n");
      assertThat(outcome.code()).isZero();
      processes.areGone();
    }
  }

  @Test
  void runsAScriptOf400Kilobytes() {
    var script = "x='" + "y".repeat(400_000) + "'\necho ${#x}; exit 7";
    assertThat(script.getBytes(StandardCharsets.UTF_8).length).isGreaterThan(400_000);
    var outcome = client.run(script).outcome();
    assertThat(outcome.stdout()).isEqualTo("400000\n");
    assertThat(outcome.code()).isEqualTo(7);
  }

  @Test
  void takesAllThatAJsonRequestMayGive() {
    var outcome = client.json("""
        {"script": "cat; echo $1-$2 $K; cat d/f", "stdin": {"base64": "w6QK"}, "args": ["x y", "ü"], "env": {"K": "v"},
         "files": {"d/f": "content"}, "timeout": "30s"}""").outcome();
    assertThat(outcome.stdout()).isEqualTo("ä\nx y-ü v\ncontent");
  }

  @Test
  void takesAScriptWhateverTheContentTypeSays() {
    for (var type : new String[] {"application/x-www-form-urlencoded", "text/html", "multipart/form-data; boundary=x"}) {
      var answer = client.send(client.request("/run").header("Content-Type", type)
          .POST(HttpRequest.BodyPublishers.ofString("echo a+b%20c")));
      assertThat(answer.outcome().stdout()).isEqualTo("a+b%20c\n");
    }
  }

  @Test
  void keepsNothingFromOneRunToTheNext() {
    for (var run = 0; run < 4; run++)
      assertThat(client.run("ls /tmp/left ~/left; touch /tmp/left ~/left && echo wrote").outcome().stdout()).isEqualTo("wrote\n");
  }

  @Test
  void handsNoSecretToAScript() {
    var environment = client.run("env").outcome().stdout();
    assertThat(environment).doesNotContain("PRIVATE", "PUBLIC", "FLY_", "Bearer");
    assertThat(client.send(client.request("/run").header("Cookie", "a=secret").header("Authorization", "Bearer secret")
        .POST(HttpRequest.BodyPublishers.ofString("env"))).outcome().stdout()).doesNotContain("secret");
  }

  @Test
  void answersRequestAfterRequestOnOneConnection() {
    for (var number = 0; number < 10; number++)
      assertThat(client.run("echo " + number).outcome().stdout()).isEqualTo(number + "\n");
    Eventually.eventually("no request is left", () -> coordinator.requests() == 0);
  }
}
