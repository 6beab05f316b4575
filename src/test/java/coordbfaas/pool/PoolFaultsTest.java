package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.PoolSupervisor.Reason;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What becomes of slots and of those who wait when machines fail. */
@DisplayName("A pool, when machines fail,")
class PoolFaultsTest extends PoolStory {
  @Nested
  @DisplayName("to be created,")
  class ToBeCreated {
    @Test
    void triesAgainAfterAMomentThatGrows() {
      opensAPool(APool.of(1).letting(64, Duration.ofHours(1)));
      asks();
      var pauses = new ArrayList<Duration>();
      for (var i = 0; i < 10; i++) {
        wire.open(Verb.CREATE).isRejected(422, "could not find a candidate host");
        pauses.add(untilTheNextCreate());
      }
      assertThat(pauses).isSorted().startsWith(Duration.ofMillis(250)).endsWith(Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    @Test
    void servesWhoWaitsOnceItWorksAgain() {
      opensAPool(APool.of(1).letting(64, Duration.ofMinutes(10)));
      var waiting = asks();
      for (var i = 0; i < 8; i++) {
        wire.open(Verb.CREATE).isLost();
        untilTheNextCreate();
      }
      fly.answersAll();
      waiting.isGranted();
    }

    @Test
    void triesSoonAgainAfterOneThatWorked() {
      opensAPool(APool.of(2).letting(64, Duration.ofMinutes(10)));
      var patient = asks(Duration.ofHours(1));
      for (var i = 0; i < 8; i++) {
        wire.open(Verb.CREATE).isRejected(422, "could not find a candidate host");
        untilTheNextCreate();
      }
      fly.answersAll();
      patient.isGranted();
      asks();
      wire.open(Verb.CREATE).isRejected(422, "could not find a candidate host");
      assertThat(untilTheNextCreate()).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void doesNotTryFasterBecauseMoreAsk() {
      opensAPool(APool.of(4));
      asks();
      wire.open(Verb.CREATE).isRejected(422, "could not find a candidate host");
      for (var i = 0; i < 10; i++) asks();
      assertThat(wire.open()).isEmpty();
      time.passes(Duration.ofMillis(250));
      assertThat(wire.open()).hasSize(4);
    }

    /** What was lost may come to be, so its slot is not free, and another name would be one machine too many. */
    @Test
    void callsAgainUnderTheSameNameIfItIsNotKnown() {
      opensAPool(APool.of(1).letting(64, Duration.ofMinutes(1)));
      var waiting = asks();
      fly.carriesOutInSilence(wire.open(Verb.CREATE));
      untilTheNextCreate();
      assertThat(wire.open(Verb.CREATE).target()).isEqualTo("worker-c1-0");
      fly.answersAll();
      assertThat(waiting.isGranted().name()).isEqualTo(new WorkerName("c1", 0));
      assertThat(fly.machines()).isEqualTo(1);
    }

    @Test
    void refusesWhoWaitsWhenItsTimeIsOver() {
      opensAPool(APool.of(1));
      var waiting = asks();
      time.passes(Duration.ofMillis(4900));
      wire.open(Verb.CREATE).isLost();
      time.passes(Duration.ofMillis(100));
      waiting.isRefused(Reason.QUEUE_TIME_OVER);
    }

    @Test
    void bootsAColdOneForWhoWaitsMeanwhile() {
      opensAPoolThatIsUp(APool.of(2));
      var holder = holdsAMachine();
      var waiting = asks();
      var create = wire.open(Verb.CREATE);
      holder.frees();
      fly.answers(Verb.STOP);
      fly.answers(Verb.AWAIT_STOPPED);
      waiting.waits();

      create.isRejected(422, "could not find a candidate host");
      fly.answersAll();
      assertThat(waiting.isGranted().machine()).isEqualTo(holder.machine());
    }

    @Test
    void triesAnotherSlotWhenTheNameOfOneIsTaken() {
      opensAPool(APool.of(2));
      asks().withdraws();
      fly.carriesOutInSilence(wire.open(Verb.CREATE));
      time.passes(Duration.ofMillis(250));
      var waiting = asks();
      fly.answersAll();
      time.passes(Duration.ofSeconds(1));
      fly.answersAll();
      assertThat(waiting.isGranted().name()).isEqualTo(new WorkerName("c1", 1));
      assertThat(fly.machines()).isEqualTo(2);
    }

    /** Nothing is known to come: whoever waits gets an answer in time, and a retry later. */
    @Test
    void refusesWhoWaitsWhileTheApiLetsNothingBeCreated() {
      opensAPool(APool.of(1));
      var waiting = asks();
      wire.open(Verb.CREATE).fails(new MachinesFailure.Unreachable("no connection"));
      time.passes(APool.of(1).queueTime());
      assertThat(waiting.isRefused(Reason.QUEUE_TIME_OVER)).isPositive();
    }

    @Test
    void refusesWhoWaitedForAMachineThatDoesNotCome() {
      opensAPool(APool.of(1));
      var waiting = asks();
      time.passes(APool.of(1).queueTime().plusSeconds(1));
      waiting.waits();
      wire.open(Verb.CREATE).fails(new MachinesFailure.Later(Duration.ofSeconds(1), false, "429 rate limit exceeded"));
      waiting.isRefused(Reason.QUEUE_TIME_OVER);
    }

    private Duration untilTheNextCreate() {
      var before = time.instant();
      while (wire.openOnes(Verb.CREATE).isEmpty()) {
        time.passes(Duration.ofMillis(50));
        fly.answers(Verb.LIST);
        assertThat(Duration.between(before, time.instant())).isLessThanOrEqualTo(Duration.ofSeconds(10));
      }
      return Duration.between(before, time.instant());
    }
  }

  @Nested
  @DisplayName("to boot,")
  class ToBoot {
    @Test
    void createsAnotherForWhoWaits() {
      opensAPool(APool.of(2));
      var waiting = asks();
      fly.answers(Verb.CREATE);
      wire.open(Verb.AWAIT_STARTED).isRejected(408, "deadline_exceeded");
      fly.answersAll();
      waiting.isGranted();
    }

    @Test
    void createsAnotherInTheSameSlotOnceItIsGone() {
      opensAPool(APool.of(1));
      var waiting = asks();
      fly.answers(Verb.CREATE);
      wire.open(Verb.AWAIT_STARTED).isRejected(408, "deadline_exceeded");
      assertThat(wire.open()).extracting(Call::verb).containsExactly(Verb.DESTROY);
      fly.answersAll();
      time.passes(Duration.ofSeconds(1));
      fly.answersAll();
      waiting.isGranted();
    }

    @Test
    void keepsTheSlotOfOneThatIsNotGone() {
      opensAPool(APool.of(1));
      asks();
      fly.answers(Verb.CREATE);
      wire.open(Verb.AWAIT_STARTED).isRejected(408, "deadline_exceeded");
      for (var i = 0; i < 10; i++) {
        wire.open(Verb.DESTROY).isLost();
        time.passes(Duration.ofSeconds(30));
      }
      assertThat(wire.created()).isEqualTo(1);
    }

    /** Created, never healthy, destroyed, and so on: Fly is not asked without a pause. */
    @Test
    void doesNotReplaceThemInAHotLoop() {
      opensAPool(APool.of(4).keepingWarm(4));
      for (var passed = Duration.ZERO; passed.compareTo(Duration.ofMinutes(1)) < 0; passed = passed.plusMillis(250)) {
        for (var call : wire.open()) {
          if (call.verb() == Verb.AWAIT_STARTED) call.isRejected(408, "deadline_exceeded");
          else fly.answers(call);
        }
        time.passes(Duration.ofMillis(250));
      }
      assertThat(wire.created()).isLessThan(60);
    }
  }

  @Nested
  @DisplayName("or are lost,")
  class OrAreLost {
    @Test
    void servesTheNextInTheirPlace() {
      opensAPoolThatIsUp(APool.of(1));
      var holder = holdsAMachine();
      var waiting = asks();
      fly.givesTheLeaseToAnother(holder.machine());
      fly.loses("worker-c1-0");
      holder.frees();
      wire.open(Verb.STOP).isRejectedForItsLease();
      fly.answersAll();
      assertThat(waiting.isGranted().machine()).isNotEqualTo(holder.machine());
    }

    /** Not all at once: each at some time in the last eighth of its use. */
    @Test
    void replacesTheWarmOnesWhoseLeasesEnd() {
      opensAPoolThatIsUp(APool.of(2).keepingWarm(2));
      var use = APool.of(2).leaseTtl().minus(APool.RESERVE);
      whileFlyWorks(use.minus(use.dividedBy(8)).minusMillis(1));
      assertThat(wire.created()).isEqualTo(2);
      whileFlyWorks(use.dividedBy(8).plusMillis(1));
      assertThat(wire.created()).isEqualTo(4);
      assertThat(fly.machines()).isEqualTo(2);
      assertThat(fly.running()).isEqualTo(2);
      asks().isGranted();
    }

    /** The stop may arrive when it is booted again, so that it must not be able to harm it by then. */
    @Test
    void servesWhoWaitsUnderAnotherNonceAfterAStopThatWasLost() {
      opensAPoolThatIsUp(APool.of(1).letting(64, Duration.ofMinutes(1)));
      var holder = holdsAMachine();
      var before = fly.leaseOf(holder.machine()).orElseThrow().nonce();
      var waiting = asks();
      holder.frees();
      wire.open(Verb.STOP).isLost();
      waiting.waits();
      whileFlyWorks(Duration.ofSeconds(1));
      var grant = waiting.isGranted();
      assertThat(grant.machine()).isEqualTo(holder.machine());
      assertThat(fly.leaseOf(grant.machine()).orElseThrow().nonce()).isNotEqualTo(before);
    }
  }
}
