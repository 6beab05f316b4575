package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.pekko.Done;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** It is renewed in time for as long as the machine is used, and what was not renewed is let go of without a call. */
@DisplayName("A lease that is renewed")
class WorkerLeaseTest extends MachineStory {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofSeconds(30);
  private static final Duration MOMENT = Duration.ofMillis(1);

  WorkerLeaseTest() {
    pool = pool.renewing(HOUR);
  }

  @Nested
  @DisplayName("in time")
  class InTime {
    @Test
    void isSoAtHalfOfItsTime() {
      isWarm();
      time.passes(pool.leaseTtl().dividedBy(2).minus(MOMENT));
      assertThat(wire.count(Verb.REFRESH)).isZero();
      time.passes(MOMENT);
      var refresh = wire.open(Verb.REFRESH);
      assertThat(refresh.target()).isEqualTo("m1");
      assertThat(refresh.nonce()).contains(NONCE);
      assertThat(refresh.description()).isEqualTo(SELF.description());
    }

    @Test
    void isSoSoonerIfLessThanARequestNeedsWouldBeLeftThen() {
      pool = pool.leasingFor(Duration.ofSeconds(30));
      isWarm();
      assertThat(untilTheNext(Verb.REFRESH)).isEqualTo(Duration.ofSeconds(30).minus(APool.RESERVE).dividedBy(2));
    }

    @Test
    void isSoTwiceASecondAtMost() {
      pool = pool.leasingFor(APool.RESERVE.plusMillis(20));
      isWarm();
      for (var renewals = 0; renewals < 5; renewals++) {
        assertThat(untilTheNext(Verb.REFRESH)).isEqualTo(Duration.ofMillis(500));
        isRenewed();
      }
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {
        "BOOTING", "ALMOST_HEALTHY", "WARM", "ALLOCATED", "STOPPING", "COLD", "STARTING", "START_STALLED", "BOOTING_AGAIN",
        "SUSPENDING", "SUSPENDED", "RESUMING"})
    void isSoWhateverTheMachineIsDoing(Scene scene) {
      pool = pool.leasingFor(SHORT);
      is(scene);
      for (var renewals = 0; renewals < 2; renewals++) {
        untilTheNext(Verb.REFRESH);
        isRenewed();
        assertThat(hasEnded()).isFalse();
      }
    }

    @Test
    void isSoWhileItsMachineIsBeingDestroyed() {
      isExpired();
      untilTheNextIsRenewed();
      time.passes(pool.leaseTtl().dividedBy(2));
      changesNothing();
    }

    @Test
    void lastsUntilTheMachineIsOldEnough() {
      isCold();
      var end = time.steady().plus(HOUR);
      while (time.steady().plus(pool.leaseTtl().dividedBy(2)).isBefore(end)) untilTheNextIsRenewed();
      time.passes(Duration.between(time.steady(), end).minus(MOMENT));
      changesNothing();
      time.passes(MOMENT);
      isBeingDestroyed();
    }

    @Test
    void countsTheAgeOfAMachineThatWasFoundFromItsCreation() {
      var seen = aMachine(MachineState.STOPPED, EARLIER);
      time.passes(HOUR.minusMinutes(2));
      isLookedFor();
      isSeen(seen, Optional.empty());
      wire.open(Verb.ACQUIRE).isAnswered(aLease(NONCE, SELF));
      stops();
      tellsThePool(Use.COMING, Use.COLD);
      time.passes(Duration.ofMinutes(2).minus(MOMENT));
      changesNothing();
      time.passes(MOMENT);
      isBeingDestroyed();
    }

    @Test
    void isSoForTheNextInstanceWhenTheMachineIsKept() {
      isCold();
      isTold(new WorkerMachine.Close(false));
      time.passes(MOMENT);
      assertThat(hasEnded()).isFalse();
      isRenewed();
      assertThat(hasEnded()).isTrue();
      waitsFor();
    }
  }

  @Nested
  @DisplayName("too late for a request")
  class TooLateForARequest {
    @Test
    void isSoAtOnceAndTheMachineIsWarmAgain() {
      isLapsed();
      var early = wire.open(Verb.REFRESH);
      time.passes(MOMENT);
      early.fails(new MachinesFailure.Unreachable("no connection"));
      isRenewed();
      tellsThePool(Use.WARM);
      isGranted(aRequest());
    }

    /** Enough of it seems to be left when it turns out to be somebody else's. */
    @Test
    void isLostWhenItIsAnsweredWithAnotherNonceThoughTheClockWasSetBack() {
      pool = pool.renewing(Duration.ofHours(1));
      isWarm();
      untilTheNext(Verb.REFRESH);
      time.clockIsSet(pool.leaseTtl().dividedBy(2).minus(APool.RESERVE).plusMillis(1));
      var waiter = isAskedBy(aRequest());
      assertThat(news()).isEqualTo(List.of(Use.STALLED, new WorkerReport.Declined(NAME.slot(), waiter)));
      time.clockIsSet(pool.leaseTtl().negated());
      wire.open(Verb.REFRESH).isAnswered(aLease(NEW_NONCE, SELF));
      isLost(Optional.empty());
    }

    @Test
    void stillServesARequestThatNeedsLittle() {
      isWarm();
      time.passes(pool.leaseTtl().minus(APool.RESERVE).plusMillis(1));
      isAskedBy(aRequest(), APool.REQUEST_TIME.minusSeconds(2));
      tellsThePool(Use.BUSY);
    }
  }

  @Nested
  @DisplayName("without success")
  class WithoutSuccess {
    static List<MachinesFailure> failures() {
      return List.of(new MachinesFailure.Unreachable("no connection"), new MachinesFailure.Later(Duration.ZERO, false, "429"),
          new MachinesFailure.Later(Duration.ZERO, true, "503"), new MachinesFailure.FateUnknown("no answer"),
          new MachinesFailure.Rejected(422, "oh no"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void isTriedAgainSoonAndThenLessOften(MachinesFailure failure) {
      isCold();
      untilTheNext(Verb.REFRESH);
      var pauses = new ArrayList<Duration>();
      for (var failed = 0; failed < 8; failed++) {
        wire.open(Verb.REFRESH).fails(failure);
        pauses.add(untilTheNext(Verb.REFRESH));
      }
      assertThat(pauses).isSorted().startsWith(Duration.ofMillis(250)).endsWith(Duration.ofSeconds(5), Duration.ofSeconds(5));
      isRenewed();
      changesNothing();
    }

    @Test
    void isTriedAgainWhenItIsAskedTo() {
      isCold();
      untilTheNext(Verb.REFRESH);
      wire.open(Verb.REFRESH).fails(new MachinesFailure.Later(Duration.ofSeconds(7), false, "429"));
      assertThat(untilTheNext(Verb.REFRESH)).isEqualTo(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"WARM", "COLD", "SUSPENDED"})
    void endsAFullLeaseAfterTheLastSuccess(Scene scene) {
      is(scene);
      untilTheNextIsRenewed();
      var end = time.steady().plus(pool.leaseTtl());
      time.passes(pool.leaseTtl().minus(MOMENT));
      assertThat(hasEnded()).isFalse();
      news();
      time.passes(Duration.between(time.steady(), end));
      isLost(Optional.empty());
    }

    /** Goal: an answer that was on its way for longer than the lease lasts renews nothing. */
    @Test
    void endsWhenTheAnswerComesAfterAPauseLongerThanTheLease() {
      isCold();
      untilTheNext(Verb.REFRESH);
      time.clockIsSet(pool.leaseTtl().multipliedBy(2));
      isRenewed();
      time.passes(MOMENT);
      isLost(Optional.empty());
    }
  }

  @Nested
  @DisplayName("and is lost")
  class AndIsLost {
    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {
        "BOOTING", "WARM", "ALLOCATED", "STOPPING", "COLD", "STARTING", "BOOTING_AGAIN", "SUSPENDING", "SUSPENDED", "RESUMING"})
    void endsTheActorWithoutACallAgainstTheMachine(Scene scene) {
      pool = pool.leasingFor(SHORT);
      is(scene);
      untilTheNext(Verb.REFRESH);
      var calls = wire.verbs().size();
      wire.open(Verb.REFRESH).isRejectedForItsLease();
      isLost(Optional.empty());
      assertThat(wire.verbs()).hasSize(calls);
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"WARM", "ALLOCATED", "COLD", "SUSPENDED"})
    void isGivenBackWhenItIsAnsweredWithAnotherNonce(Scene scene) {
      pool = pool.leasingFor(SHORT);
      is(scene);
      untilTheNext(Verb.REFRESH);
      var calls = wire.verbs().size();
      wire.open(Verb.REFRESH).isAnswered(aLease(NEW_NONCE, SELF));
      isLost(Optional.empty());
      assertThat(wire.verbs()).hasSize(calls + 1);
      assertThat(wire.open(Verb.RELEASE).nonce()).contains(NEW_NONCE);
    }

    @Test
    void isSoWhenThereIsNoneAnyMore() {
      isCold();
      untilTheNext(Verb.REFRESH);
      wire.open(Verb.REFRESH).isRejected(404, "lease not found");
      isLost(Optional.empty());
      waitsFor();
    }

    @Test
    void isToldWithTheReasonWhyTheMachineMustBeDestroyed() {
      isExpired();
      untilTheNext(Verb.REFRESH);
      wire.open(Verb.REFRESH).isRejected(404, "lease not found");
      isLost(Optional.of("boot-timeout"));
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"COLD", "SUSPENDED"})
    void isNoticedByTheClockBeforeABoot(Scene scene) {
      is(scene);
      time.clockIsSet(pool.leaseTtl());
      isTold(new WorkerMachine.Boot());
      isLost(Optional.empty());
      assertThat(wire.count(Verb.START)).isZero();
    }

    @Test
    void isNoticedByTheClockBeforeAGrant() {
      isWarm();
      time.clockIsSet(pool.leaseTtl());
      var requester = aRequest();
      var waiter = isAskedBy(requester);
      assertThat(requester.news()).isEmpty();
      assertThat(news()).isEqualTo(List.of(new WorkerReport.Declined(NAME.slot(), waiter), lost(Optional.empty())));
      assertThat(hasEnded()).isTrue();
    }

    @Test
    void isNoticedByTheClockBeforeAStop() {
      var grant = isAllocated();
      time.clockIsSet(pool.leaseTtl());
      isFreedTooLate(grant);
      assertThat(wire.count(Verb.STOP)).isZero();
    }

    @Test
    void isNoticedByTheClockAfterAStop() {
      isStopping();
      wire.open(Verb.STOP).isAnswered(Done.getInstance());
      time.clockIsSet(pool.leaseTtl());
      wire.open(Verb.AWAIT_STOPPED).isAnswered(Done.getInstance());
      isLost(Optional.empty());
    }

    @Test
    void isNoticedByTheClockBeforeASuspend() {
      isWarm();
      time.clockIsSet(pool.leaseTtl());
      isTold(new WorkerMachine.Suspend());
      assertThat(news()).endsWith(lost(Optional.empty()));
      assertThat(wire.count(Verb.SUSPEND)).isZero();
    }

    @Test
    void isNoticedByTheClockBeforeADestroy() {
      isCold();
      time.clockIsSet(pool.leaseTtl());
      isTold(new WorkerMachine.Retire("image-changed"));
      assertThat(news()).endsWith(lost(Optional.of("image-changed")));
      assertThat(wire.count(Verb.DESTROY)).isZero();
    }

    private void isFreedTooLate(Grant grant) {
      isTold(new WorkerMachine.Free(grant));
      assertThat(news()).isEqualTo(List.of(Use.BUSY, lost(Optional.empty())));
      assertThat(hasEnded()).isTrue();
    }
  }

  /** Goal: machines that were made together do not end together. */
  @Test
  void endsSomewhereInTheLastEighthOfItsMachinesTime() {
    var ends = new HashSet<Duration>();
    for (var seed = 0; seed < 20; seed++) {
      chance = new SplittableRandom(seed);
      isCold();
      var begin = time.steady();
      while (wire.count(Verb.DESTROY) == 0) {
        time.passes(Duration.ofSeconds(1));
        wire.open().stream().filter(call -> call.verb() == Verb.REFRESH).forEach(call -> call.isAnswered(aLease(NONCE, SELF)));
      }
      var took = Duration.between(begin, time.steady());
      assertThat(took).isBetween(HOUR.multipliedBy(7).dividedBy(8), HOUR);
      ends.add(took);
      news();
      isGone();
      wire.forgetsTheAnswered();
    }
    assertThat(ends).hasSizeGreaterThan(15);
  }

  @Test
  void isLeftAloneIfItIsNotToBeRenewed() {
    pool = APool.of(4);
    isCold();
    time.passes(pool.leaseTtl());
    assertThat(wire.count(Verb.REFRESH)).isZero();
  }

  private void isRenewed() {
    wire.open(Verb.REFRESH).isAnswered(aLease(NONCE, SELF));
  }

  private void untilTheNextIsRenewed() {
    while (wire.open().stream().noneMatch(call -> call.verb() == Verb.REFRESH)) time.passes(Duration.ofMillis(50));
    isRenewed();
  }

  private WorkerReport lost(Optional<String> doom) {
    return new WorkerReport.Lost(NAME.slot(), "m1", doom);
  }

  private void isLost(Optional<String> doom) {
    assertThat(news()).isEqualTo(List.of(lost(doom)));
    assertThat(hasEnded()).isTrue();
  }
}
