package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.Condition;
import coordbfaas.machines.MachineState;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Of a worker machine, whoever watches")
class WorkerFactsTest extends MachineStory {
  @Test
  void hearsEachTransitionOnce() {
    isAllocated();
    assertThat(told(Fact.Transition.class)).extracting(Fact.Transition::machine, Fact.Transition::to, Fact.Transition::cause)
        .containsExactly(told("CREATING", "slot-taken"), told("IDLE", "healthy"), told("ALLOCATED", "granted"));
    assertThat(told(Fact.Granted.class)).containsExactly(new Fact.Granted(NAME.slot()));
  }

  @Test
  void hearsWhatItIsAndItsIdOnceItHasOne() {
    isCold();
    boots();
    saysItIsHealthy();
    assertThat(told(Fact.Became.class)).extracting(Fact.Became::condition).containsExactly(Condition.CREATING, Condition.CREATING,
        Condition.WARM, Condition.ALLOCATED, Condition.STOPPING, Condition.COLD, Condition.BOOTING, Condition.WARM);
    assertThat(told(Fact.Became.class)).extracting(Fact.Became::id).startsWith(Optional.empty(), Optional.of("m1"));
  }

  @Test
  void hearsOfItsLeaseItsRenewalsAndItsLoss() {
    pool = pool.renewing(Duration.ofHours(1));
    isWarm();
    var until = time.instant().plus(pool.leaseTtl());
    assertThat(told(Fact.LeaseHeld.class)).containsExactly(new Fact.LeaseHeld(NAME.slot(), until, false));
    untilTheNext(Verb.REFRESH);
    var renewed = time.instant().plus(pool.leaseTtl());
    wire.open(Verb.REFRESH).isAnswered(aLease(NONCE, SELF));
    assertThat(told(Fact.LeaseHeld.class)).hasSize(2).last().extracting(Fact.LeaseHeld::renewed).isEqualTo(true);
    assertThat(Duration.between(renewed, told(Fact.LeaseHeld.class).getLast().until()).abs()).isLessThan(Duration.ofMillis(100));
    assertThat(told(Fact.LeaseLost.class)).isEmpty();
    time.passes(pool.leaseTtl());
    assertThat(told(Fact.LeaseLost.class)).containsExactly(new Fact.LeaseLost(NAME.slot(), Fact.Loss.OVER));
    assertThat(told(Fact.Transition.class).getLast().to()).isEqualTo("ENDED");
  }

  @Test
  void hearsWhatWentWrong() {
    isStartStalled();
    assertThat(told(Fact.MachineTroubled.class)).containsExactly(new Fact.MachineTroubled(NAME.slot(), "START: no connection"));
    assertThat(told(Fact.Became.class).getLast().condition()).isEqualTo(Condition.STALLED);
  }

  @Test
  void isAlarmedOnceByAMachineThatWasTamperedWith() {
    isAllocated();
    for (var look = 0; look < 2; look++) isTold(new WorkerMachine.Condemned("m1", "tampered-with"));
    assertThat(told(Fact.Alarm.class)).hasSize(1);
  }

  @Test
  void isAlarmedOnceByOneThatIsToBeDestroyedForAnotherReason() {
    isAllocated();
    isTold(new WorkerLease.UseEnds());
    for (var look = 0; look < 2; look++) isTold(new WorkerMachine.Condemned("m1", "tampered-with"));
    assertThat(told(Fact.Alarm.class)).hasSize(1);
  }

  @Test
  void isAlarmedOnceByOneThatIsNotOursYet() {
    isLookedFor(Optional.of("surplus"));
    for (var look = 0; look < 2; look++) isTold(new WorkerMachine.Condemned("m1", "tampered-with"));
    isSeen(aMachine(MachineState.STOPPED, Map.of()), Optional.empty());
    assertThat(told(Fact.Alarm.class)).hasSize(1);
  }

  @Test
  void isNotAlarmedByAChangedKey() {
    isAllocated();
    isTold(new WorkerMachine.Condemned("m1", "key-changed"));
    assertThat(told(Fact.Alarm.class)).isEmpty();
  }

  @Test
  void isAlarmedByAnIdleOneToo() {
    isWarm();
    isTold(new WorkerMachine.Condemned("m1", "tampered-with"));
    assertThat(told(Fact.Alarm.class)).hasSize(1);
  }

  @Test
  void isToldEveryUseByOneCondition() {
    for (var state : WorkerMachine.State.values()) {
      var told = EnumSet.noneOf(Condition.class);
      for (var use : Use.values()) told.add(WorkerJournal.condition(state, use));
      assertThat(told).as(state.name()).hasSize(Use.values().length);
    }
  }

  private static Tuple told(String to, String cause) {
    return tuple(NAME.toString(), to, cause);
  }

  private <T extends Fact> List<T> told(Class<T> kind) {
    return facts.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
