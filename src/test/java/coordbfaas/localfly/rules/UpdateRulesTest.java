package coordbfaas.localfly.rules;

import static coordbfaas.localfly.rules.OpenQuestions.GUESSED;
import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An update")
class UpdateRulesTest {
  private static final String CONFIG = "\"config\":{\"image\":\"worker:2\",\"env\":{\"K\":\"v2\"},\"metadata\":{\"k\":\"v2\"}}";

  private RuledFly fly = new RuledFly();

  private RuledFly.Request update(String machine, String... more) {
    return fly.on(machine, Action.UPDATE).body("{" + CONFIG + String.join("", more) + "}");
  }

  @Test
  void replacesTheWholeConfigurationUnderANewVersion() {
    var machine = fly.call(Action.CREATE).body("""
        {"config":{"image":"worker:1","auto_destroy":false,"env":{"OLD":"1"},"metadata":{"old":"1"}},"skip_launch":true}""")
        .is(200).path("id").asText();
    var version = fly.version(machine);
    var updated = update(machine).is(200);
    assertThat(updated.path("config").path("env")).isEqualTo(RuledFly.json("{\"K\":\"v2\"}"));
    assertThat(updated.path("config").path("metadata")).isEqualTo(RuledFly.json("{\"k\":\"v2\"}"));
    assertThat(updated.path("config").has("auto_destroy")).isFalse();
    assertThat(updated.path("image_ref").path("tag").asText()).isEqualTo("2");
    assertThat(updated.path("instance_id").asText()).isNotEqualTo(version).isEqualTo(fly.version(machine));
    assertThat(fly.on(machine, Action.METADATA_READ).is(200)).isEqualTo(RuledFly.json("{\"k\":\"v2\"}"));
  }

  @Test
  void hasAStartedMachineBootAgain() {
    fly = new RuledFly(new Delays(Duration.ofSeconds(4), ZERO, ZERO, ZERO, ZERO, ZERO), GUESSED);
    var machine = fly.aStarted("worker-p-0");
    assertThat(update(machine).is(200).path("state").asText()).isEqualTo("replacing");
    assertThat(fly.effects).containsExactly(
        new Effect.Changed(machine, MachineStatus.STARTED, MachineStatus.REPLACING, "update"),
        new Effect.Shutdown(machine, 1, Duration.ofSeconds(5)));
    fly.ends(machine, 1);
    assertThat(fly.effects).containsExactly(new Effect.Settle(machine, 1, Duration.ofSeconds(4)));
    fly.news(fly.rules.settled(machine, 1, fly.now));
    assertThat(fly.effects).containsExactly(
        new Effect.Changed(machine, MachineStatus.REPLACING, MachineStatus.STARTING, "updated"),
        new Effect.Launch(machine, 2, ZERO));
    fly.news(fly.rules.launched(machine, 2, fly.now));
    assertThat(fly.effects).containsExactly(new Effect.Boot(machine, 2, Map.of("K", "v2")));
  }

  @Test
  void doesNotBootBeforeTheBootOfTheOldVersionIsGone() {
    var machine = fly.aStarted("worker-p-0");
    update(machine).is(200);
    assertThat(fly.rules.settled(machine, 1, fly.now)).as("what was left of a suspension").isEmpty();
    assertThat(fly.state(machine)).isEqualTo("replacing");
  }

  @Test
  void leavesAStartedMachineStoppedIfItIsNotToBeLaunched() {
    var machine = fly.aStarted("worker-p-0");
    update(machine, ",\"skip_launch\":true").is(200);
    fly.ends(machine, 1);
    assertThat(fly.state(machine)).isEqualTo("stopped");
  }

  @Test
  void leavesAStoppedMachineStopped() {
    var machine = fly.aStopped("worker-p-0");
    update(machine).is(200);
    assertThat(fly.wanted()).containsExactly(new Effect.Settle(machine, 1, ZERO));
    fly.news(fly.rules.settled(machine, 1, fly.now));
    assertThat(fly.state(machine)).isEqualTo("stopped");
  }

  @Test
  void throwsTheSnapshotOfASuspendedMachineAway() {
    var machine = fly.aSuspended("worker-p-0");
    update(machine).is(200);
    assertThat(fly.wanted()).containsExactly(new Effect.Shutdown(machine, 1, ZERO));
    fly.ends(machine, 1);
    assertThat(fly.state(machine)).isEqualTo("stopped");
  }

  @Test
  void leavesAMachineCreatedThatWasNotLaunched() {
    var machine = fly.aCreated("worker-p-0", ",\"skip_launch\":true");
    update(machine).is(200);
    fly.news(fly.rules.settled(machine, 0, fly.now));
    assertThat(fly.state(machine)).isEqualTo("created");
    fly.on(machine, Action.START).is(200);
    assertThat(fly.wanted()).containsExactly(new Effect.Launch(machine, 1, ZERO));
  }

  @Test
  void startsAStoppedMachineOnAFlyThatDoesSo() {
    fly = new Decisions().startsWhatItUpdates().fly();
    var machine = fly.aStopped("worker-p-0");
    update(machine).is(200);
    fly.news(fly.rules.settled(machine, 1, fly.now));
    assertThat(fly.wanted()).containsExactly(new Effect.Launch(machine, 2, ZERO));
    var other = fly.aStopped("worker-p-1");
    update(other, ",\"skip_launch\":true").is(200);
    fly.news(fly.rules.settled(other, 1, fly.now));
    assertThat(fly.state(other)).isEqualTo("stopped");
  }

  @Test
  void isRefusedUnlessItNamesTheCurrentVersion() {
    var machine = fly.aStopped("worker-p-0");
    var version = fly.version(machine);
    assertThat(update(machine, ",\"current_version\":\"other\"").refused(409)).startsWith("aborted: ");
    update(machine, ",\"current_version\":\"" + version + "\"").is(200);
    assertThat(fly.version(machine)).isNotEqualTo(version);
  }

  @Test
  void isRefusedWhileAnotherGoesOn() {
    var machine = fly.aStarted("worker-p-0");
    update(machine).is(200);
    assertThat(update(machine).refused(409)).isEqualTo("aborted: machine update failed due to concurrent update");
    assertThat(fly.on(machine, Action.START).refused(412))
        .isEqualTo("failed_precondition: machine getting replaced, refusing to start");
  }

  @Test
  void doesNotRenameOrMoveAMachine() {
    var machine = fly.aStopped("worker-p-0");
    update(machine, ",\"name\":\"worker-p-1\"").refused(400);
    update(machine, ",\"region\":\"dfw\"").refused(400);
    update(machine, ",\"name\":\"worker-p-0\",\"region\":\"local\"").is(200);
  }

  @Test
  void isRefusedWithAConfigurationThatFlyWouldNotTake() {
    var machine = fly.aStopped("worker-p-0");
    var version = fly.version(machine);
    for (var body : List.of("{}", "{\"config\":{}}", "{\"config\":{\"image\":\"w\",\"guest\":{\"cpus\":3}}}"))
      fly.on(machine, Action.UPDATE).body(body).refused(400);
    assertThat(fly.version(machine)).isEqualTo(version);
    assertThat(fly.state(machine)).isEqualTo("stopped");
  }

  @Test
  void needsTheNonceOfTheLease() {
    var machine = fly.aStarted("worker-p-0", ",\"lease_ttl\":30");
    assertThat(update(machine).refused(409)).contains("lease currently held by");
  }

  @Test
  void keepsTheOlderVersionsToBeRead() {
    var machine = fly.aStopped("worker-p-0");
    var first = fly.version(machine);
    update(machine).is(200);
    var versions = fly.on(machine, Action.VERSIONS).is(200);
    assertThat(versions.findValuesAsText("version")).containsExactly(fly.version(machine), first);
    assertThat(versions.findValues("user_config").stream().map(config -> config.path("image")).map(JsonNode::asText))
        .containsExactly("worker:2", "worker:1");
  }

  @Test
  void endsTheWaitsForTheVersionBefore() {
    var machine = fly.aStarted("worker-p-0");
    var version = fly.version(machine);
    var wait = fly.on(machine, Action.WAIT).with("state", "stopped").with("version", version).waits();
    var other = fly.on(machine, Action.WAIT).with("state", "suspended").waits();
    update(machine).is(200);
    var answer = wait.after(MachineStatus.REPLACING).orElseThrow();
    assertThat(RuledFly.answered(answer, 400).path("error").asText()).contains("replaced");
    assertThat(other.after(MachineStatus.REPLACING)).as("a wait for whatever version there is").isEmpty();
    assertThat(fly.on(machine, Action.WAIT).with("version", version).refused(400)).contains("replaced");
    fly.on(machine, Action.WAIT).with("version", fly.version(machine)).waits();
  }
}
