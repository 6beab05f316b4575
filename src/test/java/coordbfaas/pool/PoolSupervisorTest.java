package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.PoolSupervisor.Reason;
import coordbfaas.pool.ScriptedWire.Verb;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets which machine when, while Fly does what it is asked. */
@DisplayName("A pool")
class PoolSupervisorTest extends PoolStory {
  @Nested
  @DisplayName("at its start")
  class AtItsStart {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4})
    void warmsAsManyMachinesAsItIsToKeepWarm(int warm) {
      opensAPoolThatIsUp(APool.of(4).keepingWarm(warm));
      assertThat(fly.running()).isEqualTo(warm);
      assertThat(fly.names()).isEqualTo(IntStream.range(0, warm).mapToObj(slot -> "worker-c1-" + slot).toList());
    }

    @Test
    void createsThemAllAtOnce() {
      opensAPool(APool.of(4).keepingWarm(4));
      assertThat(wire.created()).isEqualTo(4);
    }
  }

  @Nested
  @DisplayName("with warm machines")
  class WithWarmMachines {
    @Test
    void grantsOneAtOnce() {
      opensAPoolThatIsUp(APool.of(4).keepingWarm(1));
      asks().isGranted();
    }

    @Test
    void grantsEachToOneRequest() {
      opensAPoolThatIsUp(APool.of(4).keepingWarm(4));
      var grants = Stream.generate(() -> asks().isGranted()).limit(4).toList();
      assertThat(grants).extracting(Grant::machine).doesNotHaveDuplicates();
      asks().waits();
    }

    @Test
    void warmsAnotherForTheOneThatItGranted() {
      opensAPoolThatIsUp(APool.of(4).keepingWarm(1));
      asks().isGranted();
      assertThat(wire.open(Verb.CREATE).target()).isEqualTo("worker-c1-1");
      fly.answersAll();
      asks().isGranted();
    }

    @Test
    void bootsTheSameOneAgainWhenThereIsNoRoomForAnother() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
      var first = holdsAMachine();
      var second = asks();
      assertThat(wire.open()).isEmpty();
      first.frees();
      fly.answersAll();
      assertThat(second.isGranted().number()).isEqualTo(2);
    }

    @Test
    void takesTheOneThatWasIdleForLongest() {
      opensAPoolThatIsUp(APool.of(2).keepingWarm(2));
      var first = holdsAMachine();
      time.passes(Duration.ofSeconds(1));
      first.frees();
      fly.answersAll();
      assertThat(asks().isGranted().machine()).isNotEqualTo(first.machine());
    }
  }

  @Nested
  @DisplayName("without warm machines")
  class WithoutWarmMachines {
    @Test
    void createsOneForEachThatWaitsUpToItsSize() {
      opensAPool(APool.of(2));
      assertThat(wire.open()).isEmpty();
      var requesters = Stream.generate(PoolSupervisorTest.this::asks).limit(5).toList();
      assertThat(wire.open()).extracting(ScriptedWire.Call::target).containsExactly("worker-c1-0", "worker-c1-1");
      fly.answersAll();
      requesters.subList(0, 2).forEach(Requester::isGranted);
      requesters.subList(2, 5).forEach(Requester::waits);
      assertThat(fly.machines()).isEqualTo(2);
    }

    @Test
    void bootsAColdOneBeforeItCreatesAnother() {
      opensAPoolThatIsUp(APool.of(4));
      holdsAMachine().frees();
      fly.answersAll();
      assertThat(fly.running()).isZero();

      holdsAMachine();
      assertThat(fly.machines()).isEqualTo(1);
    }

    @Test
    void leavesItsMachinesStoppedWhileNobodyAsks() {
      opensAPoolThatIsUp(APool.of(4));
      holdsAMachine().frees();
      fly.answersAll();
      time.passes(Duration.ofMinutes(4));
      assertThat(fly.running()).isZero();
      assertThat(wire.open()).extracting(ScriptedWire.Call::verb).containsOnly(Verb.LIST);
    }
  }

  @Nested
  @DisplayName("whose machines are all taken")
  class WhoseMachinesAreAllTaken {
    @Test
    void servesInOrderOfArrivalAsTheyAreFreed() {
      opensAPoolThatIsUp(APool.of(2));
      var holders = List.of(holdsAMachine(), holdsAMachine());
      var waiting = Stream.generate(PoolSupervisorTest.this::asks).limit(3).toList();

      holders.get(1).frees();
      fly.answersAll();
      assertThat(waiting.get(0).isGranted().machine()).isEqualTo(holders.get(1).machine());
      waiting.get(1).waits();

      holders.get(0).frees();
      fly.answersAll();
      assertThat(waiting.get(1).isGranted().machine()).isEqualTo(holders.get(0).machine());
      waiting.get(2).waits();
    }

    @Test
    void freesTheMachineThatWasGranted() {
      opensAPoolThatIsUp(APool.of(3));
      var holders = List.of(holdsAMachine(), holdsAMachine(), holdsAMachine());
      holders.get(1).frees();
      assertThat(wire.open(Verb.STOP).target()).isEqualTo(holders.get(1).machine());
    }

    @Test
    void isNotFreedByAGrantThatWasGivenBackBefore() {
      opensAPoolThatIsUp(APool.of(1));
      var first = holdsAMachine();
      first.frees();
      var second = holdsAMachine();
      first.frees();
      assertThat(wire.open()).isEmpty();
      asks().waits();
      second.frees();
      assertThat(wire.open(Verb.STOP)).isNotNull();
    }

    @Test
    void isNotFreedByAGrantOfASlotThatIsFree() {
      opensAPoolThatIsUp(APool.of(4));
      tells(new PoolSupervisor.Free(new Grant(new WorkerName("c1", 3), "m1", "boot-1", 1)));
      holdsAMachine();
    }

    @Test
    void takesItBackFromOneThatDies() {
      opensAPoolThatIsUp(APool.of(1));
      var holder = holdsAMachine();
      var next = asks();
      holder.dies();
      fly.answersAll();
      next.isGranted();
    }

    @Test
    void takesItBackFromOneThatForgetsIt() {
      opensAPoolThatIsUp(APool.of(1).letting(64, Duration.ofMinutes(1)));
      holdsAMachine();
      var next = asks();
      time.passes(APool.REQUEST_TIME.plus(PoolSettings.SLACK));
      fly.answersAll();
      next.isGranted();
    }

    @Test
    void takesItBackAtTheDeadlineOfOneThatHadToWaitForIt() {
      opensAPoolThatIsUp(APool.of(1));
      var holder = holdsAMachine();
      var second = asks();
      time.passes(Duration.ofSeconds(4));
      holder.frees();
      fly.answersAll();
      second.isGranted();

      time.passes(APool.REQUEST_TIME.minusSeconds(4).plus(PoolSettings.SLACK).minusMillis(1));
      assertThat(wire.open()).isEmpty();
      time.passes(Duration.ofMillis(1));
      assertThat(wire.open(Verb.STOP).target()).isEqualTo(second.machine());
    }
  }

  @Test
  void neverHasMoreMachinesThanItsSize() {
    opensAPoolThatIsUp(APool.of(3).keepingWarm(2));
    for (var i = 0; i < 30; i++) {
      var requester = asks();
      fly.answersAll();
      assertThat(fly.machines()).isLessThanOrEqualTo(3);
      if (i % 2 == 0) requester.withdraws();
    }
  }

  /** Machines of a slot go the same way, one after the other, and a list may be slow. */
  @Test
  void doesNotTakeWhatAListToldOfAMachineForTheNextOneInItsSlot() {
    opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
    while (wire.openOnes(Verb.LIST).isEmpty()) whileFlyWorksOnAllButLists(Duration.ofSeconds(1));
    var list = wire.open(Verb.LIST);
    var holder = asks();
    var first = holder.isGranted().machine();
    holder.frees();
    wire.open(Verb.STOP).isRejected(422, "no");
    whileFlyWorksOnAllButLists(Duration.ofSeconds(1));
    assertThat(fly.ids()).hasSize(1).doesNotContain(first);
    list.isAnswered(List.of());
    assertThat(wire.open()).isEmpty();
    asks().isGranted();
  }

  /** By which it notices soon that the API answers again. */
  @Test
  void looksAgainSoonAfterALookThatFailed() {
    opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
    while (wire.openOnes(Verb.LIST).isEmpty()) whileFlyWorksOnAllButLists(Duration.ofSeconds(1));
    wire.open(Verb.LIST).fails(new MachinesFailure.Unreachable("no connection"));
    assertThat(wire.openOnes(Verb.LIST)).isEmpty();
    time.passes(Duration.ofSeconds(5));
    assertThat(wire.openOnes(Verb.LIST)).hasSize(1);
  }

  private void whileFlyWorksOnAllButLists(Duration duration) {
    time.passes(duration);
    for (var next = nextButLists(); next.isPresent(); next = nextButLists()) fly.answers(next.get());
  }

  private Optional<ScriptedWire.Call> nextButLists() {
    return wire.open().stream().filter(call -> call.verb() != Verb.LIST).findFirst();
  }

  @Test
  void refusesNobodyWhoseMachineIsThere() {
    opensAPoolThatIsUp(APool.of(1).keepingWarm(1).letting(0, Duration.ofSeconds(5)));
    asks().isGranted();
    asks().isRefused(Reason.QUEUE_FULL);
  }
}
