package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Became;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.EnumSet;
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

/** What a look at all machines means to one: it may be old, so it counts only for what has not changed since. */
@DisplayName("A worker machine that a list tells of")
class WorkerMachineVerdictsTest extends MachineStory {
  private static final Set<Scene> IDLE = EnumSet.of(Scene.WARM, Scene.LAPSED, Scene.COLD, Scene.SUSPENDED);
  private static final Set<Verb> CHANGES = EnumSet.of(
      Verb.CREATE, Verb.START, Verb.STOP, Verb.SUSPEND, Verb.DESTROY, Verb.ACQUIRE, Verb.RELEASE);
  private static final Set<Scene> AWAY = EnumSet.of(
      Scene.CREATING, Scene.CREATE_STALLED, Scene.LOOKING, Scene.ACQUIRING, Scene.STOPPING_THEIRS, Scene.RELEASING);

  static Stream<Arguments> scenesBeforeAndSince() {
    return Stream.of(Scene.values()).flatMap(scene -> Stream.of(Arguments.of(scene, true), Arguments.of(scene, false)));
  }

  /** @param unchanged whether the list was asked for since the machine's last change */
  @ParameterizedTest(name = "{0}, unchanged since: {1}")
  @MethodSource("scenesBeforeAndSince")
  void isLookedForIfItIsIdleAndWasNotThere(Scene scene, boolean unchanged) {
    var asOf = is(scene, unchanged);
    var gets = wire.count(Verb.GET);
    isTold(new WorkerMachine.Missing(asOf));
    assertThat(wire.count(Verb.GET) - gets).isEqualTo(IDLE.contains(scene) && unchanged ? 1 : 0);
    changesNothing();
  }

  @ParameterizedTest(name = "{0}, unchanged since: {1}")
  @MethodSource("scenesBeforeAndSince")
  void isDestroyedIfItIsIdleAndNotInTheStateThatItShouldBeIn(Scene scene, boolean unchanged) {
    var asOf = is(scene, unchanged);
    isTold(new WorkerMachine.Drifted(asOf, MachineState.STARTED));
    if (IDLE.contains(scene) && unchanged) isBeingDestroyed();
    else changesNothing();
  }

  /** Goal: a list that is older than the grant tells of the sleep before it, which harms nothing. */
  @ParameterizedTest(name = "{0}, unchanged since: {1}")
  @MethodSource("scenesBeforeAndSince")
  void isDestroyedIfItWasSuspendedSinceItWasUsed(Scene scene, boolean unchanged) {
    var asOf = is(scene, unchanged);
    var usedSinceItsBoot = EnumSet.of(Scene.STOPPING, Scene.COLD, Scene.STARTING, Scene.START_STALLED).contains(scene);
    isTold(new WorkerMachine.SeenSuspended(asOf, MachineState.SUSPENDED));
    if (usedSinceItsBoot) isBeingDestroyed(); // both changes came after its grant
    else changesNothing();
  }

  @Test
  void isDestroyedAfterItsRunIfItWasSuspendedInIt() {
    isWarm();
    var requester = aRequest();
    isAskedBy(requester);
    var asOf = ((Became) reports().getLast()).change();
    isTold(new WorkerMachine.SeenSuspended(asOf, MachineState.SUSPENDING));
    changesNothing();
    waitsFor();
    isTold(new WorkerMachine.Free(grantOf(requester)));
    isBeingDestroyed();
    waitsFor(Verb.DESTROY);
  }

  @Test
  void isNotDestroyedAfterARunBecauseItSleptBefore() {
    isResuming();
    wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
    saysItIsHealthy();
    var asOf = ((Became) reports().getLast()).change();
    var grant = isGranted(aRequest());
    isTold(new WorkerMachine.SeenSuspended(asOf, MachineState.SUSPENDED));
    isFreed(grant);
    waitsFor(Verb.AWAIT_STARTED, Verb.STOP);
  }

  @ParameterizedTest
  @EnumSource(Scene.class)
  void isDestroyedIfItWasTamperedWith(Scene scene) {
    var asked = scene == Scene.ALLOCATED ? Optional.of(isAllocated()) : Optional.<Grant>empty();
    if (asked.isEmpty()) is(scene);
    isTold(new WorkerMachine.Condemned("m1", "tampered-with"));
    if (AWAY.contains(scene) || scene == Scene.EXPIRED || scene == Scene.ALLOCATED) changesNothing();
    else isBeingDestroyed();
    asked.ifPresent(grant -> {
      isTold(new WorkerMachine.Free(grant)); // its run is not disturbed
      isBeingDestroyed();
    });
  }

  @ParameterizedTest
  @EnumSource(Scene.class)
  void isNotDestroyedForWhatHappenedToAnother(Scene scene) {
    is(scene);
    isTold(new WorkerMachine.Condemned("m2", "tampered-with"));
    changesNothing();
  }

  @ParameterizedTest
  @EnumSource(value = Scene.class, names = {
      "CREATE_STALLED", "LOOKING", "ACQUIRING", "STOPPING_THEIRS", "RELEASING"}, mode = EnumSource.Mode.EXCLUDE)
  void doesNotCareForAnotherOfItsName(Scene scene) {
    is(scene);
    var open = wire.open();
    isTold(new WorkerMachine.Found("m2"));
    assertThat(wire.open()).isEqualTo(open);
    changesNothing();
  }

  @Test
  void isTakenOverIfItHasTheNameForWhichOneWasToBeMade() {
    isCreateStalled();
    isTold(new WorkerMachine.Found("m2"));
    tellsThePool(Use.COMING);
    assertThat(wire.open(Verb.GET).target()).isEqualTo("m2");
    time.passes(Duration.ofSeconds(10));
    assertThat(wire.count(Verb.CREATE)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(value = Scene.class, names = {"LOOKING", "ACQUIRING", "STOPPING_THEIRS", "RELEASING"})
  void endsIfAnotherHasItsName(Scene scene) {
    is(scene);
    isTold(new WorkerMachine.Found("m1"));
    changesNothing();
    isTold(new WorkerMachine.Found("m2"));
    assertThat(hasEnded()).isTrue();
  }

  // ---- a look at one that was missing ----

  @ParameterizedTest
  @EnumSource(value = Scene.class, names = {"WARM", "COLD", "SUSPENDED"})
  void givesItsSlotBackOnceItIsKnownToBeNoMore(Scene scene) {
    isMissing(scene);
    wire.open(Verb.GET).isRejected(404, "machine not found");
    assertThat(hasEnded()).isTrue();
    tellsThePool(Use.EXPIRED);
    waitsFor();
  }

  static List<MachinesFailure> whatProvesNothing() {
    return List.of(new MachinesFailure.FateUnknown("no answer"), new MachinesFailure.Unreachable("no connection"),
        new MachinesFailure.Later(Duration.ZERO, true, "503"), new MachinesFailure.Rejected(403, "no"));
  }

  @ParameterizedTest
  @MethodSource("whatProvesNothing")
  void isKeptAsLongAsNobodyKnows(MachinesFailure failure) {
    isMissing(Scene.WARM);
    wire.open(Verb.GET).fails(failure);
    changesNothing();
    isGranted(aRequest());
  }

  @Test
  void isKeptWhenItIsThereAfterAll() {
    isMissing(Scene.COLD);
    wire.open(Verb.GET).isAnswered(aMachine(MachineState.STOPPED, SELF));
    changesNothing();
    boots();
  }

  @Test
  void isNotTakenFromItsRunWhenTheLookComesLate() {
    isMissing(Scene.WARM);
    isGranted(aRequest());
    wire.open(Verb.GET).isRejected(404, "machine not found");
    changesNothing();
  }

  /** Reads may lag: what was not there yet may have been booted and used since. */
  @Test
  void isKeptWhenItCameIntoAnotherUseSinceItWasLookedFor() {
    isMissing(Scene.COLD);
    var look = wire.open(Verb.GET);
    boots();
    saysItIsHealthy();
    tellsThePool(Use.WARM);
    look.isRejected(404, "machine not found");
    changesNothing();
    isGranted(aRequest());
  }

  // ---- a later instance ----

  @ParameterizedTest
  @EnumSource(value = Scene.class, names = "ALLOCATED", mode = EnumSource.Mode.EXCLUDE)
  void isLetGoOfWithoutACallWhenALaterInstanceHasThePool(Scene scene) {
    is(scene);
    var calls = wire.verbs();
    isTold(new WorkerMachine.StepBack());
    assertThat(hasEnded()).isTrue();
    assertThat(reports()).isEmpty();
    assertThat(wire.verbs()).isEqualTo(calls);
  }

  /** Goal: what waits in the client for its turn is not sent to a machine that is another's by then. */
  @ParameterizedTest
  @EnumSource(value = Scene.class, names = "ALLOCATED", mode = EnumSource.Mode.EXCLUDE)
  void hasItsChangesGivenUpWhenALaterInstanceHasThePool(Scene scene) {
    is(scene);
    isTold(new WorkerMachine.StepBack());
    assertThat(wire.open()).extracting(ScriptedWire.Call::verb).doesNotContainAnyElementsOf(CHANGES);
  }

  @Test
  void isLetGoOfAfterItsRunWhenALaterInstanceHasThePool() {
    var grant = isAllocated();
    isTold(new WorkerMachine.StepBack());
    changesNothing();
    declines(isAskedBy(aRequest()));
    isTold(new WorkerMachine.Free(grant));
    assertThat(hasEnded()).isTrue();
    assertThat(wire.count(Verb.STOP)).isZero();
  }

  @Test
  void isNotRenewedAnyMoreWhenALaterInstanceHasThePool() {
    pool = pool.renewing(Duration.ofHours(1)).leasingFor(Duration.ofSeconds(30));
    isAllocated();
    isTold(new WorkerMachine.StepBack());
    time.passes(Duration.ofSeconds(8));
    assertThat(wire.count(Verb.REFRESH)).isZero();
  }

  @Test
  void isLetGoOfWhenItsRunIsOverdueAndALaterInstanceHasThePool() {
    isAllocated();
    isTold(new WorkerMachine.StepBack());
    time.passes(APool.REQUEST_TIME.plus(PoolSettings.SLACK));
    assertThat(hasEnded()).isTrue();
  }

  // ---- how it comes there ----

  /** Returns the number of its last change, or of the one before. */
  private long is(Scene scene, boolean unchanged) {
    var before = changes;
    is(scene);
    return unchanged ? changes : Math.max(before, changes - 1);
  }

  private void isMissing(Scene scene) {
    is(scene);
    isTold(new WorkerMachine.Missing(changes));
    waitsFor(Verb.GET);
  }
}
