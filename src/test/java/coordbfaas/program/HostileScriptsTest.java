package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One machine has them all, one after another: whatever one did to it, the next script finds it as it always is. */
@DisplayName("A hostile script")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(180)
class HostileScriptsTest {
  private static final List<String> HOSTILE = List.of(
      "bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 1; exit 1",
      "x=$(head -c 1G /dev/zero | tr '\\0' x)",
      "for file in a b /dev/shm/c; do head -c 1G /dev/zero >$file; done 2>/dev/null; exit 1",
      "for i in {10..5000}; do eval \"exec $i</dev/null\" || exit 3; done 2>/dev/null",
      "trap '' TERM HUP INT; kill -9 1; kill -9 -1; exit 1",
      "setsid sleep 60 >/dev/null 2>&1 & timeout 1 yes >/dev/null",
      "touch /escaped /etc/escaped; mount -t tmpfs none /mnt; unshare --user true");

  @ParameterizedTest
  @ValueSource(strings = {"jvm", "process"})
  void leavesItsMachineAsEver(String workers) {
    var environment = Map.of("PORT", "0", "LOCAL_WORKERS", workers, "POOLSIZE", "1", "QUEUETIME", "60s", "MAXREQTIME", "60s",
        "SANDBOX", "required");
    try (var coordinator = BfaasProcess.start(environment, "coord")) {
      var client = new Client(coordinator.serving());
      var machine = client.run("true").worker();
      for (var script : HOSTILE) {
        var answer = client.run("echo as ever\n" + script);
        assertThat(answer.worker()).isEqualTo(machine);
        var outcome = answer.outcome();
        assertThat(outcome.stdout()).startsWith("as ever\n");
        assertThat(outcome.exit().path("code").intValue()).as(script).isNotZero();
      }
      assertThat(client.run("echo as ever").outcome().stdout()).isEqualTo("as ever\n");
      coordinator.terminate();
      assertThat(coordinator.exitCode()).isZero();
    }
  }
}
