package coordbfaas.pool;

import coordbfaas.auth.PoolClaim;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A machine as a list tells it to the pool c1, with metadata of every kind. */
final class ListedMachine {
  /** The instance that reads the list. */
  static final Instance SELF = new Instance("c1", 100, "aa");

  static final List<String> CLAIMS =
      List.of("genuine", "of later", "none", "forged", "another's", "contradicted", "another key's", "untold");

  private ListedMachine() {}

  /** @param claim one of {@link #CLAIMS} */
  static Machine of(String id, String name, MachineState state, String claim) {
    var config = claim.equals("untold") ? Optional.<Machine.Config>empty()
        : Optional.of(new Machine.Config("w", metadata(name, claim)));
    return new Machine(id, name, state, "01H", Optional.empty(), config);
  }

  private static Map<String, String> metadata(String name, String claim) {
    var genuine = MachineClaim.metadata(claim(name, SELF.epoch()), PlainClaims.OURS);
    return switch (claim) {
      case "genuine"       -> genuine;
      case "of later"      -> MachineClaim.metadata(claim(name, SELF.epoch() + 1), PlainClaims.OURS);
      case "none"          -> Map.of();
      case "forged"        -> Map.of(MachineClaim.POOL_ID, genuine.get(MachineClaim.POOL_ID), MachineClaim.CLAIM, "forged");
      case "another's"     -> MachineClaim.metadata(claim("worker-c1-77", SELF.epoch()), PlainClaims.OURS);
      case "contradicted"  -> Map.of(MachineClaim.POOL_ID, "c1//another", MachineClaim.CLAIM, genuine.get(MachineClaim.CLAIM));
      case "another key's" -> MachineClaim.metadata(claim(name, SELF.epoch() + 1), new PlainClaims("another"));
      default -> throw new IllegalArgumentException("claim: " + claim + " (expected: one of " + CLAIMS + ")");
    };
  }

  private static PoolClaim claim(String name, long epoch) {
    var pool = WorkerName.parse(name).map(WorkerName::pool).orElse("c1");
    return new PoolClaim(name, pool, "w", epoch, "aa", Instant.EPOCH);
  }
}
