package coordbfaas.auth;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What each run waits for: one token signed, and checked with all that a worker asks of it. */
@State(Scope.Benchmark)
public class TokenBenchmark {
  private final KeyPair keys = KeyPair.generate();
  private final byte[] script = "echo hi".getBytes();
  private final Instant now = Instant.now();
  private final WorkerToken token = new WorkerToken(
      "m1", "run-1", new RunLimits(10_000, 1 << 20), Optional.of("boot-1"), Optional.of(WorkerToken.sha256(script)));
  private final TokenCheck check = new TokenCheck(keys.publicKey(), "m1", "boot-1", now);
  private final String signed = token.sign(keys, now, Duration.ofMinutes(1)).text();

  @Benchmark
  public Object sign() {
    return token.sign(keys, now, Duration.ofMinutes(1));
  }

  @Benchmark
  public Object check() {
    if (check.check(signed, now) instanceof TokenCheck.Valid valid && valid.isFor(script)) return valid;
    throw new IllegalStateException("a good token was refused");
  }
}
