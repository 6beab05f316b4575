package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Far more output than the kernel keeps for a connection, and a client that takes its time. */
@DisplayName("A client that does not read")
@Timeout(120)
class CoordinatorSlowClientTest {
  private static final int MUCH = 100_000_000;
  private static final Duration LATE = Duration.ofSeconds(10);

  private static ACoordinator coordinator;

  private final RunProcesses processes = RunProcesses.ofARun();

  @BeforeAll
  static void start() {
    coordinator = ACoordinator.with(Map.of("POOLSIZE", "1", "MAXREQTIME", "1m", "QUEUETIME", "30s", "MAXOUTPUT", "1GiB"));
  }

  @AfterAll
  static void end() {
    coordinator.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/run", "/run?raw=1"})
  void holdsUpTheScript(String target) throws IOException {
    try (var client = ask(target, "yes | head -c " + MUCH)) {
      client.head();
      try (var next = ask("/run", "exit 3")) {
        for (var moment = 0; moment < 5; moment++) next.hasNoAnswerYet(); // the only machine is still busy
        assertThat(client.countToEnd('y')).isEqualTo(MUCH / 2);
        next.readTo("\"code\":3");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/run?timeout=4s", "/run?raw=1&timeout=4s"})
  void isLetGoAfterTheDeadlineAndItsMachineAtTheDeadline(String target) throws IOException {
    var start = System.nanoTime();
    try (var client = ask(target, processes.sleep() + " & yes")) {
      processes.areAlive();
      processes.areGone();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(4), LATE);
      try (var next = ask("/run", "exit 3")) { // on the only machine
        next.readTo("\"code\":3");
      }
      Eventually.eventually("both requests are over", () -> coordinator.requests() == 0);
      client.readToReset();
    }
  }

  @Test
  void holdsUpNoMachineWhenItWantsADocument() throws IOException {
    try (var client = ask("/run", "yes | head -c " + MUCH, "Accept: application/json")) {
      client.head();
      try (var next = ask("/run", "exit 3")) {
        next.readTo("\"code\":3");
      }
      assertThat(client.countToEnd('y')).isEqualTo(MUCH / 2);
    }
  }

  private static RawClient ask(String target, String script, String... headers) throws IOException {
    var more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return RawClient.connect(coordinator.address()).send("POST " + target + " HTTP/1.1\r\nHost: 127.0.0.1:"
        + coordinator.address().getPort() + "\r\nContent-Length: " + script.getBytes(StandardCharsets.UTF_8).length + "\r\nConnection: close\r\n"
        + more + "\r\n" + script);
  }
}
