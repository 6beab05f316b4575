package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.HashSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A warm worker is asked now and then whether it is well: that keeps it from ending itself, and shows one that is not itself. */
@DisplayName("A warm worker machine that is probed")
class WorkerMachineProbesTest extends MachineStory {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Nested
  @DisplayName("at its time")
  class AtItsTime {
    @Test
    void isSoEachTimeThatAllMachinesAreListed() {
      pool = pool.cleaningEach(Duration.ofSeconds(20));
      isWarm();
      assertThat(untilTheNext(Verb.HEALTH)).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void isSoEachLeaseTimeIfThatIsLess() {
      pool = pool.leasingFor(Duration.ofSeconds(30)).renewing(Duration.ofHours(1));
      isWarm();
      var begin = time.steady();
      for (var renewals = 0; renewals < 5; renewals++) {
        untilTheNext(Verb.REFRESH);
        wire.open(Verb.REFRESH).isAnswered(aLease(NONCE, SELF));
      }
      untilTheNext(Verb.HEALTH);
      assertThat(Duration.between(begin, time.steady())).isEqualTo(Duration.ofSeconds(30));
    }

    /** Goal: machines that were booted together are not asked together. */
    @Test
    void isSoSomewhereInItsLastQuarter() {
      var pauses = new HashSet<Duration>();
      for (var seed = 0; seed < 20; seed++) {
        chance = new SplittableRandom(seed);
        isWarm();
        var pause = untilTheNext(Verb.HEALTH);
        assertThat(pause).isBetween(MINUTE.multipliedBy(3).dividedBy(4), MINUTE.plusMillis(50));
        pauses.add(pause);
        isGranted(aRequest());
        wire.open(Verb.HEALTH).isLost();
        wire.forgetsTheAnswered();
        leavesNoTimers();
      }
      assertThat(pauses).hasSizeGreaterThan(15);
    }

    @Test
    void isNotAskedInItsRun() {
      isAllocated();
      time.passes(APool.REQUEST_TIME);
      waitsFor();
    }
  }

  @Nested
  @DisplayName("and answers")
  class AndAnswers {
    /** Goal: a worker's word proves no boot. One that tells of another boot than ours gets no run. */
    @Test
    void ofAnotherBootGetsNoRun() {
      isProbed();
      workerSaysItIsIn("a boot that never was");
      isBeingDestroyed();
    }

    @Test
    void forAnotherMachineGetsNoRun() {
      isProbed();
      wire.open(Verb.HEALTH).isAnswered(new WorkerHealth.Healthy("m2", "boot-1"));
      isBeingDestroyed();
    }

    @Test
    void asItShouldIsAskedAgainLater() {
      isProbed();
      isWell();
      changesNothing();
      assertThat(untilTheNext(Verb.HEALTH)).isEqualTo(MINUTE);
    }

    @Test
    void whenItIsGrantedAlreadyIsNotDisturbed() {
      isProbed();
      isGranted(aRequest());
      workerSaysItIsIn("a boot that never was");
      changesNothing();
      waitsFor();
    }

    @Test
    void inTheNextBootOnlyIsNotBelieved() {
      isProbed();
      var late = wire.open(Verb.HEALTH);
      isFreed(isGranted(aRequest()));
      stops();
      tellsThePool(Use.COLD);
      boots();
      late.isAnswered(new WorkerHealth.Healthy("m1", "boot-1"));
      changesNothing();
      saysItIsHealthy();
      tellsThePool(Use.WARM);
    }
  }

  @Nested
  @DisplayName("and does not answer")
  class AndDoesNotAnswer {
    @Test
    void isAskedAgainSoonAndGivenUpAfterThree() {
      isProbed();
      isUnwell();
      changesNothing();
      assertThat(untilTheNext(Verb.HEALTH)).isEqualTo(Duration.ofSeconds(1));
      isUnwell();
      untilTheNext(Verb.HEALTH);
      changesNothing();
      isUnwell();
      isBeingDestroyed();
    }

    @Test
    void countsOnlyWhatComesInARow() {
      isProbed();
      for (var probes = 0; probes < 3; probes++) {
        isUnwell();
        untilTheNext(Verb.HEALTH);
        isUnwell();
        untilTheNext(Verb.HEALTH);
        isWell();
        untilTheNext(Verb.HEALTH);
      }
      changesNothing();
    }

    @Test
    void isGrantedAllTheSameUntilItIsGivenUp() {
      isProbed();
      isUnwell();
      isGranted(aRequest());
    }
  }

  private void isProbed() {
    isWarm();
    untilTheNext(Verb.HEALTH);
  }

  private void isWell() {
    workerSaysItIsIn("boot-1");
  }

  private void isUnwell() {
    wire.open(Verb.HEALTH).fails(new IllegalStateException("not healthy: 503"));
  }
}
