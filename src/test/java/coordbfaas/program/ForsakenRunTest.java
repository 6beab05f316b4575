package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Goal: a run that outlived its coordinator does not share its machine with the next one.
 *
 * <p>Method: a worker that stands still does not notice that the connection of its run is cut, and so does not end it.
 */
@DisplayName("A coordinator that starts again")
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
class ForsakenRunTest {
  @Test
  void stopsAWorkerThatStillRunsBeforeAnyoneGetsItsMachine() {
    var processes = RunProcesses.ofARun();
    try (var cluster = Cluster.start(Map.of("LOCAL_WORKERS", "process"))) {
      var member = cluster.member("c1", Map.of("POOLSIZE", "1", "MAXREQTIME", "40s", "LEASETIME", "60s"));
      var running = member.client().run("echo began; " + processes.sleep());
      assertThat(running.next().orElseThrow().text()).isEqualTo("began\n");
      processes.areAlive();
      Signal.STOP.to(processes.worker());

      member.kill();
      var died = Instant.now();
      assertThat(processes.alive()).isNotEmpty();
      member.start();

      var next = member.client().run("echo ended");
      assertThat(processes.alive()).isEmpty();
      assertThat(next.outcome().stdout()).isEqualTo("ended\n");
      assertThat(next.worker()).isEqualTo(running.worker());
      var course = cluster.fly().log().since(died).courseOf(next.worker());
      assertThat(course.subList(0, course.indexOf("run"))).containsSubsequence("stopping", "stopped", "started");

      member.terminate();
      cluster.fly().sawNothingWrong();
      cluster.ends();
    } finally {
      processes.end();
    }
  }
}
