package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachineState;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.Done;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A lease that is not renewed: it lasts five minutes from the sending of the create, and its end is kept for a last request. */
@DisplayName("A worker machine's lease")
class WorkerMachineLeaseTest extends MachineStory {
  private final Duration usableFor = pool.leaseTtl().minus(APool.RESERVE);

  @Nested
  @DisplayName("at its end")
  class AtItsEnd {
    @Test
    void hasAWarmMachineDestroyed() {
      isWarm();
      time.passes(usableFor.minusMillis(1));
      changesNothing();
      time.passes(Duration.ofMillis(1));
      isBeingDestroyed();
    }

    @Test
    void hasAColdMachineDestroyed() {
      isCold();
      time.passes(usableFor.minusMillis(1));
      changesNothing();
      time.passes(Duration.ofMillis(1));
      isBeingDestroyed();
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"STARTING", "BOOTING_AGAIN"})
    void hasABootingMachineDestroyed(Scene scene) {
      is(Scene.COLD);
      time.passes(usableFor.minusSeconds(1));
      isTold(new WorkerMachine.Boot());
      tellsThePool(Use.COMING);
      if (scene == Scene.BOOTING_AGAIN) wire.open(Verb.START).isAnswered(MachineState.STOPPED);
      time.passes(Duration.ofSeconds(1));
      isBeingDestroyed();
    }

    @Test
    void leavesARunAlone() {
      isWarm();
      time.passes(usableFor.minusMillis(1));
      var grant = isGranted(aRequest());
      time.passes(Duration.ofSeconds(5));
      assertThat(wire.count(Verb.STOP)).isZero();
      changesNothing();

      isTold(new WorkerMachine.Free(grant));
      isBeingDestroyed();
    }

    @Test
    void doesNotWaitForAStop() {
      isWarm();
      time.passes(usableFor.minusMillis(1));
      isFreed(isGranted(aRequest()));
      time.passes(Duration.ofMillis(1));
      isBeingDestroyed();
    }

    @Test
    void isCountedFromTheSendingOfTheCreate() {
      isCreating();
      time.passes(usableFor.minusSeconds(1));
      wire.open(Verb.CREATE).isAnswered(aMachine(Optional.of(NONCE)));
      time.passes(Duration.ofSeconds(1).minusMillis(1));
      tellsThePool(Use.COMING);
      time.passes(Duration.ofMillis(1));
      isBeingDestroyed();
    }

    @Test
    void mayHaveComeBeforeTheAnswerToTheCreate() {
      isCreating();
      time.passes(usableFor);
      wire.open(Verb.CREATE).isAnswered(aMachine(Optional.of(NONCE)));
      tellsThePool(Use.COMING);
      time.passes(Duration.ofMillis(1));
      isBeingDestroyed();
    }
  }

  @Nested
  @DisplayName("when clock and timer disagree")
  class WhenClockAndTimerDisagree {
    @Test
    void isOverForARequestAsSoonAsTheClockSaysSo() {
      isWarm();
      time.clockIsSet(usableFor);
      var requester = aRequest();
      var waiter = isAskedBy(requester);
      assertThat(requester.news()).isEmpty();
      tellsThePoolThatItDeclinedAndExpired(waiter);
      waitsFor(Verb.DESTROY);
    }

    @Test
    void isOverAfterARunAsSoonAsTheClockSaysSo() {
      isStopping();
      time.clockIsSet(usableFor);
      stops();
      isBeingDestroyed();
    }

    @Test
    void isOverInAStopAsSoonAsTheTimerSaysSo() {
      isWarm();
      var grant = isGranted(aRequest());
      time.clockIsSet(Duration.ofHours(-1));
      time.passes(APool.REQUEST_TIME);
      isFreed(grant);
      time.passes(usableFor.minus(APool.REQUEST_TIME));
      isBeingDestroyed();
    }

    @Test
    void isOverAfterARunInWhichTheTimerSaidSoAndNotTheClock() {
      isWarm();
      time.passes(usableFor.minusSeconds(1));
      var grant = isGranted(aRequest());
      time.clockIsSet(Duration.ofHours(-1));
      time.passes(Duration.ofSeconds(2));
      isTold(new WorkerMachine.Free(grant));
      isBeingDestroyed();
    }
  }

  /** A 409 of a foreign nonce: the machine is another's now. */
  @Nested
  @DisplayName("when lost")
  class WhenLost {
    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"BOOTING", "STARTING", "STOPPING", "EXPIRED"})
    void endsItAllWithoutAnotherCall(Scene scene) {
      is(scene);
      if (scene == Scene.EXPIRED) wire.open(Verb.DESTROY).isRejectedForItsLease();
      else wire.open().getFirst().isRejectedForItsLease();
      assertThat(hasEnded()).isTrue();
      waitsFor(scene == Scene.EXPIRED ? new Verb[] {Verb.HEALTH} : new Verb[] {});
    }

    @Test
    void endsItAllWhileItStops() {
      isStopping();
      wire.open(Verb.STOP).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_STOPPED).isRejectedForItsLease();
      assertThat(hasEnded()).isTrue();
      waitsFor();
    }

    @Test
    void endsItAllWhenItIsLearntLate() {
      isStarting();
      time.passes(APool.BOOT_TIMEOUT);
      isBeingDestroyed();
      wire.open(Verb.START).isRejectedForItsLease();
      assertThat(hasEnded()).isTrue();
      time.passes(Duration.ofMinutes(1));
      assertThat(wire.count(Verb.DESTROY)).isEqualTo(1);
    }

    @Test
    void isToldFromTheOtherMeaningsOfA409() {
      isStarting();
      wire.open(Verb.START).isRejected(409, "aborted: machine still attempting to start");
      isBeingDestroyed();
    }
  }
}
