package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.pool.PoolSupervisor.Reason;
import coordbfaas.pool.ScriptedWire.Verb;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who waits is served in order of arrival, refused in time, or has withdrawn. */
@DisplayName("A pool's queue")
class PoolQueueTest extends PoolStory {
  private static final Duration QUEUE_TIME = Duration.ofSeconds(5);

  @Nested
  @DisplayName("when it is full")
  class WhenItIsFull {
    @Test
    void refusesTheNextOne() {
      opensAPoolThatIsUp(APool.of(1).letting(2, QUEUE_TIME));
      holdsAMachine();
      asks().waits();
      asks().waits();
      asks().isRefused(Reason.QUEUE_FULL);
    }

    @Test
    void takesOneAgainOnceAnotherHasWithdrawn() {
      opensAPoolThatIsUp(APool.of(1).letting(2, QUEUE_TIME));
      holdsAMachine();
      asks().waits();
      asks().withdraws();
      asks().waits();
      asks().isRefused(Reason.QUEUE_FULL);
    }

    @Test
    void takesOneAgainOnceAnotherWasServed() {
      opensAPoolThatIsUp(APool.of(1).letting(1, QUEUE_TIME));
      var holder = holdsAMachine();
      asks();
      holder.frees();
      fly.answersAll();
      asks().waits();
    }

    @Test
    void tellsHowLongItMayTake() {
      opensAPoolThatIsUp(APool.of(1).letting(2, QUEUE_TIME));
      holdsAMachine();
      asks();
      asks();
      assertThat(asks().isRefused(Reason.QUEUE_FULL)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void tellsItFromHowLongGrantsTookAMachineFromOthers() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(1).letting(0, QUEUE_TIME));
      for (var i = 0; i < 50; i++) {
        var holder = holdsAMachine();
        time.passes(Duration.ofSeconds(7));
        holder.frees();
        fly.answersAll();
      }
      holdsAMachine();
      assertThat(asks().isRefused(Reason.QUEUE_FULL)).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));
    }
  }

  @Nested
  @DisplayName("when a request's time in it is over")
  class WhenTheTimeIsOver {
    @Test
    void refusesItThenAndNotBefore() {
      opensAPoolThatIsUp(APool.of(1));
      holdsAMachine();
      var waiting = asks();
      time.passes(QUEUE_TIME.minusMillis(1));
      waiting.waits();
      time.passes(Duration.ofMillis(1));
      waiting.isRefused(Reason.QUEUE_TIME_OVER);
    }

    @Test
    void forgetsIt() {
      opensAPoolThatIsUp(APool.of(1));
      var holder = holdsAMachine();
      var refused = asks();
      time.passes(QUEUE_TIME);
      refused.isRefused(Reason.QUEUE_TIME_OVER);
      var next = asks();
      holder.frees();
      fly.answersAll();
      refused.waits();
      next.isGranted();
    }

    @Test
    void letsItWaitOnWhileItsMachineIsOnItsWay() {
      opensAPool(APool.of(1));
      var waiting = asks();
      time.passes(QUEUE_TIME);
      waiting.waits();
      fly.answersAll();
      waiting.isGranted();
    }

    @Test
    void refusesThoseForWhomNoneIsOnItsWay() {
      opensAPool(APool.of(2));
      var first = asks();
      var second = asks();
      var third = asks();
      time.passes(QUEUE_TIME);
      first.waits();
      second.waits();
      third.isRefused(Reason.QUEUE_TIME_OVER);
    }

    @Test
    void refusesNobodyWhoWasServed() {
      opensAPoolThatIsUp(APool.of(1));
      var holder = holdsAMachine();
      time.passes(QUEUE_TIME);
      holder.waits();
    }
  }

  @Nested
  @DisplayName("when a request withdraws")
  class WhenARequestWithdraws {
    @Test
    void letsItGo() {
      opensAPoolThatIsUp(APool.of(1));
      var holder = holdsAMachine();
      var first = asks();
      var second = asks();
      first.withdraws();
      holder.frees();
      fly.answersAll();
      second.isGranted();
      time.passes(QUEUE_TIME);
      first.waits();
    }

    @Test
    void keepsTheMachineThatWasOnItsWayForTheNext() {
      opensAPool(APool.of(1));
      asks().withdraws();
      var next = asks();
      fly.answersAll();
      next.isGranted();
      assertThat(fly.machines()).isEqualTo(1);
    }

    @Test
    void doesNotMindThatItNeverAsked() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
      new Requester().withdraws();
      asks().isGranted();
    }
  }

  /** The pool learns late that a machine's lease is over, and has promised the machine by then. */
  @Nested
  @DisplayName("when a machine declines a request")
  class WhenAMachineDeclines {
    private final Duration usableFor = APool.of(1).leaseTtl().minus(APool.RESERVE);

    @Test
    void hasItWaitAgainBeforeTheOthers() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
      newsOfMachinesIsLate();
      time.passes(usableFor);
      var first = asks();
      var second = asks();
      newsOfMachinesArrives();
      first.waits();
      fly.answersAll();
      first.isGranted();
      second.waits();
    }

    @Test
    void givesItAnotherMachineThatIsWarm() {
      opensAPoolThatIsUp(APool.of(3).keepingWarm(2));
      time.passes(Duration.ofMinutes(1));
      holdsAMachine().frees(); // and a third machine, a minute younger, was warmed in the place of that
      fly.answersAll();
      newsOfMachinesIsLate();
      time.passes(usableFor.minusMinutes(1));
      var requester = asks();
      requester.waits();
      newsOfMachinesArrives();
      assertThat(requester.isGranted().name()).isEqualTo(new WorkerName("c1", 2));
    }

    @Test
    void refusesItInTimeAllTheSame() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
      newsOfMachinesIsLate();
      time.passes(usableFor);
      var requester = asks();
      time.passes(Duration.ofSeconds(2));
      newsOfMachinesArrives();
      wire.open(Verb.DESTROY).isLost(); // so the slot is not free
      time.passes(QUEUE_TIME.minusSeconds(2).minusMillis(1));
      requester.waits();
      time.passes(Duration.ofMillis(1));
      requester.isRefused(Reason.QUEUE_TIME_OVER);
    }

    @Test
    void refusesItWhenThePoolWasClosedMeanwhile() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
      newsOfMachinesIsLate();
      time.passes(usableFor);
      var requester = asks();
      isClosed();
      newsOfMachinesArrives();
      requester.isRefused(Reason.CLOSING);
    }
  }

  @Nested
  @DisplayName("when a request wants what is idle or nothing")
  class WhenARequestWantsWhatIsIdle {
    @Test
    void grantsIt() {
      opensAPoolThatIsUp(APool.of(2).keepingWarm(2));
      asksForOneThatIsIdle().isGranted();
      asksForOneThatIsIdle().isGranted();
    }

    @Test
    void refusesItAtOnceWhenAllAreTaken() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
      var holder = holdsAMachine();
      asksForOneThatIsIdle().isRefused(Reason.NOT_IDLE);
      holder.frees();
      asksForOneThatIsIdle().isRefused(Reason.NOT_IDLE);
      fly.answersAll();
      asksForOneThatIsIdle().isGranted();
    }

    @Test
    void letsItWaitForTheBootOfAnIdleMachineThatIsCold() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(0));
      asksForOneThatIsIdle().isRefused(Reason.NOT_IDLE);
      holdsAMachine().frees();
      fly.answersAll();
      var requester = asksForOneThatIsIdle();
      requester.waits();
      asksForOneThatIsIdle().isRefused(Reason.NOT_IDLE);
      fly.answersAll();
      requester.isGranted();
    }

    @Test
    void countsWhatThoseWhoWaitWillGetAsTaken() {
      opensAPoolThatIsUp(APool.of(1).keepingWarm(1).letting(0, QUEUE_TIME));
      holdsAMachine();
      asksForOneThatIsIdle().isRefused(Reason.NOT_IDLE);
      asks().isRefused(Reason.QUEUE_FULL);
    }
  }
}
