package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.wire.Exit;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Worker#ends} asserts that at the end of its actor no process and no port of a worker is left. */
@DisplayName("A worker")
@Timeout(60)
class BasherLifeTest {
  @Nested
  @DisplayName("tells of itself")
  class TellsOfItself {
    @Test
    void whoItIsWhichBootAndWhatTimeItHas() throws Exception {
      try (var worker = Worker.boot()) {
        var before = System.currentTimeMillis();
        var health = worker.health();
        assertThat(health.path("machine").textValue()).isEqualTo(Worker.MACHINE);
        assertThat(health.path("boot").textValue()).hasSizeGreaterThanOrEqualTo(32);
        assertThat(health.path("now").longValue()).isBetween(before, System.currentTimeMillis());
        assertThat(worker.health().path("boot")).isEqualTo(health.path("boot"));
      }
    }

    @Test
    void anotherBootEachTime() throws Exception {
      try (var one = Worker.boot(); var other = Worker.boot()) {
        assertThat(one.health().path("boot")).isNotEqualTo(other.health().path("boot"));
      }
    }
  }

  @Nested
  @DisplayName("whose process is killed before its run")
  class WhoseProcessIsKilled {
    @Test
    void isNotHealthyUntilItHasAnother() throws Exception {
      try (var worker = Worker.boot()) {
        var boot = worker.bootId();
        for (var i = 0; i < 3; i++) {
          worker.processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
          Eventually.eventually("it is not healthy", () -> worker.healthStatus() == 503);
          Eventually.eventually("it is again", () -> worker.healthStatus() == 200);
        }
        assertThat(worker.bootId()).isEqualTo(boot);
        worker.isStillFresh();
      }
    }

    @Test
    void stopsWhileItHasNone() throws Exception {
      var worker = Worker.boot();
      worker.processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
      Eventually.eventually("it is not healthy", () -> worker.healthStatus() == 503);
      worker.close();
    }
  }

  @Nested
  @DisplayName("ends")
  class Ends {
    @Test
    void afterItsRun() throws Exception {
      var worker = Worker.boot();
      assertThat(worker.run("echo hi").stdout()).isEqualTo("hi\n");
      worker.ends();
    }

    @Test
    void ifItsPortIsTaken() {
      try (var first = Worker.boot()) {
        var second = Worker.booting(Map.of("PORT", Integer.toString(first.address().getPort())));
        second.ends();
        assertThat(first.processes()).isNotEmpty();
      }
    }

    @Test
    void itsRunAsLostIfItsProcessIsKilledFromOutside() throws Exception {
      var worker = Worker.boot();
      var answer = worker.start("echo up; sleep 1000");
      answer.readUntilStdout("up\n");
      worker.processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
      answer.readToEnd();
      assertThat(answer.exit().reason()).isIn(Exit.Reason.WORKER_LOST, Exit.Reason.SIGNALED); // bash may have been hit first
      worker.ends();
    }
  }

  @Nested
  @DisplayName("that is stopped")
  class ThatIsStopped {
    /** At moments that cover the boot: before its walls, while they are built, while it binds. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 80})
    void endsWhileItBoots(int ms) {
      for (var i = 0; i < 3; i++) {
        var worker = Worker.booting(Map.of());
        LockSupport.parkNanos(Duration.ofMillis(ms).toNanos());
        worker.stop();
        worker.ends();
      }
    }

    @Test
    void endsWhileItWaitsForItsRun() {
      var worker = Worker.boot();
      assertThat(worker.processes()).isNotEmpty();
      worker.stop();
      worker.ends();
    }

    @Test
    void endsItsRunAsLost() throws Exception {
      var worker = Worker.boot();
      var answer = worker.start("trap '' TERM; setsid sleep 1000 & echo up; sleep 1000; :");
      answer.readUntilStdout("up\n");
      worker.stop();
      answer.readToEnd();
      assertThat(answer.exit()).isEqualTo(Exit.workerLost(answer.exit().durationMs()));
      worker.ends();
    }

    @Test
    void endsThoughNobodyReadsItsAnswer() throws Exception {
      var worker = Worker.boot();
      try (var client = worker.connectAndPost("yes", Worker.LIMITS)) {
        client.readTo("\r\n\r\n");
        worker.stop();
        worker.ends();
      }
    }

    @Test
    void endsThoughAConnectionIsOpen() throws Exception {
      var worker = Worker.boot();
      try (var client = worker.connect()) {
        client.send("POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\n", new byte[0]);
        worker.stop();
        worker.ends();
      }
    }

    @Test
    void endsOnceHoweverOftenItIsStopped() throws Exception {
      var worker = Worker.boot();
      worker.start("sleep 1000");
      for (var i = 0; i < 5; i++) worker.stop();
      worker.ends();
      worker.stop();
    }
  }
}
