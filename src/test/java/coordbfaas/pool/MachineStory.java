package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** One worker machine: the story is its pool, its Fly and its worker, and answers each of its calls. */
abstract class MachineStory {
  static final WorkerName NAME = new WorkerName("c1", 3);
  static final LeaseNonce NONCE = new LeaseNonce("nonce-1");
  static final Instance SELF = new Instance("c1", 7, "aa");

  private static ActorTestKit system;

  final ScriptedWire wire = new ScriptedWire();
  final StoryTime time = StoryTime.of(system);
  final APool pool = APool.of(4);
  private final Witness<WorkerReport> witness = new Witness<>(system);
  private ActorRef<WorkerMachine.Command> worker;
  private int boots;

  /** Where a machine may be in its life. */
  enum Scene { CREATING, BOOTING, ALMOST_HEALTHY, WARM, ALLOCATED, STOPPING, COLD, STARTING, BOOTING_AGAIN, EXPIRED }

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
    worker = system.spawn(WorkerMachine.create(NAME, surroundings()));
    witness.watches(worker);
    tellsThePool(Use.COMING);
  }

  WorkerMachine.Surroundings surroundings() {
    return new WorkerMachine.Surroundings(wire, wire, PlainClaims.OURS, new PoolClocks(time, time::steady), new SplittableRandom(1),
        pool.settings(), new WorkerRules(), SELF, witness.ref());
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

  void is(Scene scene) {
    switch (scene) {
      case CREATING -> isCreating();
      case BOOTING -> isBooting();
      case ALMOST_HEALTHY -> isAlmostHealthy();
      case WARM -> isWarm();
      case ALLOCATED -> isAllocated();
      case STOPPING -> isStopping();
      case COLD -> isCold();
      case STARTING -> isStarting();
      case BOOTING_AGAIN -> isBootingAgain();
      case EXPIRED -> isExpired();
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
    var waiter = new Waiter(request, time.instant());
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
    wire.open(Verb.HEALTH).isAnswered(new WorkerHealth.Healthy("m1", boot));
    return boot;
  }

  static Machine aMachine(Optional<LeaseNonce> nonce) {
    return new Machine("m1", NAME.toString(), MachineState.CREATED, "01H", nonce, Optional.empty());
  }

  // ---- what it does ----

  /** What the pool was told since this was last asked. */
  void tellsThePool(Use... uses) {
    assertThat(news()).isEqualTo(Arrays.asList(uses));
  }

  void declines(Waiter waiter) {
    assertThat(witness.news()).isEqualTo(List.of(new WorkerReport.Declined(NAME.slot(), waiter)));
  }

  void tellsThePoolThatItDeclinedAndExpired(Waiter waiter) {
    assertThat(news()).isEqualTo(List.of(new WorkerReport.Declined(NAME.slot(), waiter), Use.EXPIRED));
  }

  /** The uses that the pool was told of, and whatever else it was told. */
  List<Object> news() {
    return witness.news().stream()
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

  boolean hasEnded() {
    return witness.saw(worker);
  }
}
