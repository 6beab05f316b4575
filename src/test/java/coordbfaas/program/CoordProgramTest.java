package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import coordbfaas.outside.Running;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("bfaas coord")
@Timeout(120)
class CoordProgramTest {
  private final RunProcesses processes = RunProcesses.ofARun();

  private BfaasProcess coordinator;

  @AfterEach
  void end() {
    if (coordinator != null) coordinator.close();
    processes.end();
  }

  @Test
  void letsARunCompleteAfterSigtermAndExitsWithZero() {
    serves(Map.of("POOLSIZE", "2", "MAXREQTIME", "60s"));
    var children = coordinator.handle().children().toList();
    var running = client().run(processes.sleep() + "; echo done; exit 4");
    processes.areAlive();

    coordinator.terminate();
    Eventually.eventually("new runs are refused", () -> client().run("echo late").status() == 503);
    processes.wakeUp();
    var outcome = running.outcome();
    assertThat(outcome.stdout()).isEqualTo("done\n");
    assertThat(outcome.code()).isEqualTo(4);

    assertThat(coordinator.exitCode()).isZero();
    nothingListens();
    assertThat(Running.any(children)).isFalse();
    processes.areGone();
  }

  /** A run that has a minute left is in nobody's way. */
  @Test
  void endsAtOnceWhenItIsAskedTwice() {
    serves(Map.of("POOLSIZE", "2", "MAXREQTIME", "60s"));
    var descendants = client().run("echo; " + processes.sleep()).next().map(begun -> {
      processes.areAlive();
      return coordinator.handle().descendants().toList();
    }).orElseThrow();

    coordinator.terminate();
    Eventually.eventually("new runs are refused", () -> client().run("echo late").status() == 503);
    assertThat(processes.alive()).isNotEmpty();
    coordinator.terminate();
    assertThat(coordinator.exitCode()).isEqualTo(143);
    Eventually.within(Duration.ofSeconds(2), "nothing is left of the run", () -> processes.alive().isEmpty());
    Eventually.within(Duration.ofSeconds(2), "nor of what waited for one", () -> !Running.any(descendants));
    nothingListens();
  }

  @Test
  void takesItsRunsWithItWhenItIsKilled(@TempDir Path temporary) throws IOException {
    serves(Map.of("POOLSIZE", "2", "MAXREQTIME", "60s"), "-Djava.io.tmpdir=" + temporary);
    var inTheBackground = client().run("setsid " + processes.sleep() + " & echo began; wait; " + processes.sleep());
    assertThat(inTheBackground.next().orElseThrow().text()).isEqualTo("began\n");
    processes.areAlive();
    var descendants = coordinator.handle().descendants().toList();
    assertThat(descendants).hasSizeGreaterThan(2);

    coordinator.kill();
    Eventually.within(Duration.ofSeconds(2), "nothing is left of the run", () -> processes.alive().isEmpty());
    Eventually.within(Duration.ofSeconds(2), "nor of what waited for one", () -> !Running.any(descendants));
    try (var left = Files.list(temporary)) {
      assertThat(left.filter(file -> file.getFileName().toString().startsWith("bfaas"))).isEmpty();
    }
  }

  @Test
  void exitsWith78AndAllThatIsWrong() {
    coordinator = BfaasProcess.start(Map.of("WORKER_APP", "x", "MAXREQTIME", "10", "POOLSIZE", "zero", "PRIVATE", "sesame"),
        "coord");
    assertThat(coordinator.exitCode()).isEqualTo(78);
    assertThat(coordinator.out()).isEmpty();
    assertThat(coordinator.err()).hasSize(6).allMatch(line -> line.matches("[A-Z_]+: .+ \\(expected: .+\\)"))
        .noneMatch(line -> line.contains("sesame"))
        .extracting(line -> line.substring(0, line.indexOf(':')))
        .containsExactlyInAnyOrder("FLY_TOKEN", "MAXREQTIME", "PRIVATE", "WORKER_IMAGE", "FLY_MACHINE_ID", "POOLSIZE");
  }

  @Test
  void exitsWith64WhenItIsUsedWrongly() {
    for (var arguments : List.of(new String[0], new String[] {"coord", "--fast"})) {
      try (var program = BfaasProcess.start(Map.of(), arguments)) {
        assertThat(program.exitCode()).isEqualTo(64);
        assertThat(program.err()).anyMatch(line -> line.contains("usage: bfaas COMMAND"));
      }
    }
  }

  @Test
  void exitsWith1WhenItsPortIsTaken() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      coordinator = BfaasProcess.start(Map.of("PORT", Integer.toString(taken.getLocalPort())), "coord");
      assertThat(coordinator.exitCode()).isEqualTo(1);
      assertThat(coordinator.err()).anyMatch(line -> line.contains("cannot listen")
          && line.contains("port=" + taken.getLocalPort()));
    }
  }

  @Test
  void exitsWith1WhenItsAdminPortIsTakenAndSaysWhichSettingThatIs() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var port = Integer.toString(taken.getLocalPort());
      coordinator = BfaasProcess.start(Map.of("PORT", "0", "ADMIN_PORT", port), "coord");
      assertThat(coordinator.exitCode()).isEqualTo(1);
      assertThat(coordinator.err()).hasSize(2).anyMatch(line -> line.contains("ADMIN_PORT=" + port) && line.contains("in use"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void writesNoScriptOutputOrSecretToItsLog(String format) {
    serves(Map.of("POOLSIZE", "1", "LOG_FORMAT", format));
    assertThat(client().run("echo sesame; echo sesame >&2 # sesame").outcome().stdout()).isEqualTo("sesame\n");
    assertThat(client().json("{\"script\":\"sesame\",\"nonsense\":\"sesame\"}").status()).isEqualTo(400);
    assertThat(client().post("/run?timeout=sesame", "echo").status()).isEqualTo(400);
    assertThat(client().post("/sesame", "echo").status()).isEqualTo(404);
    coordinator.terminate();
    assertThat(coordinator.exitCode()).isZero();
    assertThat(coordinator.out()).isEmpty();
    assertThat(coordinator.err()).isNotEmpty().noneMatch(line -> line.contains("sesame"))
        .noneMatch(line -> line.contains("Bearer")).allMatch(line -> format.equals("text") != line.matches("\\{.*}"));
  }

  private void serves(Map<String, String> environment, String... options) {
    var all = new HashMap<>(environment);
    all.put("PORT", "0");
    if (options.length > 0) all.put("JDK_JAVA_OPTIONS", String.join(" ", options));
    coordinator = BfaasProcess.start(all, "coord");
    coordinator.serving();
  }

  private Client client() {
    return new Client(coordinator.serving());
  }

  private void nothingListens() {
    assertThatThrownBy(() -> RawClient.connect(coordinator.serving())).isInstanceOf(ConnectException.class);
  }
}
