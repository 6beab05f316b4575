package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.PoolClaim;
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
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.EnumSource;

/** Its life while Fly does what it is asked. */
@DisplayName("A worker machine")
class WorkerMachineTest extends MachineStory {
  @Nested
  @DisplayName("when new")
  class WhenNew {
    @Test
    void isCreatedUnderItsNameByTheRecipe() {
      isCreating();
      var claim = new PoolClaim(NAME.toString(), "c1", APool.WORKER.image(), SELF.epoch(), SELF.id(), time.instant());
      assertThat(wire.open(Verb.CREATE).create())
          .contains(WorkerRecipe.of(NAME, pool.settings(), MachineClaim.metadata(claim, PlainClaims.OURS)));
      waitsFor(Verb.CREATE);
    }

    @Test
    void isWarmOnlyOnceItsWorkerIsHealthy() {
      isCreating();
      wire.open(Verb.CREATE).isAnswered(aMachine(Optional.of(NONCE)));
      tellsThePool(Use.COMING); // and now it has an id
      changesNothing();
      wire.open(Verb.AWAIT_STARTED).isAnswered(Done.getInstance());
      changesNothing();
      saysItIsHealthy();
      tellsThePool(Use.WARM);
      waitsFor();
    }

    @Test
    void isAskedForItsHealthUntilItTellsIt() {
      isAlmostHealthy();
      for (var i = 0; i < 100; i++) {
        wire.open(Verb.HEALTH).fails(new IllegalStateException("not healthy: 503"));
        time.passes(Duration.ofMillis(250));
      }
      changesNothing();
      saysItIsHealthy();
      tellsThePool(Use.WARM);
    }

    @Test
    void isAskedForItsHealthSoonAtFirst() {
      isAlmostHealthy();
      wire.open(Verb.HEALTH).fails(new IllegalStateException("connection refused"));
      waitsFor();
      time.passes(Duration.ofMillis(10));
      waitsFor(Verb.HEALTH);
    }

    @Test
    void isNotBootedAgain() {
      isCreating();
      isTold(new WorkerMachine.Boot());
      waitsFor(Verb.CREATE);
      changesNothing();
    }
  }

  @Nested
  @DisplayName("when warm")
  class WhenWarm {
    @Test
    void isGrantedToARequest() {
      isAlmostHealthy();
      var boot = saysItIsHealthy();
      tellsThePool(Use.WARM);
      assertThat(isGranted(aRequest())).isEqualTo(new Grant(NAME, "m1", boot, 1));
    }

    @Test
    void isGrantedToOneRequestOnly() {
      isAllocated();
      var second = aRequest();
      declines(isAskedBy(second));
      assertThat(second.news()).isEmpty();
    }

    @Test
    void isOnlyAskedNowAndThenWhetherItIsWellWhileNobodyWantsIt() {
      isAlmostHealthy();
      var boot = saysItIsHealthy();
      tellsThePool(Use.WARM);
      for (var minutes = 0; minutes < 4; minutes++) {
        assertThat(untilTheNext(Verb.HEALTH)).isEqualTo(Duration.ofMinutes(1));
        waitsFor(Verb.HEALTH);
        workerSaysItIsIn(boot);
      }
      changesNothing();
    }
  }

  @Nested
  @DisplayName("when allocated")
  class WhenAllocated {
    @Test
    void isStoppedUnderItsLeaseOnceItIsFreed() {
      isFreed(isAllocated());
      assertThat(wire.open(Verb.STOP).target()).isEqualTo("m1");
      assertThat(wire.open(Verb.STOP).nonce()).contains(NONCE);
    }

    @Test
    void isColdOnlyOnceFlySaysThatItHasStopped() {
      isFreed(isAllocated());
      wire.open(Verb.STOP).isAnswered(Done.getInstance());
      changesNothing();
      wire.open(Verb.AWAIT_STOPPED).isAnswered(Done.getInstance());
      tellsThePool(Use.COLD);
      waitsFor();
    }

    @Test
    void isFreedByTheCurrentGrantOnly() {
      var grant = isAllocated();
      isTold(new WorkerMachine.Free(new Grant(NAME, grant.machine(), grant.boot(), grant.number() - 1)));
      isTold(new WorkerMachine.Free(new Grant(NAME, grant.machine(), "another boot", grant.number())));
      isTold(new WorkerMachine.Free(new Grant(NAME, "another machine", grant.boot(), grant.number())));
      waitsFor();
      changesNothing();
    }

    @Test
    void isStoppedOnceHoweverOftenItIsFreed() {
      var grant = isAllocated();
      isFreed(grant);
      isTold(new WorkerMachine.Free(grant));
      waitsFor(Verb.STOP);
      changesNothing();
    }

    @Test
    void isStoppedWhenItsRequesterDies() {
      isWarm();
      var requester = aRequest();
      isGranted(requester);
      requester.dies();
      tellsThePool(Use.BUSY);
      waitsFor(Verb.STOP);
    }

    @Test
    void isStoppedAtOnceWhenItsRequesterHadDiedBefore() {
      isWarm();
      var requester = aRequest();
      requester.dies();
      isAskedBy(requester);
      tellsThePool(Use.BUSY, Use.BUSY);
      waitsFor(Verb.STOP);
    }

    @Test
    void isStoppedWhenTheDeadlineIsOverAndItWasNotFreed() {
      isWarm();
      isAskedBy(aRequest(), Duration.ofSeconds(3));
      tellsThePool(Use.BUSY);
      time.passes(Duration.ofSeconds(3).plus(PoolSettings.SLACK).minusMillis(1));
      waitsFor();
      time.passes(Duration.ofMillis(1));
      waitsFor(Verb.STOP);
      tellsThePool(Use.BUSY);
    }

    @Test
    void isNotBootedMeanwhile() {
      isAllocated();
      isTold(new WorkerMachine.Boot());
      waitsFor();
      changesNothing();
    }
  }

  @Nested
  @DisplayName("when cold")
  class WhenCold {
    @Test
    void bootsUnderItsLease() {
      isCold();
      isTold(new WorkerMachine.Boot());
      tellsThePool(Use.COMING);
      assertThat(wire.open(Verb.START).target()).isEqualTo("m1");
      assertThat(wire.open(Verb.START).nonce()).contains(NONCE);
    }

    @Test
    void isWarmAgainOnlyOnceItsWorkerIsHealthy() {
      isStarting();
      wire.open(Verb.START).isAnswered(MachineState.STOPPED);
      wire.open(Verb.HEALTH).fails(new IllegalStateException("not healthy: 502"));
      time.passes(Duration.ofMillis(10));
      changesNothing();
      saysItIsHealthy();
      tellsThePool(Use.WARM);
    }

    @Test
    void isStartedOnceHoweverOftenItIsToldToBoot() {
      isStarting();
      isTold(new WorkerMachine.Boot());
      waitsFor(Verb.START);
      changesNothing();
    }

    @Test
    void givesANewGrantOfItsNewBoot() {
      isCold();
      boots();
      var boot = saysItIsHealthy();
      tellsThePool(Use.WARM);
      assertThat(isGranted(aRequest())).isEqualTo(new Grant(NAME, "m1", boot, 2));
    }

    @Test
    void isGrantedToTheSameRequesterAgain() {
      isWarm();
      var requester = aRequest();
      isFreed(isGranted(requester));
      stopsAndBootsAgain();
      isGranted(requester);
      requester.dies();
      waitsFor(Verb.STOP);
    }

    @Test
    void forgetsTheGrantBefore() {
      isWarm();
      var first = aRequest();
      var grant = isGranted(first);
      isFreed(grant);
      stopsAndBootsAgain();
      isGranted(aRequest());
      time.passes(Duration.ofSeconds(1));

      isTold(new WorkerMachine.Free(grant));
      first.dies();
      waitsFor();
      changesNothing();
    }

    @Test
    void countsTheTimeOfANewGrantFromItsBeginning() {
      isCold();
      time.passes(Duration.ofSeconds(8));
      boots();
      saysItIsHealthy();
      tellsThePool(Use.WARM);
      isGranted(aRequest());
      time.passes(APool.REQUEST_TIME.plus(PoolSettings.SLACK).minusMillis(1));
      changesNothing();
      time.passes(Duration.ofMillis(1));
      waitsFor(Verb.STOP);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Scene.class, names = "WARM", mode = Mode.EXCLUDE)
  void declinesARequestUnlessItIsWarm(Scene scene) {
    is(scene);
    var requester = aRequest();
    declines(isAskedBy(requester));
    assertThat(requester.news()).isEmpty();
    changesNothing();
  }

  @ParameterizedTest
  @EnumSource(value = Scene.class, names = "ALLOCATED", mode = Mode.EXCLUDE)
  void isNotChangedByAGrantThatItNeverGave(Scene scene) {
    is(scene);
    var open = wire.open();
    isTold(new WorkerMachine.Free(new Grant(NAME, "m1", "boot-1", 7)));
    assertThat(wire.open()).isEqualTo(open);
    changesNothing();
  }
}
