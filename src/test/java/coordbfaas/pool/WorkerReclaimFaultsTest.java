package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.Done;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong on the way to it, what we think better of meanwhile, and the change of its nonce after a call in doubt. */
@DisplayName("A machine under our name that is to become ours,")
class WorkerReclaimFaultsTest extends ReclaimStory {
  @Nested
  @DisplayName("when something fails,")
  class WhenSomethingFails {
    static List<MachinesFailure> failures() {
      return List.of(new MachinesFailure.Unreachable("no connection"), new MachinesFailure.Later(Duration.ZERO, false, "429"),
          new MachinesFailure.Later(Duration.ZERO, true, "503"), new MachinesFailure.FateUnknown("no answer"),
          new MachinesFailure.Rejected(422, "oh no"),
          new MachinesFailure.Rejected(409, "machine ID m1 lease currently held by somebody@example.com, expires soon"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void isLookedAtAgainAfterALook(MachinesFailure failure) {
      isLookedFor();
      wire.open(Verb.GET).fails(failure);
      isLookedAtAgain();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void isLookedAtAgainWhenItsLeaseCannotBeRead(MachinesFailure failure) {
      isLookedFor();
      wire.open(Verb.GET).isAnswered(aMachine(MachineState.STOPPED, EARLIER));
      wire.open(Verb.LEASE).fails(failure);
      isLookedAtAgain();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void isLookedAtAgainAfterAnAcquire(MachinesFailure failure) {
      isAcquiring();
      wire.open(Verb.ACQUIRE).fails(failure);
      isLookedAtAgain();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void isLookedAtAgainAfterARefreshOfOurOwn(MachinesFailure failure) {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, SELF), Optional.of(aLease(THEIRS, SELF)));
      wire.open(Verb.REFRESH).fails(failure);
      isLookedAtAgain();
    }

    @ParameterizedTest
    @MethodSource("failures")
    void isLookedAtAgainAfterAStopOfTheirs(MachinesFailure failure) {
      isStoppingTheirs();
      wire.open(Verb.STOP).fails(failure);
      isLookedAtAgain();
    }

    @Test
    void isLookedAtLessAndLessOftenAndNotWaitedFor() {
      isLookedFor();
      wire.open(Verb.GET).isLost();
      tellsThePool();
      assertThat(untilTheNext(Verb.GET)).isEqualTo(Duration.ofMillis(250));
      wire.open(Verb.GET).isLost();
      tellsThePool(Use.STALLED);
      for (var failed = 0; failed < 6; failed++) {
        untilTheNext(Verb.GET);
        wire.open(Verb.GET).isLost();
      }
      assertThat(untilTheNext(Verb.GET)).isEqualTo(Duration.ofSeconds(5));
      tellsThePool();
    }

    @Test
    void isNotWaitedForWhenItIsNotReleased() {
      isReleasing();
      failsTwice(Verb.RELEASE);
      tellsThePool(Use.STALLED);
      wire.open(Verb.RELEASE).isRejected(404, "lease not found");
      wire.open(Verb.GET).isLost();
      tellsThePool(); // it knows
    }

    /** Goal: whatever counted the failures before, the next one is told. */
    @Test
    void isNotWaitedForWhenItsReleaseIsRefusedEachTime() {
      isReleasing();
      for (var refusals = 0; refusals < 2; refusals++) {
        wire.open(Verb.RELEASE).isRejected(404, "lease not found");
        isSeen(aMachine(MachineState.STARTED, EARLIER), Optional.of(aLease(NONCE, EARLIER)));
        stops();
      }
      tellsThePool(Use.STALLED);
    }

    @Test
    void isNotWaitedForWhenItIsOursAndNotStopped() {
      isAcquiring();
      wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
      tellsThePool(Use.COMING);
      failsTwice(Verb.STOP);
      tellsThePool(Use.STALLED);
      stops();
      tellsThePool(Use.COLD);
    }

    private void failsTwice(Verb verb) {
      wire.open(verb).fails(new MachinesFailure.Unreachable("no connection"));
      tellsThePool();
      untilTheNext(verb);
      wire.open(verb).fails(new MachinesFailure.Unreachable("no connection"));
      untilTheNext(verb);
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"LOOKING", "ACQUIRING", "STOPPING_THEIRS"})
    void givesItsSlotBackWhenItIsNoMore(Scene scene) {
      is(scene);
      wire.open().getFirst().isRejected(404, "machine not found");
      if (!hasEnded()) {
        untilTheNext(Verb.GET);
        wire.open(Verb.GET).isRejected(404, "machine not found");
      }
      assertThat(hasEnded()).isTrue();
      waitsFor();
    }

    private void isLookedAtAgain() {
      assertThat(wire.open()).isEmpty();
      assertThat(hasEnded()).isFalse();
      untilTheNext(Verb.GET);
      isSeen(aMachine(MachineState.STOPPED, EARLIER), Optional.empty());
      waitsFor(Verb.ACQUIRE);
    }
  }

  @Nested
  @DisplayName("when our mind changes meanwhile,")
  class WhenOurMindChangesMeanwhile {
    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"LOOKING", "ACQUIRING", "STOPPING_THEIRS", "RELEASING"})
    void isStillTakenOverForTheNextInstance(Scene scene) {
      is(scene);
      var open = wire.open();
      isTold(new WorkerMachine.Close(false));
      assertThat(hasEnded()).isFalse();
      assertThat(wire.open()).isEqualTo(open);
    }

    @Test
    void isStoppedAndKeptForTheNextInstance() {
      isLookedFor();
      isTold(new WorkerMachine.Close(false));
      isSeen(aMachine(MachineState.STARTED, EARLIER), Optional.empty());
      wire.open(Verb.ACQUIRE).isAnswered(aLease(NONCE, SELF));
      stops();
      assertThat(hasEnded()).isTrue();
      waitsFor();
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"LOOKING", "ACQUIRING", "STOPPING_THEIRS", "RELEASING"})
    void isLeftToALaterOne(Scene scene) {
      is(scene);
      isTold(new WorkerMachine.StepBack());
      assertThat(hasEnded()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"LOOKING", "ACQUIRING", "STOPPING_THEIRS", "RELEASING"})
    void isDestroyedOnceItIsOursWhenAllAreToBe(Scene scene) {
      is(scene);
      isTold(new WorkerMachine.Close(true));
      goesOnUntilItIsAcquired();
      isDestroyedOnceItIsOurs();
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"LOOKING", "ACQUIRING", "STOPPING_THEIRS", "RELEASING"})
    void isDestroyedOnceItIsOursWhenItIsCondemned(Scene scene) {
      is(scene);
      isTold(new WorkerMachine.Condemned("m1", "tampered-with"));
      goesOnUntilItIsAcquired();
      isDestroyedOnceItIsOurs();
    }

    @Test
    void isDestroyedWhenItWasLookedForOnlyForThat() {
      isLookedFor(Optional.of("surplus"));
      goesOnUntilItIsAcquired();
      isDestroyedOnceItIsOurs();
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"LOOKING", "ACQUIRING", "STOPPING_THEIRS", "RELEASING"})
    void isNotCondemnedForWhatAnotherDid(Scene scene) {
      is(scene);
      isTold(new WorkerMachine.Condemned("m2", "tampered-with"));
      goesOnUntilItIsAcquired();
      wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
      tellsThePool(Use.COMING);
    }

    private void goesOnUntilItIsAcquired() {
      if (wire.count(Verb.GET) == 1 && wire.open().getFirst().verb() == Verb.GET)
        isSeen(aMachine(MachineState.STOPPED, EARLIER), Optional.empty());
      if (wire.open().getFirst().verb() == Verb.STOP) stops();
      if (wire.open().getFirst().verb() == Verb.RELEASE) {
        wire.open(Verb.RELEASE).isAnswered(Done.getInstance());
        isSeen(aMachine(MachineState.STOPPED, EARLIER), Optional.empty());
      }
      waitsFor(Verb.ACQUIRE);
    }
  }

  @Nested
  @DisplayName("after a call that may yet arrive")
  class AfterACallThatMayYetArrive {
    @Test
    void isColdOnlyUnderAnotherNonce() {
      isStoppedInDoubt();
      isRotated(NONCE, NEW_NONCE);
      assertThat(wire.open(Verb.STOP).nonce()).contains(NEW_NONCE);
      stops();
      tellsThePool(Use.COMING, Use.COLD);
    }

    @Test
    void isTakenAgainIfNoAnswerComesToTheAcquire() {
      isStoppedInDoubt();
      wire.open(Verb.RELEASE).isAnswered(Done.getInstance());
      isSeen(aMachine(MachineState.STOPPED, SELF), Optional.empty());
      wire.open(Verb.ACQUIRE).isLost();
      untilTheNext(Verb.GET);
      isSeen(aMachine(MachineState.STOPPED, SELF), Optional.of(aLease(THEIRS, SELF)));
      wire.open(Verb.REFRESH).isAnswered(aLease(THEIRS, SELF));
      stops();
      isRotated(THEIRS, NEW_NONCE);
      stops();
      assertThat(news()).endsWith(Use.COLD);
    }

    @Test
    void isAnothersIfTheyWereQuicker() {
      isStoppedInDoubt();
      wire.open(Verb.RELEASE).isAnswered(Done.getInstance());
      isSeen(aMachine(MachineState.STOPPED, SELF), Optional.of(aLease(THEIRS, LATER)));
      assertThat(news()).isEqualTo(List.of(new WorkerReport.HeldByLater(NAME.slot(), LATER)));
    }

    @Test
    void countsItsGrantsOn() {
      isStoppedInDoubt();
      isRotated(NONCE, NEW_NONCE);
      stops();
      tellsThePool(Use.COMING, Use.COLD);
      boots();
      saysItIsHealthy();
      tellsThePool(Use.WARM);
      assertThat(isGranted(aRequest()).number()).isEqualTo(2);
    }

    @Test
    void isNotEndedByTheLeaseThatItGaveUp() {
      isStoppedInDoubt();
      time.passes(pool.leaseTtl());
      changesNothing();
      waitsFor(Verb.RELEASE);
    }

    private void isStoppedInDoubt() {
      isStopping();
      wire.open(Verb.STOP).isLost();
      untilTheNext(Verb.STOP);
      stops();
      tellsThePool();
    }
  }
}
