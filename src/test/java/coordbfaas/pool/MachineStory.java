package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.PoolClaim;
import coordbfaas.facts.Fact;
import coordbfaas.machines.Lease;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** One worker machine: the story is its pool, its Fly and its worker, and answers each of its calls. */
abstract class MachineStory extends OneMachine {
  static ActorTestKit system;

  final ScriptedWire wire = new ScriptedWire();
  final StoryTime time = StoryTime.of(system);
  APool pool = APool.of(4);

  /** What is left to chance: nothing, unless the story says otherwise. */
  RandomGenerator chance = () -> 0;

  /** What whoever watches was told. */
  final List<Fact> facts = new CopyOnWriteArrayList<>();

  private final Witness<WorkerReport> witness = new Witness<>(system);
  private ActorRef<WorkerMachine.Command> worker;
  private int boots;

  /** The number of the last change of which the pool was told. */
  long changes;

  /** Where a machine may be in its life. */
  enum Scene {
    CREATING, CREATE_STALLED, BOOTING, ALMOST_HEALTHY, WARM, LAPSED, ALLOCATED, STOPPING, COLD, STARTING, START_STALLED,
    BOOTING_AGAIN, SUSPENDING, SUSPENDED, RESUMING, EXPIRED, LOOKING, ACQUIRING, STOPPING_THEIRS, RELEASING;

    /** Whether its lease is ours. */
    boolean isHeld() {
      return this != CREATING && this != CREATE_STALLED && compareTo(LOOKING) < 0;
    }
  }

  @BeforeAll
  static void opens() {
    system = StoryTime.aSystem();
  }

  @AfterAll
  static void closes() {
    system.shutdownTestKit();
  }

  @AfterEach
  void leavesNoTimers() {
    if (worker != null) system.stop(worker);
  }

  // ---- how it comes to where a story begins ----

  void isCreating() {
    worker = system.spawn(WorkerMachine.create(NAME, 1, surroundings()));
    witness.watches(worker);
    tellsThePool(Use.COMING);
  }

  WorkerMachine.Surroundings surroundings() {
    return new WorkerMachine.Surroundings(wire, wire, PlainClaims.OURS, new PoolClocks(time, time::steady), chance,
        pool.settings(), new WorkerRules(), SELF, Set.of("m1"), witness.ref(), facts::add);
  }

  void isBooting() {
    isCreating();
    wire.open(Verb.CREATE).isAnswered(aMachine(Optional.of(NONCE)));
    tellsThePool(Use.COMING); // and now it has an id
  }

  void isAlmostHealthy() {
    isBooting();
    wire.open(Verb.AWAIT_STARTED).isAnswered(Done.getInstance());
  }

  void isWarm() {
    isAlmostHealthy();
    saysItIsHealthy();
    tellsThePool(Use.WARM);
  }

  Grant isAllocated() {
    isWarm();
    return isGranted(aRequest());
  }

  void isStopping() {
    isFreed(isAllocated());
  }

  void isCold() {
    isStopping();
    stops();
    tellsThePool(Use.COLD);
  }

  void isStarting() {
    isCold();
    isTold(new WorkerMachine.Boot());
    tellsThePool(Use.COMING);
  }

  void isBootingAgain() {
    isStarting();
    wire.open(Verb.START).isAnswered(MachineState.STOPPED);
  }

  void isExpired() {
    isAlmostHealthy();
    time.passes(APool.BOOT_TIMEOUT);
    tellsThePool(Use.EXPIRED);
  }

  void isCreateStalled() {
    isCreating();
    wire.open(Verb.CREATE).isLost();
    tellsThePool(Use.STALLED);
  }

  void isStartStalled() {
    isStarting();
    wire.open(Verb.START).fails(new MachinesFailure.Unreachable("no connection"));
    tellsThePool(Use.STALLED);
  }

  /** Its renewal has no answer, and what is left of its lease is too little for a request. */
  void isLapsed() {
    pool = pool.renewing(Duration.ofHours(1));
    isWarm();
    time.passes(pool.leaseTtl().minus(APool.RESERVE).plusMillis(1));
    var waiter = isAskedBy(aRequest());
    assertThat(news()).isEqualTo(List.of(Use.STALLED, new WorkerReport.Declined(NAME.slot(), waiter)));
  }

  void isSuspending() {
    isWarm();
    isTold(new WorkerMachine.Suspend());
    tellsThePool(Use.SUSPENDED);
  }

  void isSuspended() {
    isSuspending();
    wire.open(Verb.SUSPEND).isAnswered(Done.getInstance());
    wire.open(Verb.AWAIT_SUSPENDED).isAnswered(Done.getInstance());
    tellsThePool(Use.SUSPENDED);
  }

  void isResuming() {
    isSuspended();
    isTold(new WorkerMachine.Boot());
    tellsThePool(Use.COMING);
  }

  /** It exists, and nobody here holds it. */
  void isLookedFor() {
    isLookedFor(Optional.empty());
  }

  void isLookedFor(Optional<String> doom) {
    worker = system.spawn(WorkerMachine.reclaim(NAME, "m1", doom, 1, surroundings()));
    witness.watches(worker);
    tellsThePool(doom.isPresent() ? Use.EXPIRED : Use.COMING);
  }

  /** A look at it is answered. */
  void isSeen(Machine seen, Optional<Lease> lease) {
    wire.open(Verb.GET).isAnswered(seen);
    wire.open(Verb.LEASE).isAnswered(lease);
  }

  void isAcquiring() {
    isLookedFor();
    isSeen(aMachine(MachineState.STOPPED, EARLIER), Optional.empty());
  }

  void isStoppingTheirs() {
    isLookedFor();
    isSeen(aMachine(MachineState.STARTED, EARLIER), Optional.of(aLease(NONCE, EARLIER)));
  }

  void isReleasing() {
    isStoppingTheirs();
    stops();
  }

  void is(Scene scene) {
    switch (scene) {
      case CREATING -> isCreating();
      case CREATE_STALLED -> isCreateStalled();
      case BOOTING -> isBooting();
      case ALMOST_HEALTHY -> isAlmostHealthy();
      case WARM -> isWarm();
      case LAPSED -> isLapsed();
      case ALLOCATED -> isAllocated();
      case STOPPING -> isStopping();
      case COLD -> isCold();
      case STARTING -> isStarting();
      case START_STALLED -> isStartStalled();
      case BOOTING_AGAIN -> isBootingAgain();
      case SUSPENDING -> isSuspending();
      case SUSPENDED -> isSuspended();
      case RESUMING -> isResuming();
      case EXPIRED -> isExpired();
      case LOOKING -> isLookedFor();
      case ACQUIRING -> isAcquiring();
      case STOPPING_THEIRS -> isStoppingTheirs();
      case RELEASING -> isReleasing();
    }
  }

  // ---- what happens to it ----

  void isTold(WorkerMachine.Command command) {
    worker.tell(command);
  }

  Witness<PoolSupervisor.AllocateReply> aRequest() {
    return new Witness<>(system);
  }

  Waiter isAskedBy(Witness<PoolSupervisor.AllocateReply> requester) {
    return isAskedBy(requester, APool.REQUEST_TIME);
  }

  Waiter isAskedBy(Witness<PoolSupervisor.AllocateReply> requester, Duration timeLeft) {
    var request = new PoolSupervisor.Allocate("run", timeLeft, requester.ref(), requester.ref());
    var waiter = new Waiter(request, time.steady());
    worker.tell(new WorkerMachine.Allocate(waiter));
    return waiter;
  }

  Grant isGranted(Witness<PoolSupervisor.AllocateReply> requester) {
    isAskedBy(requester);
    tellsThePool(Use.BUSY);
    return grantOf(requester);
  }

  static Grant grantOf(Witness<PoolSupervisor.AllocateReply> requester) {
    var replies = requester.news();
    assertThat(replies).hasSize(1).allSatisfy(reply -> assertThat(reply).isInstanceOf(PoolSupervisor.Granted.class));
    return ((PoolSupervisor.Granted) replies.getFirst()).grant();
  }

  void isFreed(Grant grant) {
    worker.tell(new WorkerMachine.Free(grant));
    tellsThePool(Use.BUSY);
  }

  void stops() {
    wire.open(Verb.STOP).isAnswered(Done.getInstance());
    wire.open(Verb.AWAIT_STOPPED).isAnswered(Done.getInstance());
  }

  /** Fly destroys it, and says so. */
  void isGone() {
    wire.open(Verb.DESTROY).isAnswered(Done.getInstance());
    wire.open(Verb.AWAIT_DESTROYED).isAnswered(Done.getInstance());
  }

  void boots() {
    isTold(new WorkerMachine.Boot());
    tellsThePool(Use.COMING);
    wire.open(Verb.START).isAnswered(MachineState.STOPPED);
  }

  void stopsAndBootsAgain() {
    stops();
    tellsThePool(Use.COLD);
    boots();
    saysItIsHealthy();
    tellsThePool(Use.WARM);
  }

  /** With a boot id that was not seen before. */
  String saysItIsHealthy() {
    var boot = "boot-" + ++boots;
    workerSaysItIsIn(boot);
    return boot;
  }

  /** And the lease is still ours when it is read after that. */
  void workerSaysItIsIn(String boot) {
    wire.open(Verb.HEALTH).isAnswered(new WorkerHealth.Healthy("m1", boot));
    var lease = aLease(wire.lastNonce().orElse(NONCE), SELF);
    wire.open().stream().filter(call -> call.verb() == Verb.LEASE).forEach(call -> call.isAnswered(Optional.of(lease)));
  }

  /** As a look shows it, of the image that new machines have. */
  Machine aMachine(MachineState state, Instance maker) {
    return aMachine(state, metadata(maker, pool.image()));
  }

  /** Its true metadata. */
  Map<String, String> metadata(Instance maker, String image) {
    var claim = new PoolClaim(NAME.toString(), maker.pool(), image, maker.epoch(), maker.id(), time.instant());
    return MachineClaim.metadata(claim, PlainClaims.OURS);
  }

  // ---- what it does ----

  /** What the pool was told since this was last asked. */
  void tellsThePool(Use... uses) {
    assertThat(news()).isEqualTo(Arrays.asList(uses));
  }

  void declines(Waiter waiter) {
    assertThat(reports()).isEqualTo(List.of(new WorkerReport.Declined(NAME.slot(), waiter)));
  }

  void tellsThePoolThatItDeclinedAndExpired(Waiter waiter) {
    assertThat(news()).isEqualTo(List.of(new WorkerReport.Declined(NAME.slot(), waiter), Use.EXPIRED));
  }

  /** All that the pool was told since this was last asked. */
  List<WorkerReport> reports() {
    var reports = witness.news();
    for (var report : reports) if (report instanceof WorkerReport.Became became) changes = became.change();
    return reports;
  }

  /** The uses that the pool was told of, and whatever else it was told. */
  List<Object> news() {
    return reports().stream()
        .<Object>map(report -> report instanceof WorkerReport.Became became ? became.use() : report).toList();
  }

  void changesNothing() {
    tellsThePool();
    assertThat(hasEnded()).isFalse();
  }

  /** It is of no use any more, and is being destroyed under its lease. */
  Call isBeingDestroyed() {
    tellsThePool(Use.EXPIRED);
    var destroy = wire.open(Verb.DESTROY);
    assertThat(destroy.target()).isEqualTo("m1");
    assertThat(destroy.nonce()).contains(NONCE);
    return destroy;
  }

  /** The calls that have no answer yet. */
  void waitsFor(Verb... verbs) {
    assertThat(wire.open()).extracting(Call::verb).containsExactly(verbs);
  }

  /** Lets time pass until a call of this kind is made; returns how long that took. */
  Duration untilTheNext(Verb verb) {
    var before = time.steady();
    var calls = wire.count(verb);
    while (wire.count(verb) == calls) {
      time.passes(Duration.ofMillis(50));
      assertThat(Duration.between(before, time.steady())).as("wait for a %s", verb).isLessThan(Duration.ofMinutes(3));
    }
    return Duration.between(before, time.steady());
  }

  boolean hasEnded() {
    return witness.saw(worker);
  }
}
