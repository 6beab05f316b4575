package coordbfaas.pool;

import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import java.time.Instant;

/**
 * A machine whose lease we hold.
 *
 * @param machine as its create told it
 * @param nonce proves the lease
 * @param usableUntil after this too little of the lease is left for a request
 * @param boot the last boot that was seen; empty before the first
 * @param grants how many requests it was granted to
 */
record HeldMachine(Machine machine, LeaseNonce nonce, Instant usableUntil, String boot, long grants) {
  String id() {
    return machine.id();
  }

  HeldMachine booted(String newBoot) {
    return new HeldMachine(machine, nonce, usableUntil, newBoot, grants);
  }

  /** The same, its lease of no use any more, whatever the clock will say. */
  HeldMachine leaseOver() {
    return new HeldMachine(machine, nonce, Instant.MIN, boot, grants);
  }

  HeldMachine granted() {
    return new HeldMachine(machine, nonce, usableUntil, boot, grants + 1);
  }
}
