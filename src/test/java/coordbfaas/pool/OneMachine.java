package coordbfaas.pool;

import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import java.util.Map;
import java.util.Optional;

/** The machine of a {@link MachineStory}, and what Fly may tell of it. */
abstract class OneMachine {
  static final WorkerName NAME = new WorkerName("c1", 3);
  static final LeaseNonce NONCE = new LeaseNonce("nonce-1");
  static final Instance SELF = new Instance("c1", 7, "aa");
  static final Instance EARLIER = new Instance("c1", 6, "ff");
  static final Instance LATER = new Instance("c1", 8, "00");
  static final LeaseNonce NEW_NONCE = new LeaseNonce("nonce-2");
  static final String NAME_TAKEN =
      "already_exists: unique machine name violation, machine ID m1 already exists with name \"worker-c1-3\"";

  /** As a create answers. */
  static Machine aMachine(Optional<LeaseNonce> nonce) {
    return new Machine("m1", NAME.toString(), MachineState.CREATED, "01H", nonce, Optional.empty());
  }

  static Machine aMachine(MachineState state, Map<String, String> metadata) {
    var config = new Machine.Config("registry.example/w:1", metadata);
    return new Machine("m1", NAME.toString(), state, "01H", Optional.empty(), Optional.of(config));
  }

  static Lease aLease(LeaseNonce nonce, Instance holder) {
    return aLease(nonce, Optional.of(holder.description()));
  }

  static Lease aLease(LeaseNonce nonce, Optional<String> description) {
    return new Lease(nonce, 4_000_000_000L, Optional.of("somebody@example.com"), description);
  }
}
