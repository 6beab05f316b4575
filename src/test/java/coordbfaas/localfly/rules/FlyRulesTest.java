package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Fly's rules")
class FlyRulesTest {
  private final RuledFly fly = new RuledFly();

  @Nested
  @DisplayName("for a create")
  class Create {
    @Test
    void answerWithTheMachineAsItWasAskedFor() {
      var machine = fly.call(Action.CREATE).body("""
          {"name":"worker-p-0","region":"dfw",
           "config":{"image":"registry.example/w:1","guest":{"cpus":1},"metadata":{"k":"v"}}}""").is(200);
      assertThat(machine.path("id").asText()).matches("[0-9a-f]{14}");
      assertThat(machine.path("instance_id").asText()).matches("[0-9A-HJKMNP-TV-Z]{26}");
      assertThat(machine.path("name").asText()).isEqualTo("worker-p-0");
      assertThat(machine.path("region").asText()).isEqualTo("dfw");
      assertThat(machine.path("state").asText()).isEqualTo("created");
      assertThat(machine.path("host_status").asText()).isEqualTo("ok");
      assertThat(machine.path("created_at").asText()).isEqualTo("2026-01-01T00:00:00Z");
      assertThat(machine.path("private_ip").asText()).startsWith("fdaa:");
      assertThat(machine.path("image_ref")).isEqualTo(
          RuledFly.json("{\"registry\":\"registry.example\",\"repository\":\"w\",\"tag\":\"1\",\"digest\":\"%s\"}"
              .formatted(machine.path("image_ref").path("digest").asText())));
      assertThat(machine.path("image_ref").path("digest").asText()).matches("sha256:[0-9a-f]{64}");
      assertThat(machine.path("config")).isEqualTo(RuledFly.json("""
          {"image":"registry.example/w:1","guest":{"cpu_kind":"shared","cpus":1,"memory_mb":256},"init":{},
           "metadata":{"k":"v"}}"""));
      assertThat(machine.path("checks").isArray() && machine.path("events").isArray()).isTrue();
      assertThat(machine.has("nonce")).isFalse();
    }

    @Test
    void haveItBootedWithItsEnvironment() {
      var body = "{\"config\":{\"image\":\"w\",\"env\":{\"K\":\"v\"}}}";
      var machine = fly.call(Action.CREATE).body(body).is(200).path("id").asText();
      assertThat(fly.effects).containsExactly(new Effect.Launch(machine, 1, Duration.ZERO));
      fly.news(fly.rules.launched(machine, 1, fly.now));
      assertThat(fly.effects).containsExactly(
          new Effect.Changed(machine, MachineStatus.CREATED, MachineStatus.STARTING, "create"),
          new Effect.Boot(machine, 1, Map.of("K", "v")));
    }

    @Test
    void giveALeaseWithItIfOneIsAskedFor() {
      var machine = fly.create("worker-p-0", ",\"lease_ttl\":30");
      var lease = fly.on(machine.path("id").asText(), Action.LEASE_READ).is(200).path("data");
      assertThat(machine.path("nonce").asText()).isNotEmpty().isEqualTo(lease.path("nonce").asText());
      assertThat(lease.path("expires_at").asLong()).isEqualTo(fly.now.getEpochSecond() + 30);
      assertThat(fly.on(machine.path("id").asText(), Action.GET).is(200).has("nonce")).isFalse();
    }

    @Test
    void leaveItCreatedIfItIsNotToBeLaunched() {
      var machine = fly.aCreated("worker-p-0", ",\"skip_launch\":true");
      assertThat(fly.effects).isEmpty();
      assertThat(fly.on(machine, Action.START).is(200).path("previous_state").asText()).isEqualTo("created");
      fly.boots(machine, 1);
      assertThat(fly.state(machine)).isEqualTo("started");
    }

    @Test
    void refuseANameThatIsTakenUntilItsMachineIsDestroyed() {
      var first = fly.aCreated("worker-p-0");
      assertThat(fly.call(Action.CREATE).body("{\"name\":\"worker-p-0\",\"config\":{\"image\":\"w\"}}").refused(409))
          .isEqualTo("already_exists: unique machine name violation, machine ID " + first
              + " already exists with name \"worker-p-0\"");
      assertThat(fly.effects).isEmpty();
      fly.on(first, Action.DESTROY).is(200);
      fly.call(Action.CREATE).body("{\"name\":\"worker-p-0\",\"config\":{\"image\":\"w\"}}").refused(409);
      fly.ends(first, 1);
      fly.create("worker-p-0");
    }

    @Test
    void letAppsHaveTheSameNames() {
      fly.create("worker-p-0");
      fly.call(Action.CREATE).of("others").body("{\"name\":\"worker-p-0\",\"config\":{\"image\":\"w\"}}").is(200);
    }

    @Test
    void inventANameIfNoneIsGiven() {
      var body = "{\"config\":{\"image\":\"w\"}}";
      assertThat(fly.call(Action.CREATE).body(body).is(200).path("name").asText())
          .isNotEmpty().isNotEqualTo(fly.call(Action.CREATE).body(body).is(200).path("name").asText());
    }

    @Test
    void refuseAConfigurationThatFlyWouldNotTake() {
      for (var body : List.of(
          "{}", "{\"config\":null}", "{\"config\":[]}", "{\"config\":{}}",
          "{\"config\":{\"image\":\" \"}}", "{\"config\":{\"image\":1}}",
          "{\"name\":1,\"config\":{\"image\":\"w\"}}", "{\"lease_ttl\":\"30\",\"config\":{\"image\":\"w\"}}",
          "{\"lease_ttl\":-1,\"config\":{\"image\":\"w\"}}", "{\"config\":{\"image\":\"w\",\"env\":{\"K\":1}}}",
          "{\"config\":{\"image\":\"w\",\"metadata\":\"k\"}}",
          "{\"config\":{\"image\":\"w\",\"restart\":{\"policy\":\"never\"}}}",
          "{\"config\":{\"image\":\"w\",\"auto_destroy\":\"yes\"}}",
          "{\"config\":{\"image\":\"w\",\"services\":{}}}",
          "{\"config\":{\"image\":\"w\",\"services\":[{\"autostop\":\"never\"}]}}",
          "{\"skip_launch\":\"yes\",\"config\":{\"image\":\"w\"}}",
          "{\"config\":{\"image\":\"w\",\"stop_config\":{\"timeout\":\"soon\"}}}"))
        assertThat(fly.call(Action.CREATE).body(body).refused(400)).as(body).isNotEmpty();
      assertThat(fly.call(Action.LIST).is(200)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"shared,1,256", "shared,1,2048", "shared,8,2048", "shared,8,16384", "performance,1,2048",
        "performance,16,131072"})
    void takeTheSizesThatFlyOffers(String kind, int cpus, int memory) {
      assertThat(fly.call(Action.CREATE).body(guest(kind, cpus, memory)).is(200).at("/config/guest/memory_mb").asInt())
          .isEqualTo(memory);
    }

    @ParameterizedTest
    @CsvSource({"shared,3,1024", "shared,0,0", "shared,1,128", "shared,1,300", "shared,1,2304", "shared,2,256", "shared,10,4096",
        "performance,1,1024", "performance,1,2560", "performance,1,9216", "performance,3,8192", "huge,1,256"})
    void refuseOtherSizes(String kind, int cpus, int memory) {
      assertThat(fly.call(Action.CREATE).body(guest(kind, cpus, memory)).refused(400)).contains("config.guest");
    }

    private static String guest(String kind, int cpus, int memory) {
      return "{\"config\":{\"image\":\"w\",\"guest\":{\"cpu_kind\":\"%s\",\"cpus\":%d,\"memory_mb\":%d}}}"
          .formatted(kind, cpus, memory);
    }

    @Test
    void tellAutostopInTheOldWay() {
      var services = fly.call(Action.CREATE).body("""
          {"config":{"image":"w",
           "services":[{"autostop":"off"},{"autostop":"stop"},{"autostop":"suspend"},{"autostop":true},{}]}}""")
          .is(200).path("config").path("services");
      assertThat(services).isEqualTo(RuledFly.json("""
          {"all":[{"autostop":false},{"autostop":true},{"autostop":"suspend"},{"autostop":true},{}]}""").path("all"));
    }

    @Test
    void takeTheFirstOfSomeRegions() {
      for (var region : Map.of("iad,eu", "iad", "any", "local", "", "local").entrySet())
        assertThat(fly.call(Action.CREATE).body("{\"region\":\"" + region.getKey() + "\",\"config\":{\"image\":\"w\"}}")
            .is(200).path("region").asText()).isEqualTo(region.getValue());
    }
  }

  @Nested
  @DisplayName("for a list")
  class Listing {
    @Test
    void nameTheMachinesOfOneAppInTheOrderOfTheirBirth() {
      var first = fly.aCreated("worker-p-0");
      var second = fly.aCreated("worker-p-1");
      fly.call(Action.CREATE).of("others").body("{\"config\":{\"image\":\"w\"}}").is(200);
      assertThat(RuledFly.ids(fly.call(Action.LIST).is(200))).containsExactly(first, second);
      assertThat(fly.call(Action.LIST).of("unknown").is(200)).isEmpty();
    }

    @Test
    void nameThoseInOneOfTheStates() {
      var created = fly.aCreated("worker-p-0");
      var started = fly.aStarted("worker-p-1");
      fly.aStopped("worker-p-2");
      assertThat(RuledFly.ids(fly.call(Action.LIST).with("state", "started,created").is(200)))
          .containsExactly(created, started);
    }

    @Test
    void refuseAStateThatThereIsNot() {
      fly.call(Action.LIST).with("state", "started,sleeping").refused(400);
      assertThat(fly.call(Action.LIST).with("state", "updating").is(200)).isEmpty();
    }

    @Test
    void nameThoseOfARegion() {
      var dallas = fly.aCreated("worker-p-0", ",\"region\":\"dfw\"");
      fly.aCreated("worker-p-1");
      assertThat(RuledFly.ids(fly.call(Action.LIST).with("region", "dfw").is(200))).containsExactly(dallas);
    }

    @Test
    void nameThoseWithAllTheMetadata() {
      var both = fly.aCreated("worker-p-0");
      var one = fly.aCreated("worker-p-1");
      for (var machine : List.of(both, one)) fly.on(machine, Action.METADATA_SET_KEY).key("a").body("{\"value\":\"1\"}").is(204);
      fly.on(both, Action.METADATA_SET_KEY).key("b").body("{\"value\":\"2\"}").is(204);
      assertThat(fly.call(Action.LIST).with("metadata.a", "1").is(200)).hasSize(2);
      assertThat(RuledFly.ids(fly.call(Action.LIST).with("metadata.a", "1").with("metadata.b", "2").is(200)))
          .containsExactly(both);
      assertThat(fly.call(Action.LIST).with("metadata.a", "other").is(200)).isEmpty();
    }

    @Test
    void leaveMuchOutOfASummary() {
      fly.aCreated("worker-p-0");
      var machine = fly.call(Action.LIST).with("summary", "true").is(200).get(0);
      assertThat(machine.has("config") || machine.has("checks") || machine.has("events") || machine.has("host_status")
          || machine.has("nonce")).isFalse();
      assertThat(machine.path("name").asText()).isEqualTo("worker-p-0");
    }
  }

  @Test
  void haveNoSuchThingAsAProcessInAMachine() {
    for (var path : List.of("exec", "ps")) assertThat(Action.at(List.of("0123456789abcd", path))).isEmpty();
  }

  @Test
  void knowAMachineInItsOwnAppOnly() {
    var machine = fly.aCreated("worker-p-0");
    assertThat(fly.call(Action.GET).of("others").on(machine).refused(404)).isEqualTo("machine not found");
    assertThat(fly.on("0123456789abcd", Action.STOP).refused(404)).isEqualTo("machine not found");
  }

  @Nested
  @DisplayName("when Fly closes")
  class Closing {
    @Test
    void haveEveryRunningMachineShutDown() {
      var started = fly.aStarted("worker-p-0");
      var starting = fly.aCreated("worker-p-1");
      fly.rules.launched(starting, 1, fly.now);
      fly.aStopped("worker-p-2");
      fly.news(fly.rules.close(fly.now));
      assertThat(fly.wanted()).containsExactly(
          new Effect.Shutdown(started, 1, Duration.ofSeconds(5)), new Effect.Shutdown(starting, 1, Duration.ofSeconds(5)));
    }

    @Test
    void bootNothingMore() {
      var machine = fly.aCreated("worker-p-0");
      fly.rules.close(fly.now);
      assertThat(fly.rules.launched(machine, 1, fly.now)).isEmpty();
      fly.call(Action.CREATE).body("{\"config\":{\"image\":\"w\"}}").refused(503);
    }
  }
}
