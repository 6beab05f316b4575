package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of it when something goes wrong: it is idle only after a boot that nobody used, and no call may yet arrive. */
@DisplayName("A worker machine, when something goes wrong,")
class WorkerMachineFaultsTest extends MachineStory {
  @Nested
  @DisplayName("with its create,")
  class WithItsCreate {
    @Test
    void givesItsSlotBack() {
      isCreating();
      wire.open(Verb.CREATE).isRejected(422, "could not find a candidate host");
      assertThat(hasEnded()).isTrue();
      tellsThePool();
      waitsFor();
    }

    @Test
    void keepsItsSlotAndIsAskedForAgainWhenItIsLost() {
      isCreating();
      wire.open(Verb.CREATE).isLost();
      tellsThePool(Use.STALLED);
      untilTheNext(Verb.CREATE);
      assertThat(wire.open(Verb.CREATE).target()).isEqualTo(NAME.toString());
      changesNothing();
    }

    @Test
    void isFoundUnderItsNameWhenTheLostOneWasDone() {
      isCreating();
      wire.open(Verb.CREATE).isLost();
      tellsThePool(Use.STALLED);
      untilTheNext(Verb.CREATE);
      wire.open(Verb.CREATE).isRejected(409, NAME_TAKEN);
      tellsThePool(Use.COMING);
      assertThat(wire.open(Verb.GET).target()).isEqualTo("m1");
    }

    @Test
    void isLookedAtWithoutALease() {
      isCreating();
      wire.open(Verb.CREATE).isAnswered(aMachine(Optional.empty()));
      tellsThePool(Use.COMING);
      waitsFor(Verb.GET);
    }
  }

  @Nested
  @DisplayName("with its boot,")
  class WithItsBoot {
    @ParameterizedTest
    @EnumSource(value = MachineState.class, names = "STOPPED", mode = Mode.EXCLUDE)
    void isNotUsedUnlessItWasStoppedBefore(MachineState previous) {
      isStarting();
      wire.open(Verb.START).isAnswered(previous);
      isBeingDestroyed();
      waitsFor(Verb.DESTROY);
    }

    @Test
    void isNotUsedWhenItsWorkerDidNotBootAgain() {
      isAlmostHealthy();
      var boot = saysItIsHealthy();
      tellsThePool(Use.WARM);
      isFreed(isGranted(aRequest()));
      stops();
      tellsThePool(Use.COLD);
      boots();
      workerSaysItIsIn(boot);
      isBeingDestroyed();
    }

    @Test
    void isNotUsedWhenAnotherMachineAnswers() {
      isAlmostHealthy();
      wire.open(Verb.HEALTH).isAnswered(new WorkerHealth.Healthy("m2", "boot-1"));
      isBeingDestroyed();
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"BOOTING", "ALMOST_HEALTHY", "STARTING", "BOOTING_AGAIN"})
    void isGivenUpWhenItTakesTooLong(Scene scene) {
      is(scene);
      time.passes(APool.BOOT_TIMEOUT.minusMillis(1));
      changesNothing();
      time.passes(Duration.ofMillis(1));
      isBeingDestroyed();
    }

    @Test
    void isGivenUpWhenItsWorkerNeverGetsHealthy() {
      isAlmostHealthy();
      while (wire.count(Verb.DESTROY) == 0) {
        wire.open(Verb.HEALTH).fails(new IllegalStateException("not healthy: 503"));
        time.passes(Duration.ofMillis(250));
        assertThat(wire.count(Verb.HEALTH)).isLessThan(400);
      }
      isBeingDestroyed();
    }

    @Test
    void isReplacedWhenItsStopIsNeverThrough() {
      isStarting();
      wire.open(Verb.START).isRejected(412, "failed_precondition: machine still active, refusing to start");
      isBeingDestroyed();
    }

    @Test
    void isHeldUnderAnotherNonceAfterALostStart() {
      isStarting();
      wire.open(Verb.START).isLost();
      tellsThePool(Use.BUSY);
      stops();
      assertThat(wire.open(Verb.RELEASE).nonce()).contains(NONCE);
      changesNothing();
    }

    @Test
    void isAskedItselfWhenTheApiDoesNotTell() {
      isBooting();
      wire.open(Verb.AWAIT_STARTED).isLost();
      waitsFor(Verb.HEALTH);
      saysItIsHealthy();
      tellsThePool(Use.WARM);
    }

    @Test
    void isReplacedWhenItsHostIsFull() {
      isStarting();
      wire.open(Verb.START).isRejected(409, "aborted: could not reserve resource for machine: insufficient memory available");
      isBeingDestroyed();
    }

    @Test
    void isStoppedWhateverElseFails() {
      isStarting();
      wire.open(Verb.START).fails(new IllegalStateException("none of the API's"));
      tellsThePool(Use.BUSY);
      waitsFor(Verb.STOP);
    }
  }

  @Nested
  @DisplayName("with its stop,")
  class WithItsStop {
    @Test
    void isStoppedAgainAndHeldUnderAnotherNonceAfterALostStop() {
      isStopping();
      wire.open(Verb.STOP).isLost();
      untilTheNext(Verb.STOP);
      stops();
      assertThat(wire.open(Verb.RELEASE).nonce()).contains(NONCE);
      changesNothing();
    }

    @Test
    void isAskedAgainWhenItsWaitIsLost() {
      isStopping();
      wire.open(Verb.STOP).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_STOPPED).isLost();
      changesNothing();
      time.passes(Duration.ofMillis(250));
      stops();
      tellsThePool(Use.COLD);
    }

    @Test
    void isNeverIdleAgainWhenItMayStillRun() {
      isStopping();
      wire.open(Verb.STOP).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_STOPPED).isRejected(408, "deadline_exceeded: machine not in state stopped");
      isBeingDestroyed();
    }
  }

  @Nested
  @DisplayName("when the API has a bad day,")
  class WhenTheApiHasABadDay {
    @Test
    void isCreatedOnceThatIsOver() {
      isCreating();
      for (var failure : badDays()) {
        wire.open(Verb.CREATE).fails(failure);
        tellsThePool(Use.STALLED);
        untilTheNext(Verb.CREATE);
      }
      changesNothing();
      wire.open(Verb.CREATE).isAnswered(aMachine(Optional.of(NONCE)));
      tellsThePool(Use.COMING);
      waitsFor(Verb.AWAIT_STARTED);
    }

    @Test
    void isStartedOnceThatIsOver() {
      isStarting();
      for (var failure : daysThatHarmNothing()) {
        wire.open(Verb.START).fails(failure);
        tellsThePool(Use.STALLED);
        untilTheNext(Verb.START);
      }
      changesNothing();
      wire.open(Verb.START).isAnswered(MachineState.STOPPED);
      tellsThePool(Use.COMING);
      waitsFor(Verb.HEALTH);
    }

    @Test
    void isStoppedOnceThatIsOver() {
      isStopping();
      for (var failure : daysThatHarmNothing()) {
        wire.open(Verb.STOP).fails(failure);
        untilTheNext(Verb.STOP);
      }
      changesNothing();
      stops();
      tellsThePool(Use.COLD);
    }

    @ParameterizedTest
    @EnumSource(value = Scene.class, names = {"STARTING", "STOPPING"})
    void isHeldUnderAnotherNonceWhenItMayBeDoneAllTheSame(Scene scene) {
      is(scene);
      wire.open().getFirst().fails(new MachinesFailure.Later(Duration.ZERO, true, "503"));
      if (wire.open().isEmpty()) untilTheNext(Verb.STOP);
      stops();
      waitsFor(Verb.RELEASE);
    }

    @Test
    void isNotThrownAwayHoweverLongItTakes() {
      isStarting();
      var end = time.instant().plus(APool.BOOT_TIMEOUT.multipliedBy(2));
      var pauses = new ArrayList<Duration>();
      while (time.instant().isBefore(end)) {
        wire.open(Verb.START).fails(new MachinesFailure.Unreachable("no connection"));
        pauses.add(untilTheNext(Verb.START));
      }
      assertThat(pauses).isSorted().startsWith(Duration.ofMillis(250)).endsWith(Duration.ofSeconds(5));
      assertThat(wire.count(Verb.DESTROY)).isZero();
    }

    @Test
    void waitsAsLongAsItIsAskedTo() {
      isStopping();
      wire.open(Verb.STOP).fails(new MachinesFailure.Later(Duration.ofSeconds(7), false, "429"));
      assertThat(untilTheNext(Verb.STOP)).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void isStillGivenUpWhenItsLeaseEnds() {
      isStarting();
      wire.open(Verb.START).fails(new MachinesFailure.Unreachable("no connection"));
      tellsThePool(Use.STALLED);
      time.passes(pool.leaseTtl());
      assertThat(wire.count(Verb.DESTROY)).isPositive();
    }
  }

  private static List<MachinesFailure> daysThatHarmNothing() {
    return List.of(new MachinesFailure.Unreachable("no connection"),
        new MachinesFailure.Later(Duration.ZERO, false, "429 rate limit exceeded"));
  }

  private static List<MachinesFailure> badDays() {
    var maybeDone = new MachinesFailure.Later(Duration.ZERO, true, "503");
    return Stream.concat(daysThatHarmNothing().stream(), Stream.of(maybeDone)).toList();
  }

  @Nested
  @DisplayName("once expired,")
  class OnceExpired {
    @Test
    void endsWhenItIsGone() {
      isExpired();
      wire.open(Verb.DESTROY).isAnswered(Done.getInstance());
      assertThat(hasEnded()).isFalse();
      wire.open(Verb.AWAIT_DESTROYED).isAnswered(Done.getInstance());
      assertThat(hasEnded()).isTrue();
      assertThat(wire.count(Verb.DESTROY)).isEqualTo(1);
    }

    @Test
    void isDestroyedAgainAndAgainUntilItIsGone() {
      isExpired();
      var pauses = new ArrayList<Duration>();
      for (var i = 0; i < 12; i++) {
        if (i % 2 == 0) wire.open(Verb.DESTROY).isLost();
        else wire.open(Verb.DESTROY).isRejected(500, "oh no");
        pauses.add(untilTheNext(Verb.DESTROY));
      }
      assertThat(pauses).first().isEqualTo(Duration.ofMillis(250));
      assertThat(pauses).isSorted().endsWith(Duration.ofSeconds(30), Duration.ofSeconds(30));
      assertThat(hasEnded()).isFalse();
      isGone();
      assertThat(hasEnded()).isTrue();
    }

    @Test
    void isDestroyedAgainWhenItIsStillThere() {
      isExpired();
      wire.open(Verb.DESTROY).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_DESTROYED).isRejected(408, "deadline_exceeded: machine not in state destroyed");
      untilTheNext(Verb.DESTROY);
      isGone();
      assertThat(hasEnded()).isTrue();
    }

    @Test
    void isDestroyedUnderItsLease() {
      isExpired();
      wire.open(Verb.DESTROY).fails(new MachinesFailure.Unreachable("no connection"));
      untilTheNext(Verb.DESTROY);
      assertThat(wire.open(Verb.DESTROY).nonce()).contains(NONCE);
    }

    @Test
    void isNotBootedAndNotGranted() {
      isExpired();
      isTold(new WorkerMachine.Boot());
      changesNothing();
      declines(isAskedBy(aRequest()));
      assertThat(wire.count(Verb.START)).isZero();
    }

    @Test
    void keepsToItWhateverComesLate() {
      isBooting();
      time.passes(APool.BOOT_TIMEOUT);
      isBeingDestroyed();
      wire.open(Verb.AWAIT_STARTED).isAnswered(Done.getInstance());
      changesNothing();
      waitsFor(Verb.DESTROY);
    }

    @Test
    void keepsToItWhateverFailsLate() {
      isBooting();
      time.passes(APool.BOOT_TIMEOUT);
      isBeingDestroyed();
      wire.open(Verb.AWAIT_STARTED).isRejected(408, "deadline_exceeded");
      time.passes(Duration.ofMinutes(3));
      changesNothing();
      assertThat(wire.count(Verb.DESTROY)).isEqualTo(1);
    }

    @Test
    void keepsToItWhenItsWorkerGetsHealthyLate() {
      isAlmostHealthy();
      time.passes(APool.BOOT_TIMEOUT);
      isBeingDestroyed();
      saysItIsHealthy();
      changesNothing();
      waitsFor(Verb.DESTROY);
    }
  }
}
