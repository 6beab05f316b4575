package coordbfaas.localfly.rules;

import static coordbfaas.localfly.rules.OpenQuestions.GUESSED;
import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A machine that is suspended")
class SuspendRulesTest {
  private static final Duration SUSPEND = Duration.ofSeconds(2);
  private static final Duration RESUME = Duration.ofMillis(300);
  private static final Duration START = Duration.ofMillis(700);

  private final RuledFly fly = new RuledFly(new Delays(ZERO, START, RESUME, ZERO, SUSPEND, ZERO), GUESSED);

  private String aSuspending() {
    var machine = fly.aStarted("worker-p-0");
    fly.on(machine, Action.SUSPEND).is(200);
    return machine;
  }

  private String aSuspended() {
    var machine = aSuspending();
    fly.news(fly.rules.settled(machine, 1, fly.now));
    return machine;
  }

  @Test
  void isFrozenAtOnceAndSuspendedAfterAWhile() {
    var machine = fly.aStarted("worker-p-0");
    assertThat(fly.on(machine, Action.SUSPEND).is(200)).isEqualTo(RuledFly.json("{\"ok\":true}"));
    assertThat(fly.effects).containsExactly(
        new Effect.Changed(machine, MachineStatus.STARTED, MachineStatus.SUSPENDING, "suspend"),
        new Effect.Freeze(machine, 1), new Effect.Settle(machine, 1, SUSPEND));
    assertThat(fly.rules.isStarted(machine)).isFalse();
    fly.news(fly.rules.settled(machine, 1, fly.now));
    assertThat(fly.effects).containsExactly(
        new Effect.Changed(machine, MachineStatus.SUSPENDING, MachineStatus.SUSPENDED, "suspended"));
  }

  @Test
  void comesBackInTheSameBoot() {
    var machine = aSuspended();
    var version = fly.version(machine);
    assertThat(fly.on(machine, Action.START).is(200).path("previous_state").asText()).isEqualTo("suspended");
    assertThat(fly.effects).containsExactly(
        new Effect.Changed(machine, MachineStatus.SUSPENDED, MachineStatus.STARTING, "start"),
        new Effect.Launch(machine, 1, RESUME));
    fly.news(fly.rules.launched(machine, 1, fly.now));
    assertThat(fly.effects).containsExactly(new Effect.Thaw(machine, 1),
        new Effect.Changed(machine, MachineStatus.STARTING, MachineStatus.STARTED, "resumed"));
    assertThat(fly.rules.isStarted(machine)).isTrue();
    assertThat(fly.version(machine)).isEqualTo(version);
  }

  @Test
  void mayBeSuspendedAgain() {
    var machine = aSuspended();
    fly.on(machine, Action.START).is(200);
    fly.news(fly.rules.launched(machine, 1, fly.now));
    fly.on(machine, Action.SUSPEND).is(200);
    assertThat(fly.wanted()).contains(new Effect.Freeze(machine, 1));
  }

  @Test
  void comesUpAgainBeforeItWasDown() {
    var machine = aSuspending();
    assertThat(fly.on(machine, Action.START).is(200).path("previous_state").asText()).isEqualTo("suspending");
    assertThat(fly.rules.settled(machine, 1, fly.now)).as("what was left of the suspension").isEmpty();
    fly.news(fly.rules.launched(machine, 1, fly.now));
    assertThat(fly.state(machine)).isEqualTo("started");
  }

  @Test
  void losesItsSnapshotWhenItIsStopped() {
    var machine = aSuspended();
    fly.on(machine, Action.STOP).is(200);
    assertThat(fly.wanted()).containsExactly(new Effect.Shutdown(machine, 1, ZERO));
    fly.ends(machine, 1);
    assertThat(fly.state(machine)).isEqualTo("stopped");
    fly.on(machine, Action.START).is(200);
    assertThat(fly.wanted()).containsExactly(new Effect.Launch(machine, 2, START));
  }

  @Test
  void isKilledByAStopWhileItIsResumed() {
    var machine = aSuspended();
    fly.on(machine, Action.START).is(200);
    fly.on(machine, Action.STOP).is(200);
    assertThat(fly.wanted()).containsExactly(new Effect.Shutdown(machine, 1, ZERO));
    assertThat(fly.rules.launched(machine, 1, fly.now)).isEmpty();
    fly.ends(machine, 1);
    assertThat(fly.state(machine)).isEqualTo("stopped");
  }

  @Test
  void isKilledWhenFlyCloses() {
    var machine = aSuspended();
    assertThat(fly.rules.close(fly.now)).contains(new Effect.Shutdown(machine, 1, ZERO));
  }

  @Test
  void isDestroyedWithoutForce() {
    fly.on(aSuspended(), Action.DESTROY).is(200);
    var suspending = fly.aStarted("worker-p-1");
    fly.on(suspending, Action.SUSPEND).is(200);
    fly.on(suspending, Action.DESTROY).refused(412);
  }

  @Test
  void needsTheNonceOfTheLease() {
    var machine = fly.aStarted("worker-p-0", ",\"lease_ttl\":30");
    assertThat(fly.on(machine, Action.SUSPEND).refused(409)).contains("lease currently held by");
  }

  @Test
  void wasStarted() {
    var starting = fly.aStopped("worker-p-0");
    fly.on(starting, Action.START).is(200);
    var stopped = fly.aStopped("worker-p-1");
    for (var machine : List.of(starting, stopped, fly.aCreated("worker-p-2")))
      assertThat(fly.on(machine, Action.SUSPEND).refused(412)).isEqualTo(
          "failed_precondition: unable to suspend machine from current state: '" + fly.state(machine) + "'");
  }

  @Nested
  @DisplayName("and loses its snapshot")
  class WithoutSnapshot {
    private void bootsInstead(String machine) {
      fly.ends(machine, 1);
      assertThat(fly.effects).containsExactly(new Effect.Launch(machine, 2, START));
      fly.boots(machine, 2);
      assertThat(fly.state(machine)).isEqualTo("started");
    }

    @Test
    void bootsOnceWhatIsLeftOfItsBootIsGone() {
      var machine = aSuspended();
      fly.rules.loseSnapshot(machine);
      assertThat(fly.on(machine, Action.START).is(200).path("previous_state").asText()).isEqualTo("suspended");
      assertThat(fly.wanted()).containsExactly(new Effect.Shutdown(machine, 1, ZERO));
      bootsInstead(machine);
    }

    @Test
    void bootsEvenIfTheResumeHadBegun() {
      var machine = aSuspended();
      fly.on(machine, Action.START).is(200);
      fly.rules.loseSnapshot(machine);
      fly.news(fly.rules.launched(machine, 1, fly.now));
      assertThat(fly.effects).containsExactly(new Effect.Shutdown(machine, 1, ZERO));
      bootsInstead(machine);
    }

    @Test
    void bootsIfItsBasherEndedWhileItWasSuspended() {
      var machine = aSuspended();
      fly.ends(machine, 1);
      assertThat(fly.state(machine)).isEqualTo("suspended");
      fly.on(machine, Action.START).is(200);
      assertThat(fly.wanted()).containsExactly(new Effect.Launch(machine, 2, START));
      fly.boots(machine, 2);
      assertThat(fly.state(machine)).isEqualTo("started");
    }

    @Test
    void bootsIfItsBasherEndedWhileItWasResumed() {
      var machine = aSuspended();
      fly.on(machine, Action.START).is(200);
      bootsInstead(machine);
    }

    @Test
    void keepsTheNextOne() {
      var machine = aSuspended();
      fly.rules.loseSnapshot(machine);
      fly.on(machine, Action.START).is(200);
      bootsInstead(machine);
      fly.on(machine, Action.SUSPEND).is(200);
      fly.on(machine, Action.START).is(200);
      assertThat(fly.wanted()).containsExactly(new Effect.Launch(machine, 2, RESUME));
    }
  }

  @Test
  void stopsIfItsBasherEndsBeforeItIsSuspended() {
    var machine = aSuspending();
    fly.ends(machine, 1);
    assertThat(fly.state(machine)).isEqualTo("stopped");
    assertThat(fly.rules.settled(machine, 1, fly.now)).isEmpty();
  }
}
