package coordbfaas.localfly.rules;

import static coordbfaas.localfly.rules.OpenQuestions.GUESSED;
import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A local machine")
class LifeRulesTest {
  private static final String STILL_ACTIVE = "failed_precondition: machine still active, refusing to start";

  private RuledFly fly = new RuledFly();

  @Nested
  @DisplayName("when created")
  class WhenCreated {
    private final String machine = fly.aCreated("worker-p-0");

    @Test
    void isStartingOnceItsLaunchBegan() {
      fly.news(fly.rules.launched(machine, 1, fly.now));
      assertThat(fly.state(machine)).isEqualTo("starting");
      fly.news(fly.rules.booted(machine, 1, fly.now));
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STARTING, MachineStatus.STARTED, "booted"));
      assertThat(fly.rules.isStarted(machine)).isTrue();
    }

    @Test
    void refusesToStartOrStop() {
      assertThat(fly.on(machine, Action.START).refused(412))
          .isEqualTo("failed_precondition: unable to start machine from current state: 'created'");
      fly.on(machine, Action.STOP).refused(412);
    }

    @Test
    void isLaunchedAfterTheDelayOfACreate() {
      fly = new RuledFly(new Delays(Duration.ofSeconds(3), ZERO, ZERO, ZERO, ZERO, ZERO), GUESSED);
      var slow = fly.aCreated("worker-p-0");
      assertThat(fly.effects).containsExactly(new Effect.Launch(slow, 1, Duration.ofSeconds(3)));
    }

    @Test
    void isDestroyedWithoutForce() {
      fly.on(machine, Action.DESTROY).is(200);
      assertThat(fly.rules.launched(machine, 1, fly.now)).isEmpty();
      fly.ends(machine, 1);
      fly.on(machine, Action.GET).refused(404);
    }
  }

  @Nested
  @DisplayName("when starting")
  class WhenStarting {
    private final String machine = aStarting();

    private String aStarting() {
      var stopped = fly.aStopped("worker-p-0");
      fly.on(stopped, Action.START).is(200);
      return stopped;
    }

    @Test
    void refusesAnotherStart() {
      assertThat(fly.on(machine, Action.START).refused(409)).isEqualTo("aborted: machine still attempting to start");
    }

    @Test
    void isStoppedBeforeItBooted() {
      fly.on(machine, Action.STOP).is(200);
      assertThat(fly.wanted()).containsExactly(new Effect.Shutdown(machine, 2, Duration.ofSeconds(5)));
      assertThat(fly.rules.launched(machine, 2, fly.now)).isEmpty();
      assertThat(fly.rules.booted(machine, 2, fly.now)).isEmpty();
      fly.ends(machine, 2);
      assertThat(fly.state(machine)).isEqualTo("stopped");
    }

    @Test
    void stopsIfItsBasherEnds() {
      fly.ends(machine, 2);
      assertThat(fly.state(machine)).isEqualTo("stopped");
    }

    @Test
    void ignoresNewsOfAnEarlierBoot() {
      assertThat(fly.rules.launched(machine, 1, fly.now)).isEmpty();
      assertThat(fly.rules.booted(machine, 1, fly.now)).isEmpty();
      assertThat(fly.rules.ended(machine, 1, fly.now)).isEmpty();
      assertThat(fly.state(machine)).isEqualTo("starting");
    }
  }

  @Nested
  @DisplayName("when started")
  class WhenStarted {
    private final String machine = fly.aStarted("worker-p-0");

    @Test
    void answersAStartWithItsState() {
      assertThat(fly.on(machine, Action.START).is(200))
          .isEqualTo(RuledFly.json("{\"previous_state\":\"started\",\"migrated\":false,\"new_host\":\"\"}"));
      assertThat(fly.effects).isEmpty();
    }

    @Test
    void isStoppingOnceAskedTo() {
      assertThat(fly.on(machine, Action.STOP).is(200)).isEqualTo(RuledFly.json("{\"ok\":true}"));
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STARTED, MachineStatus.STOPPING, "stop"),
          new Effect.Shutdown(machine, 1, Duration.ofSeconds(5)));
      assertThat(fly.state(machine)).isEqualTo("stopping");
      assertThat(fly.rules.isStarted(machine)).isFalse();
    }

    @Test
    void isKilledAfterTheTimeoutOfTheStop() {
      for (var stop : Map.of("{\"timeout\":\"1.5s\"}", 1500, "{\"timeout\":250000000}", 250, "{\"signal\":\"SIGINT\"}", 5000,
          "{\"signal\":\"SIGKILL\",\"timeout\":\"9s\"}", 0).entrySet()) {
        var stopped = fly.aStarted("worker-" + stop.getValue());
        fly.on(stopped, Action.STOP).body(stop.getKey()).is(200);
        assertThat(fly.wanted()).containsExactly(new Effect.Shutdown(stopped, 1, Duration.ofMillis(stop.getValue())));
      }
    }

    @Test
    void isKilledAfterTheTimeoutOfItsConfiguration() {
      var body = "{\"config\":{\"image\":\"w\",\"stop_config\":{\"timeout\":\"20s\"}}}";
      var patient = fly.call(Action.CREATE).body(body).is(200).path("id").asText();
      fly.boots(patient, 1);
      fly.on(patient, Action.STOP).is(200);
      assertThat(fly.wanted()).containsExactly(new Effect.Shutdown(patient, 1, Duration.ofSeconds(20)));
    }

    @Test
    void refusesAStopThatItDoesNotUnderstand() {
      for (var body : List.of("{\"timeout\":\"soon\"}", "{\"timeout\":true}", "{\"signal\":\"SIGWINCH\"}", "{\"signal\":9}"))
        fly.on(machine, Action.STOP).body(body).refused(400);
      assertThat(fly.state(machine)).isEqualTo("started");
    }

    @Test
    void stopsIfItsBasherEnds() {
      fly.ends(machine, 1);
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STARTED, MachineStatus.STOPPED, "exited"));
    }

    @Test
    void isDestroyedByForceOnly() {
      assertThat(fly.on(machine, Action.DESTROY).refused(412))
          .isEqualTo("failed_precondition: unable to destroy machine, not currently stopped, suspended, failed or created");
      fly.on(machine, Action.DESTROY).with("force", "true").is(200);
      assertThat(fly.wanted()).containsExactly(new Effect.Shutdown(machine, 1, Duration.ZERO));
      assertThat(fly.state(machine)).isEqualTo("destroying");
      fly.ends(machine, 1);
      fly.on(machine, Action.GET).refused(404);
      assertThat(fly.rules.ended(machine, 1, fly.now)).isEmpty();
    }
  }

  @Nested
  @DisplayName("when stopping")
  class WhenStopping {
    private final String machine = aStopping();

    private String aStopping() {
      var started = fly.aStarted("worker-p-0");
      fly.on(started, Action.STOP).is(200);
      return started;
    }

    @Test
    void refusesToStart() {
      assertThat(fly.on(machine, Action.START).refused(412)).isEqualTo(STILL_ACTIVE);
    }

    @Test
    void takesAnotherStopWithoutDoingMore() {
      fly.on(machine, Action.STOP).is(200);
      assertThat(fly.effects).isEmpty();
    }

    @Test
    void isStoppedOnceItsBasherIsGone() {
      fly.ends(machine, 1);
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STOPPING, MachineStatus.STOPPED, "ended"));
    }

    @Test
    void isDestroyedByForceOnly() {
      fly.on(machine, Action.DESTROY).refused(412);
      fly.on(machine, Action.DESTROY).with("force", "true").is(200);
    }
  }

  @Nested
  @DisplayName("when stopped")
  class WhenStopped {
    private final String machine = fly.aStopped("worker-p-0");

    @Test
    void isStartedUnderTheSameVersion() {
      var version = fly.version(machine);
      assertThat(fly.on(machine, Action.START).is(200).path("previous_state").asText()).isEqualTo("stopped");
      assertThat(fly.wanted()).containsExactly(new Effect.Launch(machine, 2, Duration.ZERO));
      fly.boots(machine, 2);
      assertThat(fly.state(machine)).isEqualTo("started");
      assertThat(fly.version(machine)).isEqualTo(version);
    }

    @Test
    void takesAnotherStop() {
      fly.on(machine, Action.STOP).is(200);
      assertThat(fly.effects).isEmpty();
    }

    @Test
    void isDestroyedWithoutForce() {
      fly.on(machine, Action.DESTROY).is(200);
      fly.ends(machine, 1);
      fly.on(machine, Action.GET).refused(404);
    }

    @Test
    void refusesToStartForAWhileIfFlyIsSlowToNotice() {
      fly = new RuledFly(new Delays(ZERO, ZERO, ZERO, ZERO, ZERO, Duration.ofMillis(300)), GUESSED);
      var slow = fly.aStopped("worker-p-0");
      fly.timePasses(Duration.ofMillis(299));
      assertThat(fly.on(slow, Action.START).refused(412)).isEqualTo(STILL_ACTIVE);
      fly.timePasses(Duration.ofMillis(1));
      fly.on(slow, Action.START).is(200);
    }
  }

  @Nested
  @DisplayName("on a slow Fly")
  class OnASlowFly {
    private final RuledFly slow = new RuledFly(
        new Delays(ZERO, Duration.ofMillis(300), ZERO, Duration.ofMillis(500), ZERO, ZERO), GUESSED);

    @Test
    void isStartingForAWhile() {
      var machine = aStoppedOne();
      slow.on(machine, Action.START).is(200);
      assertThat(slow.wanted()).containsExactly(new Effect.Launch(machine, 2, Duration.ofMillis(300)));
    }

    @Test
    void isStoppingForAWhileAfterItsBasherIsGone() {
      var machine = slow.aStarted("worker-p-0");
      slow.on(machine, Action.STOP).is(200);
      slow.ends(machine, 1);
      assertThat(slow.effects).containsExactly(new Effect.Settle(machine, 1, Duration.ofMillis(500)));
      assertThat(slow.state(machine)).isEqualTo("stopping");
      slow.news(slow.rules.settled(machine, 1, slow.now));
      assertThat(slow.state(machine)).isEqualTo("stopped");
    }

    @Test
    void isStoppingForAWhileIfItsBasherEndsByItself() {
      var machine = slow.aStarted("worker-p-0");
      slow.ends(machine, 1);
      assertThat(slow.wanted()).containsExactly(new Effect.Settle(machine, 1, Duration.ofMillis(500)));
      assertThat(slow.state(machine)).isEqualTo("stopping");
    }

    private String aStoppedOne() {
      var machine = slow.aStarted("worker-p-0");
      slow.ends(machine, 1);
      slow.news(slow.rules.settled(machine, 1, slow.now));
      return machine;
    }
  }
}
