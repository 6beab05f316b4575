package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import coordbfaas.outside.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@DisplayName("bfaas coord whose workers are processes")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(180)
class ProcessWorkersTest {
  private final RunProcesses processes = RunProcesses.ofARun();

  private BfaasProcess coordinator;
  private Client client;

  @BeforeEach
  void start() {
    coordinator = BfaasProcess.start(
        Map.of("PORT", "0", "LOCAL_WORKERS", "process", "POOLSIZE", "2", "QUEUETIME", "60s", "MAXREQTIME", "60s"), "coord");
    client = new Client(coordinator.serving());
  }

  @AfterEach
  void end() {
    coordinator.close();
    processes.end();
  }

  /** One story, as each boot takes seconds: six runs on two machines, a deadline, a client that leaves, and the way out. */
  @Test
  void servesLikeAnyOther() throws IOException {
    var answers = IntStream.range(0, 6).mapToObj(number -> client.runLater("echo " + number)).toList();
    for (var number = 0; number < 6; number++)
      assertThat(Eventually.await(answers.get(number)).outcome().stdout()).isEqualTo(number + "\n");
    assertThat(answers.stream().map(answer -> Eventually.await(answer).worker()).distinct()).hasSize(2);

    var leaves = RunProcesses.ofARun();
    var late = client.post("/run?timeout=10s", "echo x; " + processes.sleep());
    assertThat(late.next().orElseThrow().text()).isEqualTo("x\n");
    try (var leaving = RawClient.connect(coordinator.serving()).post(leaves.sleep())) {
      assertThat(leaving.head()).startsWith("HTTP/1.1 200 ");
      leaves.areAlive();
      leaving.leave(RawClient.Way.HALF_CLOSE);
      leaves.areGone();
    }
    assertThat(late.outcome().exit().toString()).startsWith("{\"code\":124,\"reason\":\"deadline\"");
    processes.areGone();

    coordinator.terminate();
    assertThat(coordinator.exitCode()).isZero();
    assertThat(coordinator.handle().descendants()).isEmpty();
  }

  @Test
  void takesItsWorkersAndTheirRunsWithItWhenItIsKilled() {
    var running = client.run("setsid " + processes.sleep() + " & echo began; " + processes.sleep());
    assertThat(running.next().orElseThrow().text()).isEqualTo("began\n");
    processes.areAlive();
    var descendants = coordinator.handle().descendants().toList();
    assertThat(descendants.stream().filter(ProcessWorkersTest::isJava)).isNotEmpty();

    coordinator.kill();
    Eventually.within(Duration.ofSeconds(5), "nothing is left of the run", () -> processes.alive().isEmpty());
    Eventually.within(Duration.ofSeconds(5), "nor of any worker", () -> !Running.any(descendants));
  }

  private static boolean isJava(ProcessHandle process) {
    return process.info().command().filter(command -> command.endsWith("/java")).isPresent();
  }
}
