package coordbfaas.localfly.rules;

import static coordbfaas.localfly.rules.OpenQuestions.GUESSED;
import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A started machine")
class StopRulesTest {
  private final RuledFly fly = new RuledFly(new Delays(ZERO, Duration.ofMillis(700), ZERO, ZERO, ZERO, ZERO), GUESSED);

  private String aStarted(String config) {
    var body = "{\"config\":{\"image\":\"w\"%s}}".formatted(config);
    var machine = fly.call(Action.CREATE).body(body).is(200).path("id").asText();
    fly.boots(machine, 1);
    return machine;
  }

  @Nested
  @DisplayName("that is restarted")
  class Restarted {
    private final String machine = aStarted("");

    @Test
    void bootsAgainOnceItsBootIsGone() {
      assertThat(fly.on(machine, Action.RESTART).is(200)).isEqualTo(RuledFly.json("{\"ok\":true}"));
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STARTED, MachineStatus.RESTARTING, "restart"),
          new Effect.Shutdown(machine, 1, Duration.ofSeconds(5)));
      fly.ends(machine, 1);
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.RESTARTING, MachineStatus.STARTING, "restarted"),
          new Effect.Launch(machine, 2, Duration.ofMillis(700)));
    }

    @Test
    void isKilledAfterTheTimeoutThatTheCallNames() {
      killedAfter(Duration.ofSeconds(7), fly.on(machine, Action.RESTART).with("timeout", "7"));
      killedAfter(Duration.ofMillis(1500), fly.on(aStarted(""), Action.RESTART).with("timeout", "1.5s"));
      killedAfter(ZERO, fly.on(aStarted(""), Action.RESTART).with("force_stop", "true").with("timeout", "7"));
      killedAfter(ZERO, fly.on(aStarted(""), Action.RESTART).with("signal", "SIGKILL"));
      killedAfter(Duration.ofSeconds(5), fly.on(aStarted(""), Action.RESTART).with("signal", "SIGINT"));
    }

    private void killedAfter(Duration timeout, RuledFly.Request restart) {
      restart.is(200);
      assertThat(fly.wanted()).hasSize(1).first().isInstanceOfSatisfying(Effect.Shutdown.class,
          shutdown -> assertThat(shutdown.killAfter()).isEqualTo(timeout));
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
      fly.on(machine, Action.RESTART).with("timeout", "soon").refused(400);
      fly.on(machine, Action.RESTART).with("signal", "SIGWINCH").refused(400);
      assertThat(fly.state(machine)).isEqualTo("started");
    }

    @Test
    void mayBeStoppedOnItsWay() {
      fly.on(machine, Action.RESTART).is(200);
      fly.on(machine, Action.STOP).is(200);
      fly.ends(machine, 1);
      assertThat(fly.state(machine)).isEqualTo("stopped");
    }
  }

  @Nested
  @DisplayName("that gets a signal")
  class Signalled {
    private final String machine = aStarted(",\"restart\":{\"policy\":\"no\"}");

    private void send(String signal) {
      fly.on(machine, Action.SIGNAL).body("{\"signal\":\"" + signal + "\"}").is(200);
    }

    @Test
    void stopsOnlyWhenItsMainProcessEnds() {
      send("SIGTERM");
      assertThat(fly.effects).containsExactly(new Effect.Shutdown(machine, 1, Duration.ofHours(1)));
      assertThat(fly.state(machine)).isEqualTo("started");
      fly.ends(machine, 1);
      assertThat(fly.state(machine)).isEqualTo("stopped");
    }

    @Test
    void isKilledBySigkill() {
      send("SIGKILL");
      assertThat(fly.effects).containsExactly(new Effect.Shutdown(machine, 1, ZERO));
    }

    @Test
    void doesNotCareForSignalsOfTheUser() {
      send("SIGUSR1");
      assertThat(fly.effects).isEmpty();
    }

    @Test
    void refusesSignalsThatFlyDoesNotSend() {
      for (var body : List.of("{}", "{\"signal\":\"SIGWINCH\"}", "{\"signal\":15}"))
        fly.on(machine, Action.SIGNAL).body(body).refused(400);
    }

    @Test
    void needsTheNonceOfTheLeaseUnlessFlyDoesNotCare() {
      var leased = fly.aStarted("worker-p-1", ",\"lease_ttl\":30");
      fly.on(leased, Action.SIGNAL).body("{\"signal\":\"SIGTERM\"}").refused(409);
      var careless = new Decisions().fencesNoSignal().fly();
      var other = careless.aStarted("worker-p-1", ",\"lease_ttl\":30");
      careless.on(other, Action.SIGNAL).body("{\"signal\":\"SIGTERM\"}").is(200);
    }
  }

  @Nested
  @DisplayName("whose main process ends by itself")
  class Died {
    private void dies(String machine, long boot) {
      fly.news(fly.rules.die(machine, fly.now));
      assertThat(fly.effects).containsExactly(new Effect.Shutdown(machine, boot, ZERO));
      assertThat(fly.state(machine)).isEqualTo("started");
      fly.ends(machine, boot);
    }

    @Test
    void stopsIfItIsNotToBeRestarted() {
      var machine = aStarted(",\"restart\":{\"policy\":\"no\"}");
      dies(machine, 1);
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STARTED, MachineStatus.STOPPED, "exited"));
      var exit = fly.on(machine, Action.EVENTS).is(200).get(0);
      assertThat(exit.path("type").asText()).isEqualTo("exit");
      assertThat(exit.path("status").asText()).isEqualTo("stopped");
      assertThat(exit.at("/request/exit_event/exit_code").asInt()).isEqualTo(137);
      assertThat(exit.at("/request/exit_event/guest_signal").asInt()).isEqualTo(9);
      assertThat(exit.at("/request/exit_event/requested_stop").asBoolean()).isFalse();
      assertThat(exit.at("/request/restart_count").asInt()).isZero();
    }

    @Test
    void bootsAgainAfterAWhileIfItFailedAndNothingElseWasSaid() {
      var machine = aStarted("");
      dies(machine, 1);
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STARTED, MachineStatus.RESTARTING, "exited"),
          new Effect.Settle(machine, 1, Duration.ofSeconds(1)));
      fly.news(fly.rules.settled(machine, 1, fly.now));
      assertThat(fly.wanted()).containsExactly(new Effect.Launch(machine, 2, Duration.ofMillis(700)));
    }

    @Test
    void bootsAgainSoManyTimesOnly() {
      var machine = aStarted(",\"restart\":{\"policy\":\"on-failure\",\"max_retries\":2}");
      for (var boot = 1; boot <= 2; boot++) {
        dies(machine, boot);
        fly.news(fly.rules.settled(machine, boot, fly.now));
        fly.boots(machine, boot + 1);
      }
      dies(machine, 3);
      assertThat(fly.state(machine)).isEqualTo("stopped");
      fly.on(machine, Action.START).is(200);
      fly.boots(machine, 4);
      dies(machine, 4);
      assertThat(fly.state(machine)).as("counted anew").isEqualTo("restarting");
    }

    @Test
    void stopsIfItDidNotFail() {
      var machine = aStarted(",\"restart\":{\"policy\":\"on-failure\"}");
      fly.ends(machine, 1);
      assertThat(fly.state(machine)).isEqualTo("stopped");
      assertThat(fly.on(machine, Action.EVENTS).is(200).get(0).at("/request/exit_event/exit_code").asInt()).isZero();
    }

    @Test
    void bootsAgainWhateverItsEndIfThatIsItsPolicy() {
      var machine = aStarted(",\"restart\":{\"policy\":\"always\"}");
      fly.ends(machine, 1);
      assertThat(fly.state(machine)).isEqualTo("restarting");
    }

    @Test
    void isDestroyedIfItWasToDestroyItself() {
      var machine = aStarted(",\"auto_destroy\":true");
      fly.ends(machine, 1);
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STARTED, MachineStatus.DESTROYING, "auto-destroy"),
          new Effect.Settle(machine, 1, ZERO));
      fly.news(fly.rules.settled(machine, 1, fly.now));
      fly.on(machine, Action.GET).refused(404);
    }

    @Test
    void isDestroyedAfterAStopTooIfItWasToDestroyItself() {
      var machine = aStarted(",\"auto_destroy\":true");
      fly.on(machine, Action.STOP).is(200);
      fly.ends(machine, 1);
      fly.news(fly.rules.settled(machine, 1, fly.now));
      fly.on(machine, Action.GET).refused(404);
    }

    @Test
    void hasNoneUnlessItRuns() {
      assertThat(fly.rules.die(fly.aStopped("worker-p-0"), fly.now)).isEmpty();
      assertThat(fly.rules.die(fly.aCreated("worker-p-1"), fly.now)).isEmpty();
      assertThat(fly.rules.die("0123456789abcd", fly.now)).isEmpty();
    }
  }

  @Test
  void getsNoRequestsByChanceWhileItIsCordoned() {
    var machine = aStarted("");
    assertThat(fly.on(machine, Action.CORDON).is(200)).isEqualTo(RuledFly.json("{\"ok\":true}"));
    assertThat(fly.rules.isCordoned(machine)).isTrue();
    assertThat(fly.rules.isStarted(machine)).isTrue();
    fly.on(machine, Action.UNCORDON).is(200);
    assertThat(fly.rules.isCordoned(machine)).isFalse();
  }

  @Test
  void mayBeStoppedBeforeItsLaunchOnAFlyThatTakesThat() {
    var taking = new Decisions().stopsWhatIsCreated().fly();
    var machine = taking.aCreated("worker-p-0");
    taking.on(machine, Action.STOP).is(200);
    taking.ends(machine, 1);
    assertThat(taking.state(machine)).isEqualTo("stopped");
    assertThat(taking.rules.launched(machine, 1, taking.now)).isEmpty();
  }
}
