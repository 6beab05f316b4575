package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachineState;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was suspended goes on where it was; a resume may turn out to be a boot. */
@DisplayName("A worker machine that slept and is wanted")
class WorkerWakingTest extends MachineStory {
  @Test
  void isWarmOnceItsWorkerIsHealthy() {
    isResuming();
    wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
    changesNothing();
    workerSaysItIsIn("boot-1");
    tellsThePool(Use.WARM);
    assertThat(isGranted(aRequest())).isEqualTo(new Grant(NAME, "m1", "boot-1", 1));
  }

  /** Its boot was proved before it slept, and somebody waits for it. */
  @Test
  void needsNoProofWhenItGoesOn() {
    isResuming();
    var proofs = wire.count(Verb.LEASE);
    wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
    workerSaysItIsIn("boot-1");
    tellsThePool(Use.WARM);
    assertThat(wire.count(Verb.LEASE)).isEqualTo(proofs);
  }

  @ParameterizedTest
  @EnumSource(value = MachineState.class, names = {"SUSPENDED", "STOPPED"})
  void needsAProofWhenItsWorkerIsAnother(MachineState previous) {
    isResuming();
    wire.open(Verb.START).isAnswered(previous);
    wire.open(Verb.HEALTH).isAnswered(new WorkerHealth.Healthy("m1", "boot-2"));
    wire.open(Verb.LEASE).isAnswered(Optional.empty());
    assertThat(hasEnded()).isTrue();
  }

  @Test
  void isNoWorseWhenItBootedInstead() {
    isResuming();
    wire.open(Verb.START).isAnswered(MachineState.STOPPED);
    var boot = saysItIsHealthy();
    tellsThePool(Use.WARM);
    assertThat(isGranted(aRequest())).isEqualTo(new Grant(NAME, "m1", boot, 1));
  }

  @Test
  void isNotBelievedToHaveBootedWhenItsWorkerIsTheOldOne() {
    isResuming();
    wire.open(Verb.START).isAnswered(MachineState.STOPPED);
    workerSaysItIsIn("boot-1");
    isBeingDestroyed();
  }

  @ParameterizedTest
  @EnumSource(value = MachineState.class, names = {"SUSPENDED", "STOPPED"}, mode = EnumSource.Mode.EXCLUDE)
  void isNotUsedWhenSomebodyElseStartedIt(MachineState previous) {
    isResuming();
    wire.open(Verb.START).isAnswered(previous);
    isBeingDestroyed();
  }

  @Test
  void isNotUsedWhenAnotherMachineAnswers() {
    isResuming();
    wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
    wire.open(Verb.HEALTH).isAnswered(new WorkerHealth.Healthy("m2", "boot-1"));
    isBeingDestroyed();
  }

  /** The wait for a resume may go on for longer than the boot that it was for. */
  @Test
  void isNotGivenUpInItsNextBootForAWaitOfThisOne() {
    isResuming();
    wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
    var wait = wire.open(Verb.AWAIT_STARTED);
    workerSaysItIsIn("boot-1");
    tellsThePool(Use.WARM);
    isFreed(isGranted(aRequest()));
    stops();
    tellsThePool(Use.COLD);
    boots();
    wait.isRejected(408, "deadline_exceeded: machine not in state started");
    changesNothing();
    workerSaysItIsIn("boot-2");
    tellsThePool(Use.WARM);
  }

  @Test
  void isGivenUpWhenItTakesTooLong() {
    isResuming();
    wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
    time.passes(APool.BOOT_TIMEOUT);
    isBeingDestroyed();
  }

  @Test
  void isStoppedAndHeldUnderAnotherNonceWhenItsStartIsLost() {
    isResuming();
    wire.open(Verb.START).isLost();
    tellsThePool(Use.BUSY);
    stops();
    waitsFor(Verb.RELEASE);
  }

  @Test
  void isDestroyedWhenItWasUsedAndIsSuspendedAfterItsStop() {
    isCold();
    isTold(new WorkerMachine.Boot());
    tellsThePool(Use.COMING);
    wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
    isBeingDestroyed();
  }

  @Test
  void maySleepAgainAfterItsRunOnlyOnceItHasBooted() {
    isResuming();
    wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
    workerSaysItIsIn("boot-1");
    tellsThePool(Use.WARM);
    var grant = isGranted(aRequest());
    isTold(new WorkerMachine.Suspend());
    isFreed(grant);
    isTold(new WorkerMachine.Suspend());
    stops();
    tellsThePool(Use.COLD);
    isTold(new WorkerMachine.Suspend());
    boots();
    workerSaysItIsIn("boot-2");
    tellsThePool(Use.WARM);
    isTold(new WorkerMachine.Suspend());
    tellsThePool(Use.SUSPENDED);
    assertThat(wire.count(Verb.SUSPEND)).isEqualTo(2);
  }
}
