package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.auth.RunLimits;
import coordbfaas.auth.TokenCheck;
import coordbfaas.wire.Exit;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A worker's run is over")
@Timeout(60)
class BasherLimitsTest {
  private static final Duration LATE = Duration.ofSeconds(2);
  private static final long MUCH = 1L << 30;

  private final Worker worker = Worker.boot();

  @AfterEach
  void leavesNothing() {
    worker.close();
  }

  @Nested
  @DisplayName("at its deadline")
  class AtItsDeadline {
    private final RunLimits limits = new RunLimits(300, MUCH);

    @ParameterizedTest
    @ValueSource(strings = {"sleep 1000", "trap '' TERM INT HUP; while :; do :; done", "kill -STOP $$",
        "exec >&- 2>&-; sleep 1000", "for i in {1..50}; do setsid sleep 1000 & done; wait"})
    void whateverItIsDoing(String script) throws Exception {
      var token = worker.token(script.getBytes(StandardCharsets.UTF_8), limits);
      var start = System.nanoTime();
      var answer = worker.start(script.getBytes(StandardCharsets.UTF_8), "text/plain", token);
      answer.readToEnd();
      var took = Duration.ofNanos(System.nanoTime() - start);
      assertThat(answer.exit()).isEqualTo(Exit.deadline(answer.exit().durationMs()));
      assertThat(took).isBetween(Duration.ofMillis(limits.ms()), Duration.ofMillis(limits.ms()).plus(LATE));
      assertThat(answer.exit().durationMs()).isBetween(limits.ms(), took.toMillis());
    }

    @Test
    void withAllThatItHadWritten() throws Exception {
      var answer = worker.run("echo before; echo err >&2; head -c 50000 /dev/zero; sleep 1000", limits);
      assertThat(answer.stdoutBytes().size()).isEqualTo("before\n".length() + 50_000);
      assertThat(answer.stderr()).isEqualTo("err\n");
      assertThat(answer.exit().reason()).isEqualTo(Exit.Reason.DEADLINE);
    }

    @Test
    void whenTheScriptItselfTookThatLongToArrive() throws Exception {
      var script = "sleep 1000";
      var seconds = new RunLimits(3_000, MUCH);
      var token = worker.token(script.getBytes(StandardCharsets.UTF_8), seconds);
      try (var client = worker.connect()) {
        client.send("POST /run HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
            + "\r\nContent-Length: " + script.length() + "\r\n\r\n");
        var sent = System.nanoTime();
        client.waitsFor(Duration.ofMillis(seconds.ms()));
        assertThatThrownBy(() -> client.readTo("\n")).isInstanceOf(SocketTimeoutException.class);
        client.send(script);
        client.waitsFor(Duration.ofMillis(seconds.ms()).plus(LATE));
        assertThat(client.readTo("\"deadline\"")).contains(" 200 ");
        assertThat(Duration.ofNanos(System.nanoTime() - sent)).isLessThan(Duration.ofMillis(2 * seconds.ms()));
      }
    }

    @Test
    void andNotBefore() throws Exception {
      assertThat(worker.run("sleep 0.2; echo done", new RunLimits(5_000, MUCH)).stdout()).isEqualTo("done\n");
    }
  }

  @Nested
  @DisplayName("when its token's time is over")
  class WhenItsTokensTimeIsOver {
    /** The token's own clock has whole seconds. */
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final RunLimits limits = new RunLimits(10_000, MUCH);

    @Test
    void thoughItsLimitIsNot() throws Exception {
      var issued = now.minusSeconds(13);
      var latestEnd = issued.plusMillis(limits.ms()).plus(TokenCheck.LEEWAY);
      var answer = run(issued);
      assertThat(Instant.now()).isBetween(latestEnd, latestEnd.plus(LATE));
      assertThat(answer.exit().reason()).isEqualTo(Exit.Reason.DEADLINE);
    }

    @Test
    void atOnceIfItIsOverAlready() throws Exception {
      var answer = run(now.minusSeconds(20));
      assertThat(answer.exit().reason()).isEqualTo(Exit.Reason.DEADLINE);
      assertThat(Instant.now()).isBefore(now.plusSeconds(10));
    }

    private Answer run(Instant issued) throws Exception {
      var script = "sleep 1000".getBytes(StandardCharsets.UTF_8);
      var answer = worker.start(script, "text/plain", worker.token(script, limits, issued, Duration.ofMinutes(5)));
      answer.readToEnd();
      return answer;
    }
  }

  @Nested
  @DisplayName("at the limit of its output")
  class AtTheLimitOfItsOutput {
    private final RunLimits limits = new RunLimits(60_000, 100_000);

    @Test
    void withAsMuchAsTheLimitAllows() throws Exception {
      var answer = worker.run("echo first; yes", limits);
      assertThat(answer.stdout()).isEqualTo("first\n" + "y\n".repeat((100_000 - 6) / 2));
      assertThat(answer.exit()).isEqualTo(Exit.outputLimit(answer.exit().durationMs()));
    }

    @Test
    void thatIsOneForBothOutputs() throws Exception {
      var answer = worker.run("yes & yes >&2", limits);
      assertThat(answer.outputBytes()).isEqualTo(100_000);
      assertThat(answer.exit().reason()).isEqualTo(Exit.Reason.OUTPUT_LIMIT);
    }

    @Test
    void butNotWithItsLastByte() throws Exception {
      var answer = worker.run("head -c 100000 /dev/zero", limits);
      assertThat(answer.outputBytes()).isEqualTo(100_000);
      assertThat(answer.exit()).isEqualTo(Exit.exited(0, answer.exit().durationMs()));
    }

    @RepeatedTest(5)
    void evenIfBashEndsBeforeThatIsNoticed() throws Exception {
      var answer = worker.run("printf '%100001s' x", limits);
      assertThat(answer.outputBytes()).isEqualTo(100_000);
      assertThat(answer.exit()).isEqualTo(Exit.outputLimit(answer.exit().durationMs()));
    }
  }
}
