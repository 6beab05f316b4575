package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.program.Answer;
import coordbfaas.program.Client;
import coordbfaas.program.RunProcesses;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("At the deadline a coordinator")
@Timeout(120)
class CoordinatorDeadlineTest {
  private static ACoordinator coordinator;
  private static Client client;

  private final RunProcesses processes = RunProcesses.ofARun();

  /** So that no deadline is reached by waiting for a boot. */
  @BeforeEach
  void aMachineIsWarm() {
    coordinator.warms();
  }

  @BeforeAll
  static void start() {
    coordinator = ACoordinator.with(Map.of(
        "POOLSIZE", "3", "MAXREQTIME", "2s", "QUEUETIME", "30s", "MAXOUTPUT", "1024GiB"));
    client = coordinator.client();
  }

  @AfterAll
  static void end() {
    coordinator.close();
  }

  @Test
  void tellsWhatWasWrittenAndThatTimeIsOver() {
    var outcome = client.run("echo x; " + processes.sleep()).outcome();
    assertThat(outcome.stdout()).isEqualTo("x\n");
    endedAfter(2_000, outcome);
    processes.areGone();
    isServedNext();
  }

  @Test
  void endsScriptsThatIgnoreSignalsAndLeaveDaemons() {
    endedAfter(2_000, client.run("trap '' TERM INT HUP; setsid " + processes.sleep() + " & " + processes.sleep()).outcome());
    processes.areGone();
    isServedNext();
  }

  @Test
  void endsScriptsThatNeverStopWriting() {
    var answer = client.run(processes.sleep() + " & yes");
    Answer.Event last = null;
    for (var event = answer.next(); event.isPresent(); event = answer.next()) last = event.get();
    assertThat(last.name()).isEqualTo("exit");
    assertThat(last.data().path("reason").asText()).isEqualTo("deadline");
    processes.areGone();
    isServedNext();
  }

  @Test
  void keepsAShorterOneThatIsAskedForInTheQuery() {
    endedAfter(300, client.post("/run?timeout=300ms", processes.sleep()).outcome());
  }

  @Test
  void keepsAShorterOneThatIsAskedForInTheDocument() {
    endedAfter(300, client.json("{\"script\":\"" + processes.sleep() + "\",\"timeout\":\"300ms\"}").outcome());
  }

  @Test
  void keepsTheShorterOfBoth() {
    var answer = client.send(client.request("/run?timeout=300ms").header("Content-Type", "application/json").POST(
        HttpRequest.BodyPublishers.ofString("{\"script\":\"" + processes.sleep() + "\",\"timeout\":\"1h\"}")));
    endedAfter(300, answer.outcome());
  }

  @Test
  void allowsNoLongerOneThanItsOwn() {
    endedAfter(2_000, client.post("/run?timeout=1h", processes.sleep()).outcome());
    processes.areGone();
  }

  /** By the coordinator's clock, from the request's acceptance: not earlier, and long before the script's own end. */
  private static void endedAfter(long ms, Answer.Outcome outcome) {
    assertThat(outcome.exit().toString()).startsWith("{\"code\":124,\"reason\":\"deadline\",\"durationMs\":");
    assertThat(outcome.exit().path("durationMs").asLong()).isBetween(ms, ms + 10_000);
  }

  private static void isServedNext() {
    assertThat(client.run("echo next").outcome().stdout()).isEqualTo("next\n");
  }
}
