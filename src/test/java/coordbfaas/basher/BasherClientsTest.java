package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.RunLimits;
import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A worker whose client")
@Timeout(60)
class BasherClientsTest {
  @Nested
  @DisplayName("leaves")
  class Leaves {
    @ParameterizedTest
    @EnumSource
    void endsTheRunAndItself(RawClient.Way how) throws Exception {
      var worker = Worker.boot();
      var client = worker.connectAndPost("trap '' TERM HUP PIPE; setsid sleep 1000 & echo up; sleep 1000", Worker.LIMITS);
      client.readTo("data: \"up\\n\"\n\n"); // silent from here on
      client.leave(how);
      worker.ends();
    }

    @ParameterizedTest
    @EnumSource
    void endsARunThatNeverStopsWriting(RawClient.Way how) throws Exception {
      var worker = Worker.boot();
      var client = worker.connectAndPost("yes", Worker.LIMITS);
      client.readTo("data: \"y\\n");
      client.leave(how);
      worker.ends();
    }

    /** Whether it is seen to have left before the run, as it starts, or after: nothing may be left, and no worker half used. */
    @ParameterizedTest
    @EnumSource
    void rightAfterItsRequestEndsOrIsStillFresh(RawClient.Way how) throws Exception {
      for (var i = 0; i < 20; i++) {
        var worker = Worker.boot();
        var client = worker.connectAndPost("sleep 1000", Worker.LIMITS);
        client.leave(how);
        if (i % 2 == 0) worker.close();
        else worker.endsOrIsFresh();
        client.close();
      }
    }

    @ParameterizedTest
    @EnumSource
    void inTheMidstOfItsRequestIsStillFresh(RawClient.Way how) throws Exception {
      try (var worker = Worker.boot()) {
        var client = worker.connect();
        client.send("POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nContent-Length: 100\r\n\r\n",
            "echo".getBytes(StandardCharsets.US_ASCII));
        client.leave(how);
        worker.isStillFresh();
        client.close();
      }
    }

    @Test
    void theOrdinaryWayToo() throws Exception {
      var worker = Worker.boot();
      var answer = worker.start("echo up; sleep 1000");
      answer.readUntilStdout("up\n");
      answer.leave();
      worker.ends();
    }
  }

  @Nested
  @DisplayName("does not read")
  class DoesNotRead {
    private static final Duration LATE = Duration.ofSeconds(2);

    @Test
    void endsTheRunAtItsDeadlineAndItselfAfterTheGrace() throws Exception {
      var worker = Worker.boot();
      var limits = new RunLimits(500, 1L << 40);
      var start = System.nanoTime();
      try (var client = worker.connectAndPost("yes & yes", limits)) {
        client.readTo("\r\n\r\n");
        Eventually.eventually("the run is over", () -> worker.processes().isEmpty());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(
            Duration.ofMillis(limits.ms()), Duration.ofMillis(limits.ms()).plus(LATE));
        worker.ends();
      }
    }

    @Test
    void endsThoughItsRunIsOverLongBeforeTheDeadline() throws Exception {
      var worker = Worker.boot();
      try (var client = worker.connectAndPost("head -c 100000 /dev/zero", new RunLimits(1_000, 1L << 40))) {
        client.readTo("\r\n\r\n");
        worker.ends();
      }
    }

    /** A worker's process ends with it, and on Fly the machine, and all that its kernel has not sent. */
    @Test
    void isWaitedForUntilItHasReadTheAnswerOrTheDeadlineComes() throws Exception {
      var worker = Worker.boot();
      try (var client = worker.connectAndPost("seq 1 50000", Worker.LIMITS)) {
        worker.goesOnFor(LATE.plusSeconds(1));
        assertThat(client.readToEnd()).contains("event: exit\ndata: {\"code\":0,");
      }
      worker.ends();
    }

    @Test
    void isNotWaitedForByAWorkerThatIsStopped() throws Exception {
      var worker = Worker.boot();
      try (var client = worker.connectAndPost("seq 1 50000", Worker.LIMITS)) {
        client.readTo("\r\n\r\n");
        worker.goesOnFor(LATE.plusSeconds(1));
        assertThat(worker.processes()).isEmpty();
        worker.stop();
        worker.ends();
      }
    }

    @Test
    void untilTheWorkerHasEndedStillGetsTheWholeAnswer() throws Exception {
      var worker = Worker.boot();
      try (var client = worker.connectAndPost("seq 1 50000; exit 3", new RunLimits(1_000, 1L << 30))) {
        worker.ends();
        assertThat(client.readToEnd()).contains("50000\\n\"\n\n", "event: exit\ndata: {\"code\":3,").endsWith("\r\n0\r\n\r\n");
      }
    }
  }

  @Nested
  @DisplayName("is not alone")
  class IsNotAlone {
    @Test
    void refusesASecondRunWhileTheFirstGoesOn() throws Exception {
      try (var worker = Worker.boot()) {
        var first = worker.start("echo first; sleep 1000; echo last");
        first.readUntilStdout("first\n");
        var second = "echo second".getBytes(StandardCharsets.UTF_8);
        for (var i = 0; i < 3; i++) worker.isRefused(409, second, "text/plain", worker.token(second));
        worker.wakeScript();
        first.readToEnd();
        assertThat(first.stdout()).isEqualTo("first\nlast\n");
      }
    }

    @Test
    void isToldThatItIsHealthyWhileARunGoesOn() throws Exception {
      try (var worker = Worker.boot()) {
        var run = worker.start("echo up; sleep 1000");
        run.readUntilStdout("up\n");
        assertThat(worker.health().path("machine").textValue()).isEqualTo(Worker.MACHINE);
      }
    }

    @Test
    void startsOneRunOnlyHoweverManyComeAtOnce() throws Exception {
      try (var worker = Worker.boot()) {
        var script = "echo up; sleep 1000";
        var clients = new RawClient[8];
        for (var i = 0; i < clients.length; i++) clients[i] = worker.connectAndPost(script, Worker.LIMITS);
        var accepted = 0;
        for (var client : clients) if (client.readTo("\r\n").contains(" 200 ")) accepted++;
        assertThat(accepted).isEqualTo(1);
        for (var client : clients) client.close();
      }
    }
  }
}
