import coordbfaas.auth.KeyPair;
import coordbfaas.auth.RunLimits;
import coordbfaas.auth.WorkerToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** What a worker and whoever sends it a run have in common. */
final class WorkerKeys {
  private static final String MACHINE = "bench";
  private static final RunLimits LIMITS = new RunLimits(10_000, 1 << 20);

  private final KeyPair keys = KeyPair.generate();

  /** The settings of the worker. */
  Map<String, String> environment(int port) {
    return Map.of("FLY_MACHINE_ID", MACHINE, "PUBLIC", keys.publicText(), "BIND", "127.0.0.1", "PORT", Integer.toString(port));
  }

  /** A header for one run. */
  String authorization() {
    var token = new WorkerToken(MACHINE, UUID.randomUUID().toString(), LIMITS, Optional.empty(), Optional.empty())
        .sign(keys, Instant.now(), Duration.ofSeconds(30));
    return "Authorization: Bearer " + token.text() + "\r\n";
  }
}
