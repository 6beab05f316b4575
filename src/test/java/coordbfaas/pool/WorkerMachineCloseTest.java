package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Closed, it leaves nothing running, and its machine and lease to the next instance. */
@DisplayName("A worker machine that is closed")
class WorkerMachineCloseTest extends MachineStory {
  private boolean mayBeDestroyed;

  @AfterEach
  void isNotDestroyed() {
    if (!mayBeDestroyed) assertThat(wire.count(Verb.DESTROY)).isZero();
  }

  @Test
  void isStoppedWhenItIsWarm() {
    isWarm();
    isClosed();
    tellsThePool(Use.BUSY);
    endsOnceItHasStopped();
  }

  @Test
  void endsAtOnceWhenItIsCold() {
    isCold();
    isClosed();
    assertThat(hasEnded()).isTrue();
    waitsFor();
  }

  @Test
  void isStoppedWhenItIsAllocated() {
    isAllocated();
    isClosed();
    tellsThePool(Use.BUSY);
    endsOnceItHasStopped();
  }

  @Test
  void isStoppedOnceWhenItIsStopping() {
    isStopping();
    isClosed();
    waitsFor(Verb.STOP);
    endsOnceItHasStopped();
  }

  @Test
  void isStoppedOnceItsCreateIsAnswered() {
    isCreating();
    isClosed();
    waitsFor(Verb.CREATE);
    changesNothing();
    wire.open(Verb.CREATE).isAnswered(aMachine(Optional.of(NONCE)));
    assertThat(wire.open(Verb.STOP).nonce()).contains(NONCE);
    endsOnceItHasStopped();
  }

  @Test
  void endsWhenItsCreateFails() {
    isCreating();
    isClosed();
    wire.open(Verb.CREATE).isRejected(422, "no room");
    assertThat(hasEnded()).isTrue();
    waitsFor();
  }

  @Test
  void looksForWhatALostCreateMade() {
    isCreating();
    isClosed();
    wire.open(Verb.CREATE).isLost();
    tellsThePool(Use.STALLED);
    time.passes(Duration.ofSeconds(1));
    wire.open(Verb.CREATE).isAnswered(aMachine(Optional.of(NONCE)));
    endsOnceItHasStopped();
  }

  @Test
  void takesOverTheMachineThatHasItsName() {
    isCreating();
    isClosed();
    wire.open(Verb.CREATE).isRejected(409, NAME_TAKEN);
    assertThat(hasEnded()).isFalse();
    waitsFor(Verb.GET);
  }

  @Test
  void takesOverAMachineThatWasMadeWithoutALease() {
    isCreating();
    isClosed();
    wire.open(Verb.CREATE).isAnswered(aMachine(Optional.empty()));
    assertThat(hasEnded()).isFalse();
    waitsFor(Verb.GET);
  }

  @Test
  void destroysTheMachineThatHasItsNameIfItIsToDestroyAll() {
    mayBeDestroyed = true;
    isCreating();
    isTold(new WorkerMachine.Close(true));
    wire.open(Verb.CREATE).isRejected(409, NAME_TAKEN);
    tellsThePool(Use.EXPIRED);
    isSeen(aMachine(MachineState.STOPPED, SELF), Optional.empty());
    wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
    tellsThePool(Use.EXPIRED);
    assertThat(wire.open(Verb.DESTROY).nonce()).contains(NEW_NONCE);
  }

  @ParameterizedTest
  @EnumSource(value = Scene.class, names = {"BOOTING", "ALMOST_HEALTHY", "BOOTING_AGAIN"})
  void isStoppedWhileItBoots(Scene scene) {
    is(scene);
    isClosed();
    tellsThePool(Use.BUSY);
    endsOnceItHasStopped();
  }

  @Test
  void isStoppedOnceItsStartIsAnswered() {
    isStarting();
    isClosed();
    waitsFor(Verb.START); // a stop that overtook it would leave the machine running
    wire.open(Verb.START).isAnswered(MachineState.STOPPED);
    endsOnceItHasStopped();
  }

  @Test
  void isNotStartedAgainWhenItsStartWasTooEarly() {
    isStarting();
    isClosed();
    wire.open(Verb.START).isRejected(412, "failed_precondition: machine still active, refusing to start");
    endsOnceItHasStopped();
    assertThat(wire.count(Verb.START)).isEqualTo(1);
  }

  @Test
  void endsAtOnceWhenTheApiLetNothingBeCreated() {
    isCreating();
    wire.open(Verb.CREATE).fails(new MachinesFailure.Unreachable("no connection"));
    tellsThePool(Use.STALLED);
    isClosed();
    assertThat(hasEnded()).isTrue();
    waitsFor();
  }

  @Test
  void isNotStartedAgainBetweenTwoStarts() {
    isStarting();
    wire.open(Verb.START).fails(new MachinesFailure.Unreachable("no connection"));
    tellsThePool(Use.STALLED);
    isClosed();
    time.passes(Duration.ofSeconds(1));
    assertThat(wire.count(Verb.START)).isEqualTo(1);
    endsOnceItHasStopped();
  }

  @Test
  void isStoppedWhateverBecomesOfTheWaitForItsBoot() {
    isBooting();
    var await = wire.open(Verb.AWAIT_STARTED);
    isClosed();
    tellsThePool(Use.BUSY);
    await.isRejected(408, "deadline_exceeded: machine not in state started");
    changesNothing();
    endsOnceItHasStopped();
  }

  @Test
  void isNotWarmWhenItsWorkerGetsHealthyMeanwhile() {
    isAlmostHealthy();
    isClosed();
    tellsThePool(Use.BUSY);
    saysItIsHealthy();
    changesNothing();
    endsOnceItHasStopped();
  }

  @Test
  void isNotAskedForItsHealthAnyMore() {
    isAlmostHealthy();
    wire.open(Verb.HEALTH).fails(new IllegalStateException("not healthy: 503"));
    isClosed();
    time.passes(Duration.ofSeconds(2));
    waitsFor(Verb.STOP);
  }

  @Test
  void goesOnBeingDestroyedWhenItHasExpired() {
    mayBeDestroyed = true;
    isExpired();
    isClosed();
    changesNothing();
    isGone();
    assertThat(hasEnded()).isTrue();
    assertThat(wire.count(Verb.DESTROY)).isEqualTo(1);
  }

  /** It may be running still. Under which nonce it is held is the next instance's business. */
  @Test
  void isStoppedAgainWhenItsStopIsLost() {
    isWarm();
    isClosed();
    tellsThePool(Use.BUSY);
    wire.open(Verb.STOP).isLost();
    untilTheNext(Verb.STOP);
    endsOnceItHasStopped();
  }

  private void isClosed() {
    isTold(new WorkerMachine.Close(false));
  }

  private void endsOnceItHasStopped() {
    var stops = wire.count(Verb.STOP);
    assertThat(hasEnded()).isFalse();
    stops();
    assertThat(hasEnded()).isTrue();
    assertThat(wire.count(Verb.STOP)).isEqualTo(stops);
  }
}
