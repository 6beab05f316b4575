package coordbfaas.pool;

import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import java.util.Optional;

/**
 * The rules by which a pool stays the only user of its machines, and uses each boot once. Pure: what a failure, an answer or a
 * lease means, and nothing is done here.
 *
 * <p>Each is a method of its own, so that a test can break one and see who notices.
 */
class WorkerRules {
  /** Who holds a machine under our name. */
  enum Holder {
    /** Nobody. */
    NONE,
    /** This instance, by a create or an acquire whose answer was lost. */
    OURSELVES,
    /** An instance of our pool that was there before us. */
    EARLIER,
    /** An instance of our pool that came after us: its machine is none of our business any more. */
    LATER,
    /** Somebody who does not say. */
    UNKNOWN
  }

  WorkerName name(String pool, int slot) {
    return new WorkerName(pool, slot);
  }

  // ---- what failures mean ----

  /** Another nonce holds the lease: whatever we did now would be done to somebody else's machine. */
  boolean isLost(MachinesFailure failure) {
    return failure instanceof MachinesFailure.Rejected rejected && rejected.leaseHeldByAnother();
  }

  /** The API says nothing of the machine: the call is made again. */
  boolean isNotNow(MachinesFailure failure) {
    return failure instanceof MachinesFailure.Later || failure instanceof MachinesFailure.Unreachable;
  }

  /** The call may have been carried out, or be carried out yet, as long as the nonce that it bears is good. */
  boolean leavesDoubt(MachinesFailure failure) {
    return switch (failure) {
      case MachinesFailure.FateUnknown unknown -> true;
      case MachinesFailure.Later later         -> later.mayBeDone();
      case MachinesFailure.Rejected rejected   -> rejected.mayBeDone();
      case MachinesFailure.Unreachable unsent  -> false;
    };
  }

  /** Fly does not do this with this machine, now or later. */
  boolean isRefused(MachinesFailure failure) {
    return failure instanceof MachinesFailure.Rejected rejected && !rejected.mayBeDone()
        && rejected.status() != 404 && rejected.status() != 408;
  }

  /** Whether a machine that stopped must be held under another nonce before it is of use again. */
  boolean mustRotate(HeldMachine held) {
    return held.doubted();
  }

  /** The machine is no more. */
  boolean isGone(MachinesFailure failure) {
    return failure instanceof MachinesFailure.Rejected rejected && rejected.status() == 404;
  }

  // ---- what a boot is worth ----

  /**
   * Whether what a start brought up is clean.
   *
   * @param previous the state in which the start found the machine
   */
  boolean isCleanBoot(MachineState previous, HeldMachine held) {
    return previous == MachineState.STOPPED || previous == MachineState.SUSPENDED && !held.isUsed();
  }

  /** A worker's own word never proves a boot: it is only looked at whether it repeats itself. */
  boolean isNewBoot(HeldMachine held, String boot) {
    return !boot.equals(held.boot());
  }

  /**
   * Whether a boot that answered was made under our lease: only if we hold it still. A later instance may have rebooted the
   * machine since our start was answered, and what its worker tells then is that instance's boot.
   *
   * @param now the lease as it was read after the answer
   */
  boolean isOurLease(LeaseNonce ours, Optional<Lease> now) {
    return now.filter(lease -> isSameLease(ours, lease.nonce())).isPresent();
  }

  /** Suspend keeps memory and disk: who was seen suspended after its grant may never be started again. */
  boolean isTainted(HeldMachine held, MachineState seen, long asOf) {
    return (seen == MachineState.SUSPENDED || seen == MachineState.SUSPENDING) && held.isUsed() && held.usedAt() <= asOf;
  }

  /** Whether a machine found in this state can be brought to a known one, and used. */
  boolean canBeReclaimed(MachineState seen) {
    return switch (seen) {
      case SUSPENDED, SUSPENDING, FAILED, LAUNCH_FAILED, MIGRATED, REPLACED -> false;
      case CREATED, CREATING, STARTED, STARTING, STOPPED, STOPPING, RESTARTING, UPDATING, REPLACING, DESTROYING, DESTROYED,
          UNKNOWN -> true;
    };
  }

  // ---- what a lease means ----

  /** Fly answers a renewal that came too late with a lease of its own: that one is not ours. */
  boolean isSameLease(LeaseNonce ours, LeaseNonce answered) {
    return ours.equals(answered);
  }

  /** Whether a lease is over, by our own clocks. */
  boolean isOver(Moment end, Moment now) {
    return end.hasCome(now);
  }

  /**
   * Who holds a machine under our name. The lease that a machine is born with says nothing, but its claim does.
   *
   * @param claim of the machine's metadata
   */
  Holder holder(Optional<Lease> lease, MachineClaim claim, Instance self) {
    if (lease.isEmpty()) return Holder.NONE;
    var told = lease.get().description();
    var instance = told.isPresent() ? Instance.parse(told.get()) : maker(claim);
    return instance.filter(self::isOfThePoolOf).map(other -> holder(other, self)).orElse(Holder.UNKNOWN);
  }

  private static Holder holder(Instance other, Instance self) {
    if (other.equals(self)) return Holder.OURSELVES;
    return other.isLaterThan(self) ? Holder.LATER : Holder.EARLIER;
  }

  private static Optional<Instance> maker(MachineClaim claim) {
    return claim instanceof MachineClaim.Genuine genuine ? Optional.of(genuine.instance()) : Optional.empty();
  }

  /**
   * Whether the instance that made a machine seems to live beside us: it came before us, but the machine after us. It must meet
   * our lease before the machine is destroyed, or it would make another, and so on for ever.
   *
   * @param isOld whether the machine was there when we came
   */
  boolean isOfALivingRival(MachineClaim claim, Instance self, boolean isOld) {
    return !isOld && claim instanceof MachineClaim.Genuine genuine && self.isLaterThan(genuine.instance());
  }

  // ---- what a listing means ----

  /** A verdict holds for what the actor was when the list was asked for. */
  boolean isUnchanged(long asOf, long change) {
    return asOf == change;
  }

  /** Whether another pool's machine may be destroyed. */
  boolean isOrphan(Optional<Lease> lease) {
    return lease.isEmpty();
  }
}
