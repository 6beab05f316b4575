package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.Fact;
import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which machines of other pools are destroyed, and how many are looked at at a time. */
@DisplayName("A pool's cleaner")
class PoolCleanerTest {
  private static final Lease HELD = new Lease(new LeaseNonce("theirs"), 4_000_000_000L, Optional.empty(), Optional.empty());

  private static ActorTestKit system;

  private final ScriptedWire wire = new ScriptedWire();
  private ActorRef<PoolCleaner.Command> cleaner;

  @BeforeAll
  static void opens() {
    system = StoryTime.aSystem();
  }

  @AfterAll
  static void closes() {
    system.shutdownTestKit();
  }

  private final List<Fact> facts = new CopyOnWriteArrayList<>();

  @BeforeEach
  void begins() {
    cleaner = system.spawn(PoolCleaner.create(wire, new WorkerRules(), facts::add));
  }

  @AfterEach
  void ends() {
    system.stop(cleaner);
  }

  @Test
  void destroysAMachineThatNobodyHolds() {
    isTold("m1");
    wire.open(Verb.LEASE).isAnswered(Optional.empty());
    assertThat(wire.open(Verb.DESTROY).target()).isEqualTo("m1");
    assertThat(wire.open(Verb.DESTROY).nonce()).isEmpty();
    assertThat(facts).isEmpty();
    wire.open(Verb.DESTROY).isAnswered(Done.getInstance());
    assertThat(facts).hasSize(1).first().isInstanceOf(Fact.OrphanDestroyed.class);
  }

  @Test
  void keepsOneThatSomebodyHolds() {
    isTold("m1");
    wire.open(Verb.LEASE).isAnswered(Optional.of(HELD));
    assertThat(wire.open()).isEmpty();
  }

  static Stream<Throwable> failures() {
    return Stream.of(new MachinesFailure.Rejected(500, "oh no"), new MachinesFailure.Rejected(404, "machine not found"),
        new MachinesFailure.Rejected(409, "machine ID m1 lease currently held by somebody, expires soon"),
        new MachinesFailure.Unreachable("no connection"), new MachinesFailure.FateUnknown("timeout"),
        new MachinesFailure.Later(Duration.ZERO, true, "503"), new IllegalStateException("none of the API's"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void keepsOneOfWhichItCannotTell(Throwable failure) {
    isTold("m1");
    wire.open(Verb.LEASE).fails(failure);
    assertThat(wire.open()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("failures")
  void looksAgainAtOneThatItCouldNotDestroyOnlyWhenItIsTold(Throwable failure) {
    isTold("m1");
    wire.open(Verb.LEASE).isAnswered(Optional.empty());
    wire.open(Verb.DESTROY).fails(failure);
    assertThat(wire.open()).isEmpty();
    isTold("m1");
    wire.open(Verb.LEASE).isAnswered(Optional.of(HELD));
    assertThat(wire.count(Verb.DESTROY)).isEqualTo(1);
  }

  @Test
  void looksAtEightAtATime() {
    IntStream.range(0, 20).forEach(number -> isTold("m" + number));
    assertThat(wire.open()).extracting(Call::target).containsExactly("m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7");
    wire.open().get(3).isAnswered(Optional.of(HELD));
    assertThat(wire.open()).hasSize(8).last().extracting(Call::target).isEqualTo("m8");
  }

  /** One that is being destroyed counts until that is done. */
  @Test
  void beginsNoOtherBeforeOneIsDestroyed() {
    IntStream.range(0, 9).forEach(number -> isTold("m" + number));
    wire.open().getFirst().isAnswered(Optional.empty());
    assertThat(wire.openOnes(Verb.LEASE)).hasSize(7);
    wire.open(Verb.DESTROY).isAnswered(Done.getInstance());
    assertThat(wire.openOnes(Verb.LEASE)).hasSize(8);
  }

  @Test
  void looksAtNoMachineTwiceAtATime() {
    IntStream.range(0, 10).forEach(number -> isTold("m" + number));
    IntStream.range(0, 10).forEach(number -> isTold("m" + number));
    for (var open = wire.open(); !open.isEmpty(); open = wire.open()) {
      assertThat(open).extracting(Call::target).doesNotHaveDuplicates();
      open.getFirst().isAnswered(Optional.of(HELD));
    }
    assertThat(wire.count(Verb.LEASE)).isEqualTo(10);
  }

  @Test
  void comesToAllOfThemThoughSomeFail() {
    IntStream.range(0, 100).forEach(number -> isTold("m" + number));
    for (var open = wire.open(); !open.isEmpty(); open = wire.open()) {
      var call = open.getFirst();
      if (call.target().endsWith("3")) call.fails(new MachinesFailure.Unreachable("no connection"));
      else call.isAnswered(call.verb() == Verb.LEASE ? Optional.empty() : Done.getInstance());
    }
    assertThat(wire.count(Verb.LEASE)).isEqualTo(100);
    assertThat(wire.count(Verb.DESTROY)).isEqualTo(90);
  }

  private void isTold(String machine) {
    cleaner.tell(new PoolCleaner.Look(machine, "worker-c9-0"));
  }
}
