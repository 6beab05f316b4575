package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.MachineState;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.util.Optional;
import org.apache.pekko.Done;

/** A machine that becomes ours, or ours under another nonce. */
abstract class ReclaimStory extends MachineStory {
  static final LeaseNonce THEIRS = new LeaseNonce("theirs");

  void isReclaimed() {
    isAcquiring();
    wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
    stops();
    tellsThePool(Use.COMING, Use.COLD);
  }

  void isRotated(LeaseNonce from, LeaseNonce to) {
    assertThat(wire.open(Verb.RELEASE).nonce()).contains(from);
    wire.open(Verb.RELEASE).isAnswered(Done.getInstance());
    isSeen(aMachine(MachineState.STOPPED, SELF), Optional.empty());
    wire.open(Verb.ACQUIRE).isAnswered(aLease(to, SELF));
  }

  void isDestroyedOnceItIsOurs() {
    wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
    tellsThePool(Use.EXPIRED);
    assertThat(wire.open(Verb.DESTROY).nonce()).contains(NEW_NONCE);
    assertThat(wire.count(Verb.START)).isZero();
  }
}
