package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.provider.ValueSource;

/** Only what nobody used may sleep: a suspend keeps memory and disk. */
@DisplayName("A worker machine that sleeps until it is wanted")
class WorkerSleepTest extends MachineStory {
  @Nested
  @DisplayName("falling asleep,")
  class FallingAsleep {
    @Test
    void isSuspendedUnderItsLease() {
      isSuspending();
      assertThat(wire.open(Verb.SUSPEND).target()).isEqualTo("m1");
      assertThat(wire.open(Verb.SUSPEND).nonce()).contains(NONCE);
      wire.open(Verb.SUSPEND).isAnswered(Done.getInstance());
      waitsFor(Verb.AWAIT_SUSPENDED);
      changesNothing();
    }

    @Test
    void isSuspendedOnceHoweverOftenItIsTold() {
      isSuspending();
      isTold(new WorkerMachine.Suspend());
      waitsFor(Verb.SUSPEND);
      changesNothing();
    }

    @Test
    void isResumedOnlyOnceItIsAsleepWhenItIsWantedMeanwhile() {
      isSuspending();
      isTold(new WorkerMachine.Boot());
      tellsThePool(Use.COMING);
      waitsFor(Verb.SUSPEND); // a start that overtook it would leave it asleep
      fallsAsleep();
      waitsFor(Verb.START);
    }

    @Test
    void isWarmWhenItsSuspendIsRefusedAndIsNotAskedAgain() {
      isSuspending();
      isRefused();
      workerSaysItIsIn("boot-1");
      tellsThePool(Use.WARM);
      isTold(new WorkerMachine.Suspend());
      waitsFor();
      isGranted(aRequest());
    }

    @Test
    void isStoppedWhenItsSuspendIsRefusedAndItsWorkerDoesNotAnswer() {
      isSuspending();
      isRefused();
      wire.open(Verb.HEALTH).fails(new MachinesFailure.Unreachable("no worker answers"));
      tellsThePool(Use.BUSY);
      waitsFor(Verb.STOP);
    }

    @Test
    void isNotWarmForAnAnswerFromBeforeItsSuspendWasRefused() {
      isSuspending();
      isRefused();
      isTold(new WorkerCalls.Healthy(new WorkerHealth.Healthy("m1", "boot-1"), 1));
      changesNothing();
    }

    @Test
    void isDestroyedWhenItsSuspendIsRefusedAndAnotherBootAnswers() {
      isSuspending();
      isRefused();
      wire.open(Verb.HEALTH).isAnswered(new WorkerHealth.Healthy("m1", "boot-2"));
      isBeingDestroyed();
    }

    static List<MachinesFailure> harmless() {
      return List.of(new MachinesFailure.Unreachable("no connection"), new MachinesFailure.Later(Duration.ZERO, false, "429"));
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void isToldAgainWhenTheApiHasABadDay(MachinesFailure failure) {
      isSuspending();
      wire.open(Verb.SUSPEND).fails(failure);
      assertThat(untilTheNext(Verb.SUSPEND)).isEqualTo(Duration.ofMillis(250));
      changesNothing();
      fallsAsleep();
      tellsThePool(Use.SUSPENDED);
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void isWarmAsItWasWhenItIsWantedAndTheApiHasABadDay(MachinesFailure failure) {
      isSuspending();
      isTold(new WorkerMachine.Boot());
      wire.open(Verb.SUSPEND).fails(failure);
      tellsThePool(Use.COMING, Use.WARM);
      isGranted(aRequest());
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void isNotToldAgainOnceItIsWanted(MachinesFailure failure) {
      isSuspending();
      wire.open(Verb.SUSPEND).fails(failure);
      isTold(new WorkerMachine.Boot());
      tellsThePool(Use.WARM);
      time.passes(Duration.ofSeconds(10));
      waitsFor();
      isGranted(aRequest());
    }

    static List<MachinesFailure> doubtful() {
      return List.of(new MachinesFailure.FateUnknown("no answer"), new MachinesFailure.Later(Duration.ZERO, true, "503"),
          new MachinesFailure.Rejected(404, "machine not found"));
    }

    /** Goal: a suspend that arrives late bears a nonce that is worth nothing. */
    @ParameterizedTest
    @MethodSource("doubtful")
    void isStoppedAndHeldUnderAnotherNonceWhenItMayFallAsleepYet(MachinesFailure failure) {
      isSuspending();
      wire.open(Verb.SUSPEND).fails(failure);
      tellsThePool(Use.BUSY);
      stops();
      assertThat(wire.open(Verb.RELEASE).nonce()).contains(NONCE);
    }

    /** Goal: whatever the wait says, the machine is suspended or will be, and must not be granted. */
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 408, 412, 422})
    void isStoppedWhenItsWaitIsRefused(int status) {
      isSuspending();
      wire.open(Verb.SUSPEND).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_SUSPENDED).isRejected(status, "no");
      tellsThePool(Use.BUSY);
      stops();
      waitsFor(Verb.RELEASE);
    }

    static List<MachinesFailure> untold() {
      return List.of(new MachinesFailure.FateUnknown("no answer"), new MachinesFailure.Unreachable("no connection"),
          new MachinesFailure.Later(Duration.ZERO, false, "503"));
    }

    /** A suspended machine refuses to be suspended again. */
    @ParameterizedTest
    @MethodSource("untold")
    void isWaitedForAgainWhenItsWaitIsLost(MachinesFailure failure) {
      isSuspending();
      wire.open(Verb.SUSPEND).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_SUSPENDED).fails(failure);
      changesNothing();
      assertThat(untilTheNext(Verb.AWAIT_SUSPENDED)).isEqualTo(Duration.ofMillis(250));
      waitsFor(Verb.AWAIT_SUSPENDED);
      wire.open(Verb.AWAIT_SUSPENDED).isAnswered(Done.getInstance());
      tellsThePool(Use.SUSPENDED);
    }

    @Test
    void isWaitedForAtOnceWhenItIsWantedAndItsWaitWasLost() {
      isSuspending();
      wire.open(Verb.SUSPEND).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_SUSPENDED).isLost();
      isTold(new WorkerMachine.Boot());
      tellsThePool(Use.COMING);
      wire.open(Verb.AWAIT_SUSPENDED).isAnswered(Done.getInstance());
      waitsFor(Verb.START);
      tellsThePool(Use.COMING);
    }

    @ParameterizedTest
    @MethodSource("untold")
    void isStoppedWhenItIsWantedAndItsWaitIsLost(MachinesFailure failure) {
      isSuspending();
      isTold(new WorkerMachine.Boot());
      wire.open(Verb.SUSPEND).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_SUSPENDED).fails(failure);
      tellsThePool(Use.COMING, Use.BUSY);
      stops();
      waitsFor(Verb.RELEASE);
    }

    @Test
    void isNotAskedForItsHealthAnyMore() {
      isSuspended();
      time.passes(Duration.ofMinutes(3));
      assertThat(wire.count(Verb.HEALTH)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = "WARM", mode = EnumSource.Mode.EXCLUDE)
    void staysAwakeUnlessItIsWarm(Scene scene) {
      is(scene);
      var suspends = wire.count(Verb.SUSPEND);
      isTold(new WorkerMachine.Suspend());
      assertThat(wire.count(Verb.SUSPEND)).isEqualTo(suspends);
      changesNothing();
    }
  }

  @Nested
  @DisplayName("retired before it is asleep,")
  class RetiredBeforeItIsAsleep {
    @Test
    void isDestroyedBetweenTwoTriesOfItsSuspend() {
      isSuspending();
      wire.open(Verb.SUSPEND).fails(new MachinesFailure.Unreachable("no connection"));
      isTold(new WorkerMachine.Retire("image-changed"));
      isBeingDestroyed();
      time.passes(Duration.ofSeconds(10));
      waitsFor(Verb.DESTROY);
    }

    @Test
    void isDestroyedWhenItsWaitGoesOn() {
      isSuspending();
      wire.open(Verb.SUSPEND).isAnswered(Done.getInstance());
      isTold(new WorkerMachine.Retire("image-changed"));
      isBeingDestroyed();
    }
  }

  @Nested
  @DisplayName("while asleep,")
  class WhileAsleep {
    @Test
    void isStoppedWhenThePoolIsClosed() {
      isSuspended();
      isTold(new WorkerMachine.Close(false));
      tellsThePool(Use.BUSY);
      stops();
      assertThat(hasEnded()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"SUSPENDING", "SUSPENDED"})
    void isDestroyedWhenAllAreToBe(Scene scene) {
      is(scene);
      isTold(new WorkerMachine.Close(true));
      isBeingDestroyed();
    }

    @Test
    void isDestroyedWhenItsTimeIsOver() {
      isSuspended();
      time.passes(pool.leaseTtl().minus(APool.RESERVE));
      isBeingDestroyed();
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"SUSPENDING", "SUSPENDED"})
    void isReplacedWhenItIsOfAnOldImage(Scene scene) {
      is(scene);
      isTold(new WorkerMachine.Retire("image-changed"));
      isBeingDestroyed();
    }

    @Test
    void isLostWithItsLease() {
      isSuspending();
      wire.open(Verb.SUSPEND).isRejectedForItsLease();
      assertThat(news()).isEqualTo(List.of(new WorkerReport.Lost(NAME.slot(), "m1", Optional.empty())));
      assertThat(hasEnded()).isTrue();
    }
  }

  private void isRefused() {
    wire.open(Verb.SUSPEND).isRejected(412, "failed_precondition: machine cannot be suspended");
    changesNothing();
  }

  private void fallsAsleep() {
    wire.open(Verb.SUSPEND).isAnswered(Done.getInstance());
    wire.open(Verb.AWAIT_SUSPENDED).isAnswered(Done.getInstance());
  }
}
