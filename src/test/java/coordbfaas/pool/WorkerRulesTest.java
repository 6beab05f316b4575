package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.PoolClaim;
import coordbfaas.machines.Lease;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerRules.Holder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a failure, an answer or a lease means. */
@DisplayName("The rules of a worker machine")
class WorkerRulesTest extends OneMachine {
  private static final Machine MADE = aMachine(Optional.of(NONCE));

  private final WorkerRules rules = new WorkerRules();

  // ---- failures ----

  /** A failure, and what it means: lost, not now, in doubt, refused, gone. */
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new MachinesFailure.Unreachable("no connection"), Set.of("not now")),
        Arguments.of(new MachinesFailure.Later(Duration.ZERO, false, "429"), Set.of("not now")),
        Arguments.of(new MachinesFailure.Later(Duration.ZERO, true, "503"), Set.of("not now", "in doubt")),
        Arguments.of(new MachinesFailure.FateUnknown("no answer"), Set.of("in doubt")),
        Arguments.of(new MachinesFailure.Rejected(404, "machine not found"), Set.of("gone")),
        Arguments.of(new MachinesFailure.Rejected(408, "deadline_exceeded"), Set.of()),
        Arguments.of(new MachinesFailure.Rejected(409, "machine ID m1 lease currently held by a@b.c"), Set.of("lost", "refused")),
        Arguments.of(new MachinesFailure.Rejected(409, "aborted: machine still attempting to start"), Set.of("refused")),
        Arguments.of(new MachinesFailure.Rejected(409, NAME_TAKEN), Set.of("refused")),
        Arguments.of(new MachinesFailure.Rejected(412, "failed_precondition"), Set.of("refused")),
        Arguments.of(new MachinesFailure.Rejected(422, "could not find a candidate host"), Set.of("refused")),
        Arguments.of(new MachinesFailure.Rejected(403, "over its quota"), Set.of("refused")));
  }

  @ParameterizedTest(name = "{0} is {1}")
  @MethodSource("failures")
  void tellFailuresApart(MachinesFailure failure, Set<String> meanings) {
    assertThat(rules.isLost(failure)).as("lost").isEqualTo(meanings.contains("lost"));
    assertThat(rules.isNotNow(failure)).as("not now").isEqualTo(meanings.contains("not now"));
    assertThat(rules.leavesDoubt(failure)).as("in doubt").isEqualTo(meanings.contains("in doubt"));
    assertThat(rules.isRefused(failure)).as("refused").isEqualTo(meanings.contains("refused"));
    assertThat(rules.isGone(failure)).as("gone").isEqualTo(meanings.contains("gone"));
  }

  // ---- boots ----

  @ParameterizedTest
  @EnumSource(MachineState.class)
  void takeABootForCleanOnlyIfItWasStopped(MachineState previous) {
    var unused = HeldMachine.made(MADE);
    assertThat(rules.isCleanBoot(previous, unused.granted(3))).isEqualTo(previous == MachineState.STOPPED);
    assertThat(rules.isCleanBoot(previous, HeldMachine.found(MADE, 3, false))).isEqualTo(previous == MachineState.STOPPED);
    assertThat(rules.isCleanBoot(previous, unused))
        .isEqualTo(previous == MachineState.STOPPED || previous == MachineState.SUSPENDED);
  }

  @ParameterizedTest
  @EnumSource(MachineState.class)
  void taintWhatWasSuspendedSinceItsUse(MachineState seen) {
    var asleep = seen == MachineState.SUSPENDED || seen == MachineState.SUSPENDING;
    var used = HeldMachine.made(MADE).granted(5);
    assertThat(rules.isTainted(used, seen, 4)).isFalse();
    assertThat(rules.isTainted(used, seen, 5)).isEqualTo(asleep);
    assertThat(rules.isTainted(used, seen, 6)).isEqualTo(asleep);
    assertThat(rules.isTainted(HeldMachine.made(MADE), seen, 6)).isFalse();
  }

  @Test
  void takeABootForNewOnlyIfItDoesNotRepeatItself() {
    var booted = HeldMachine.made(MADE).booted("boot-1");
    assertThat(rules.isNewBoot(booted, "boot-1")).isFalse();
    assertThat(rules.isNewBoot(booted, "boot-2")).isTrue();
    assertThat(rules.isNewBoot(HeldMachine.made(MADE), "boot-1")).isTrue();
  }

  @Test
  void rotateWhatIsInDoubt() {
    assertThat(rules.mustRotate(HeldMachine.made(MADE))).isFalse();
    assertThat(rules.mustRotate(HeldMachine.made(MADE).withDoubt(true))).isTrue();
  }

  @ParameterizedTest
  @EnumSource(value = MachineState.class, names = {
      "SUSPENDED", "SUSPENDING", "FAILED", "LAUNCH_FAILED", "MIGRATED", "REPLACED"})
  void useNothingThatKeptItsMemoryOrBroke(MachineState seen) {
    assertThat(rules.canBeReclaimed(seen)).isFalse();
  }

  @Test
  void useWhatIsInAnyOtherState() {
    assertThat(Stream.of(MachineState.values()).filter(rules::canBeReclaimed)).hasSize(MachineState.values().length - 6);
  }

  // ---- leases ----

  /** Who describes the lease, who made the machine, who holds it. */
  static Stream<Arguments> holders() {
    var stranger = new Instance("c2", 7, "aa");
    return Stream.of(
        Arguments.of(described(SELF), madeBy(EARLIER), Holder.OURSELVES),
        Arguments.of(described(EARLIER), madeBy(SELF), Holder.EARLIER),
        Arguments.of(described(LATER), madeBy(SELF), Holder.LATER),
        Arguments.of(described(stranger), madeBy(SELF), Holder.UNKNOWN),
        Arguments.of(Optional.of("a deploy"), madeBy(SELF), Holder.UNKNOWN),
        Arguments.of(Optional.of(""), madeBy(SELF), Holder.UNKNOWN),
        Arguments.of(Optional.empty(), madeBy(SELF), Holder.OURSELVES),
        Arguments.of(Optional.empty(), madeBy(EARLIER), Holder.EARLIER),
        Arguments.of(Optional.empty(), madeBy(LATER), Holder.LATER),
        Arguments.of(Optional.empty(), new MachineClaim.TamperedWith(), Holder.UNKNOWN),
        Arguments.of(Optional.empty(), new MachineClaim.OfAnotherKey(), Holder.UNKNOWN),
        Arguments.of(Optional.empty(), new MachineClaim.Untold(), Holder.UNKNOWN),
        Arguments.of(described(EARLIER), new MachineClaim.TamperedWith(), Holder.EARLIER));
  }

  @ParameterizedTest
  @MethodSource("holders")
  void knowTheHolderByTheLeaseAndElseByTheClaim(Optional<String> description, MachineClaim claim, Holder holder) {
    assertThat(rules.holder(Optional.of(aLease(NONCE, description)), claim, SELF)).isEqualTo(holder);
  }

  @Test
  void knowNoHolderWithoutALease() {
    for (var claim : List.of(madeBy(LATER), madeBy(SELF), new MachineClaim.TamperedWith(), new MachineClaim.Untold()))
      assertThat(rules.holder(Optional.empty(), claim, SELF)).isEqualTo(Holder.NONE);
  }

  @Test
  void knowTheirOwnLeaseByItsNonce() {
    assertThat(rules.isSameLease(NONCE, NONCE)).isTrue();
    assertThat(rules.isSameLease(NONCE, NEW_NONCE)).isFalse();
  }

  @Test
  void endALeaseAtTheMomentOfItsEnd() {
    var end = new Moment(Instant.EPOCH.plusSeconds(9), Instant.EPOCH.plusSeconds(9));
    assertThat(rules.isOver(end, end)).isTrue();
    assertThat(rules.isOver(end, new Moment(end.wall().minusMillis(1), end.steady().minusMillis(1)))).isFalse();
  }

  @Test
  void callWhatNobodyHoldsAnOrphan() {
    assertThat(rules.isOrphan(Optional.empty())).isTrue();
    assertThat(rules.isOrphan(Optional.<Lease>of(aLease(NONCE, Optional.empty())))).isFalse();
  }

  @Test
  void applyAVerdictOnlyToWhatHasNotChanged() {
    assertThat(rules.isUnchanged(4, 4)).isTrue();
    assertThat(rules.isUnchanged(4, 5)).isFalse();
    assertThat(rules.isUnchanged(5, 4)).isFalse();
  }

  @Test
  void nameAMachineAfterItsSlot() {
    assertThat(rules.name("c1", 3)).isEqualTo(NAME);
  }

  private static Optional<String> described(Instance instance) {
    return Optional.of(instance.description());
  }

  private static MachineClaim madeBy(Instance instance) {
    return new MachineClaim.Genuine(new PoolClaim(
        NAME.toString(), instance.pool(), "registry.example/w:1", instance.epoch(), instance.id(), Instant.EPOCH));
  }
}
