package coordbfaas.localfly.rules;

import java.time.Instant;
import java.util.List;

/** What may befall a machine without a call. */
public enum Misfortune {
  /** Its main process ends by itself, as one that crashed. */
  DIE,
  /** Its lease is over before its time. */
  EXPIRE_LEASE,
  /** Somebody else holds its lease. */
  STEAL_LEASE,
  /** The snapshot of its present or next suspension is lost. */
  LOSE_SNAPSHOT,
  /** Its next launch fails. */
  FAIL_LAUNCH;

  List<Effect> befall(String machine, FlyRules rules, Instant now) {
    return switch (this) {
      case DIE -> rules.die(machine, now);
      case EXPIRE_LEASE -> rules.expireLease(machine, now);
      case STEAL_LEASE -> rules.stealLease(machine, now);
      case LOSE_SNAPSHOT -> {
        rules.loseSnapshot(machine);
        yield List.of();
      }
      case FAIL_LAUNCH -> {
        rules.failLaunch(machine);
        yield List.of();
      }
    };
  }
}
