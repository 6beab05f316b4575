package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.pool.PoolSupervisor.Reason;
import coordbfaas.pool.ScriptedWire.Verb;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A pool that is closed")
class PoolCloseTest extends PoolStory {
  @Test
  void endsOnceEveryMachineHasStopped() {
    opensAPoolThatIsUp(APool.of(3).keepingWarm(2));
    holdsAMachine().frees();
    isClosed();
    assertThat(hasEnded()).isFalse();
    fly.answersAll();
    assertThat(hasEnded()).isTrue();
    assertThat(fly.running()).isZero();
    assertThat(fly.machines()).isEqualTo(3);
  }

  @Test
  void endsAtOnceWithoutMachines() {
    opensAPoolThatIsUp(APool.of(3));
    isClosed();
    assertThat(hasEnded()).isTrue();
  }

  @Test
  void refusesThoseWhoWait() {
    opensAPoolThatIsUp(APool.of(1));
    holdsAMachine();
    var first = asks();
    var second = asks();
    isClosed();
    first.isRefused(Reason.CLOSING);
    second.isRefused(Reason.CLOSING);
  }

  @Test
  void refusesThoseWhoCome() {
    opensAPoolThatIsUp(APool.of(1).keepingWarm(1));
    isClosed();
    asks().isRefused(Reason.CLOSING);
  }

  @Test
  void refusesEachOnce() {
    opensAPoolThatIsUp(APool.of(1));
    holdsAMachine();
    var waiting = asks();
    isClosed();
    waiting.isRefused(Reason.CLOSING);
    isClosed();
    time.passes(Duration.ofMinutes(1));
    waiting.waits();
  }

  @Test
  void stopsWhatIsCreatedMeanwhile() {
    opensAPool(APool.of(2).keepingWarm(2));
    isClosed();
    fly.answersAll();
    assertThat(hasEnded()).isTrue();
    assertThat(fly.running()).isZero();
  }

  @Test
  void createsAndBootsNothingAnyMore() {
    opensAPoolThatIsUp(APool.of(2).keepingWarm(1));
    var holder = holdsAMachine();
    isClosed();
    holder.frees();
    assertThat(wire.open()).extracting(ScriptedWire.Call::verb).containsOnly(Verb.STOP);
    fly.answersAll();
    assertThat(hasEnded()).isTrue();
    assertThat(wire.created()).isEqualTo(2);
    assertThat(fly.running()).isZero();
  }

  @Test
  void createsNothingAfterACreateThatFailed() {
    opensAPool(APool.of(1).keepingWarm(1));
    wire.open(Verb.CREATE).isRejected(422, "no room");
    isClosed();
    assertThat(hasEnded()).isTrue();
    time.passes(Duration.ofMinutes(1));
    assertThat(wire.open()).isEmpty();
  }

  @Test
  void leavesNothingRunningThatALostCreateMade() {
    opensAPool(APool.of(1).keepingWarm(1));
    fly.carriesOutInSilence(wire.open(Verb.CREATE));
    assertThat(fly.running()).isEqualTo(1);
    isClosed();
    assertThat(hasEnded()).isFalse();
    fly.answersAll();
    assertThat(hasEnded()).isTrue();
    assertThat(fly.running()).isZero();
    assertThat(wire.created()).isEqualTo(2);
    assertThat(fly.machines()).isEqualTo(1);
  }

  @Test
  void stopsAMachineWhoseGrantWasNotFreed() {
    opensAPoolThatIsUp(APool.of(1));
    holdsAMachine();
    isClosed();
    fly.answersAll();
    assertThat(hasEnded()).isTrue();
    assertThat(fly.running()).isZero();
  }
}
