package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.wire.Exit;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link Worker#ends} asserts that at the end of its actor no process and no port of a worker is left. */
@DisplayName("A worker without a run")
@Timeout(60)
class BasherIdleTest {
  /** Two of them are more than any pause between two steps of a test. */
  private static final Duration LEASE_TIME = Duration.ofMillis(1500);

  private static final Map<String, String> LEASED = Map.of("LEASETIME", LEASE_TIME.toMillis() + "ms");

  @Test
  void endsWhenNobodyAsksForIt() {
    Worker.boot(Map.of("LEASETIME", "200ms")).ends();
  }

  @Test
  void endsWhileItBootsIfThatTakesTooLong() {
    Worker.booting(Map.of("LEASETIME", "1ms")).ends();
  }

  /** It is asked for longer than it would live otherwise, and ends when that is over. */
  @Test
  void livesAsLongAsItsHealthIsAskedFor() throws Exception {
    var worker = Worker.boot(LEASED);
    var boots = new HashSet<String>();
    var start = System.nanoTime();
    Eventually.eventually("two lease times and more are over", () -> {
      boots.add(worker.bootId());
      return System.nanoTime() - start > LEASE_TIME.multipliedBy(3).toNanos();
    });
    assertThat(boots).hasSize(1);
    worker.ends();
  }

  @Test
  void livesAsLongAsItIsFrozen() throws Exception {
    var worker = Worker.boot(Map.of("LEASETIME", "100ms"));
    worker.freeze();
    var start = System.nanoTime();
    Eventually.eventually("many lease times are over", () -> System.nanoTime() - start > Duration.ofSeconds(2).toNanos());
    assertThat(worker.processes()).isNotEmpty();
    worker.thaw();
    worker.ends();
  }

  @Test
  void isNotCutOnceItHasOne() throws Exception {
    var worker = Worker.boot(LEASED);
    var answer = worker.run("for i in 1 2 3 4 5; do sleep 0.9; echo $i; done");
    assertThat(answer.stdout()).isEqualTo("1\n2\n3\n4\n5\n");
    assertThat(answer.exit().reason()).isEqualTo(Exit.Reason.EXITED);
    worker.ends();
  }
}
