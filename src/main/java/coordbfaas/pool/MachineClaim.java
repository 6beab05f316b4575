package coordbfaas.pool;

import coordbfaas.auth.PoolClaim;
import coordbfaas.auth.PoolClaims;
import coordbfaas.machines.Machine;
import java.util.Map;
import java.util.Optional;

/**
 * What the metadata of a machine under our own name says, and whether it may be believed: root in any worker of the app can
 * rewrite it, but cannot sign.
 */
sealed interface MachineClaim {
  String POOL_ID = "pool_id";
  String CLAIM = "pool_claim";

  /** Why a machine is destroyed whose metadata somebody changed. */
  String TAMPERED_WITH = "tampered-with";

  /** A claim that we signed, for this machine, and nothing beside it contradicts it. */
  record Genuine(PoolClaim claim) implements MachineClaim {
    Instance instance() {
      return new Instance(claim.pool(), claim.epoch(), claim.instance());
    }
  }

  /** The claim of another key: it was made before ours was changed. */
  record OfAnotherKey() implements MachineClaim {}

  /** The claim is missing, forged, another machine's, or contradicted by what stands beside it. */
  record TamperedWith() implements MachineClaim {}

  /** The API could not tell: the machine's host is out of reach. */
  record Untold() implements MachineClaim {}

  /** Why a machine whose metadata say this must be destroyed; empty if it need not be. */
  default Optional<String> doom() {
    return switch (this) {
      case TamperedWith bad   -> Optional.of(TAMPERED_WITH);
      case OfAnotherKey old   -> Optional.of("key-changed");
      case Genuine good       -> Optional.empty();
      case Untold unreachable -> Optional.empty();
    };
  }

  /** The metadata of a machine that is to be made. */
  static Map<String, String> metadata(PoolClaim claim, PoolClaims claims) {
    return Map.of(POOL_ID, poolId(claim), CLAIM, claims.sign(claim));
  }

  /** Reads the metadata of a machine that bears a name of ours. */
  static MachineClaim of(Machine machine, WorkerName name, PoolClaims claims) {
    if (machine.config().isEmpty()) return new Untold();
    var metadata = machine.config().get().metadata();
    return switch (Optional.ofNullable(metadata.get(CLAIM)).map(claims::read).orElse(new PoolClaims.Reading.Worthless())) {
      case PoolClaims.Reading.Signed(var claim) when isFor(claim, name, metadata) -> new Genuine(claim);
      case PoolClaims.Reading.Signed another -> new TamperedWith();
      case PoolClaims.Reading.OfAnotherKey old -> new OfAnotherKey();
      case PoolClaims.Reading.Worthless none -> new TamperedWith();
    };
  }

  private static boolean isFor(PoolClaim claim, WorkerName name, Map<String, String> metadata) {
    return claim.name().equals(name.toString()) && claim.pool().equals(name.pool())
        && poolId(claim).equals(metadata.get(POOL_ID));
  }

  private static String poolId(PoolClaim claim) {
    return claim.pool() + "//" + claim.image();
  }
}
