package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.HostStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Without a call of anybody's")
class MishapsTest {
  private RuledFly fly = new RuledFly();

  @Nested
  @DisplayName("a launch fails")
  class LaunchFails {
    @Test
    void ofANewMachineWhichIsFailedAfterAWhile() {
      var machine = fly.aCreated("worker-p-0");
      fly.rules.failLaunch(machine);
      fly.news(fly.rules.launched(machine, 1, fly.now));
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.CREATED, MachineStatus.LAUNCH_FAILED, "launch-failed"),
          new Effect.Settle(machine, 1, Duration.ZERO));
      fly.news(fly.rules.settled(machine, 1, fly.now));
      assertThat(fly.state(machine)).isEqualTo("failed");
    }

    @Test
    void ofANewMachineWhichIsDestroyedIfItWasToDestroyItself() {
      var body = "{\"config\":{\"image\":\"w\",\"auto_destroy\":true}}";
      var machine = fly.call(Action.CREATE).body(body).is(200).path("id").asText();
      fly.rules.failLaunch(machine);
      fly.rules.launched(machine, 1, fly.now);
      fly.rules.settled(machine, 1, fly.now);
      fly.on(machine, Action.GET).refused(404);
    }

    @Test
    void ofAStoppedMachineOnce() {
      var machine = fly.aStopped("worker-p-0");
      fly.rules.failLaunch(machine);
      fly.on(machine, Action.START).is(200);
      fly.news(fly.rules.launched(machine, 2, fly.now));
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.STARTING, MachineStatus.FAILED, "launch-failed"));
      assertThat(fly.on(machine, Action.START).is(200).path("previous_state").asText()).isEqualTo("failed");
      fly.boots(machine, 3);
      assertThat(fly.state(machine)).isEqualTo("started");
    }
  }

  @Nested
  @DisplayName("a host is not well")
  class HostNotWell {
    private final String machine = fly.aStarted("worker-p-0");

    @Test
    void soThatTheConfigurationIsIncomplete() {
      for (var status : List.of(HostStatus.UNKNOWN, HostStatus.UNREACHABLE)) {
        fly.rules.hostStatus(machine, status, fly.now);
        for (var told : List.of(fly.on(machine, Action.GET).is(200), fly.call(Action.LIST).is(200).get(0))) {
          assertThat(told.path("host_status").asText()).isEqualTo(status.word());
          assertThat(told.has("config")).isFalse();
          assertThat(told.path("incomplete_config").path("image").asText()).isEqualTo("worker:1");
        }
      }
      fly.rules.hostStatus(machine, HostStatus.OK, fly.now);
      assertThat(fly.on(machine, Action.GET).is(200).has("incomplete_config")).isFalse();
    }

    @Test
    void soThatNothingCanBeChanged() {
      fly.rules.hostStatus(machine, HostStatus.UNREACHABLE, fly.now);
      for (var action : List.of(Action.START, Action.STOP, Action.SUSPEND, Action.RESTART, Action.UPDATE, Action.DESTROY,
          Action.SIGNAL, Action.CORDON, Action.UNCORDON, Action.LEASE_ACQUIRE, Action.LEASE_RELEASE))
        assertThat(fly.on(machine, action).with("force", "true").refused(412))
            .isEqualTo("failed_precondition: the machine's host is unreachable");
      assertThat(fly.state(machine)).isEqualTo("started");
      fly.on(machine, Action.WAIT).is(200);
    }
  }

  @Nested
  @DisplayName("a destroyed machine")
  class Destroyed {
    @Test
    void isShownForAWhile() {
      fly = new Decisions().showsTheDestroyedFor(Duration.ofSeconds(3)).fly();
      var machine = fly.aStarted("worker-p-0", ",\"lease_ttl\":30");
      var nonce = fly.on(machine, Action.LEASE_READ).is(200).path("data").path("nonce").asText();
      fly.on(machine, Action.DESTROY).with("force", "true").nonce(nonce).is(200);
      assertThat(fly.state(machine)).isEqualTo("destroying");
      fly.ends(machine, 1);
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.DESTROYING, MachineStatus.DESTROYED, "destroyed"),
          new Effect.Released(machine, 1, "destroyed"));
      fly.timePasses(Duration.ofMillis(2999));
      assertThat(fly.state(machine)).isEqualTo("destroyed");
      assertThat(fly.on(machine, Action.WAIT).with("state", "destroyed").is(200).path("ok").asBoolean()).isTrue();
      fly.timePasses(Duration.ofMillis(1));
      fly.on(machine, Action.GET).refused(404);
    }

    @Test
    void isListedIfItIsAskedFor() {
      var machine = fly.aStarted("worker-p-0");
      var other = fly.aCreated("worker-p-1");
      fly.destroy(machine, 1);
      assertThat(RuledFly.ids(fly.call(Action.LIST).is(200))).containsExactly(other);
      assertThat(RuledFly.ids(fly.call(Action.LIST).with("include_deleted", "true").is(200))).containsExactly(machine, other);
      assertThat(RuledFly.ids(fly.call(Action.LIST).with("include_deleted", "true").with("state", "destroyed").is(200)))
          .containsExactly(machine);
    }

    @Test
    void isForgottenWhenManyMoreAre() {
      for (var number = 0; number < 105; number++) fly.destroy(fly.aCreated("worker-p-0"), 1);
      var last = fly.aCreated("worker-p-0");
      assertThat(RuledFly.ids(fly.call(Action.LIST).with("include_deleted", "true").is(200))).hasSize(101).contains(last);
    }
  }

  @Nested
  @DisplayName("reads lag behind")
  class ReadsLag {
    private static final Duration LAG = Duration.ofSeconds(2);

    @Test
    void soThatANewMachineIsNotFoundYet() {
      fly.rules.readLag(LAG, fly.now);
      fly.timePasses(Duration.ofSeconds(10));
      var machine = fly.aCreated("worker-p-0");
      fly.timePasses(LAG.minusMillis(1));
      fly.on(machine, Action.GET).refused(404);
      assertThat(fly.call(Action.LIST).is(200)).isEmpty();
      fly.on(machine, Action.LEASE_READ).refused(404);
      assertThat(fly.on(machine, Action.METADATA_READ).is(200)).as("what is not get or list").isEmpty();
      fly.timePasses(Duration.ofMillis(1));
      fly.on(machine, Action.GET).is(200);
      assertThat(fly.call(Action.LIST).is(200)).hasSize(1);
    }

    @Test
    void soThatAStateIsToldThatIsOver() {
      var machine = fly.aStarted("worker-p-0");
      fly.rules.readLag(LAG, fly.now);
      fly.timePasses(Duration.ofSeconds(1));
      fly.on(machine, Action.STOP).is(200);
      fly.timePasses(Duration.ofSeconds(1));
      fly.ends(machine, 1);
      assertThat(fly.state(machine)).isEqualTo("started");
      fly.timePasses(Duration.ofSeconds(1));
      assertThat(fly.state(machine)).isEqualTo("stopping");
      fly.timePasses(Duration.ofSeconds(1));
      assertThat(fly.state(machine)).isEqualTo("stopped");
    }

    @Test
    void untilTheyDoNotAnyMore() {
      var machine = fly.aStarted("worker-p-0");
      fly.rules.readLag(LAG, fly.now);
      fly.on(machine, Action.STOP).is(200);
      assertThat(fly.state(machine)).isEqualTo("started");
      fly.rules.readLag(Duration.ZERO, fly.now);
      assertThat(fly.state(machine)).isEqualTo("stopping");
    }

    @Test
    void soThatADestroyedMachineIsStillThere() {
      var machine = fly.aStarted("worker-p-0");
      fly.rules.readLag(LAG, fly.now);
      fly.timePasses(Duration.ofSeconds(1));
      fly.destroy(machine, 1);
      assertThat(fly.state(machine)).isEqualTo("started");
      fly.timePasses(LAG);
      fly.on(machine, Action.GET).refused(404);
    }
  }

  @Test
  void nothingBefallsAMachineThatIsUnknown() {
    var machine = "0123456789abcd";
    assertThat(fly.rules.die(machine, fly.now)).isEmpty();
    assertThat(fly.rules.expireLease(machine, fly.now)).isEmpty();
    assertThat(fly.rules.stealLease(machine, fly.now)).isEmpty();
    fly.rules.loseSnapshot(machine);
    fly.rules.failLaunch(machine);
    fly.rules.hostStatus(machine, HostStatus.UNKNOWN, fly.now);
    assertThat(fly.rules.isCordoned(machine)).isFalse();
  }
}
