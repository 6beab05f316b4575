package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A machine's events")
class EventsTest {
  private final RuledFly fly = new RuledFly();

  private JsonNode events(String machine) {
    return fly.on(machine, Action.EVENTS).is(200);
  }

  private static List<String> told(JsonNode events) {
    return StreamSupport.stream(events.spliterator(), false).map(event -> event.path("type").asText() + " "
        + event.path("status").asText() + " by " + event.path("source").asText()).toList();
  }

  @Test
  void beginWithItsLaunch() {
    var created = fly.create("worker-p-0");
    assertThat(told(created.path("events"))).containsExactly("launch created by user");
    var launch = created.path("events").get(0);
    assertThat(launch.path("id").asText()).matches("[0-9A-HJKMNP-TV-Z]{26}");
    assertThat(launch.path("timestamp").asLong()).isEqualTo(fly.now.toEpochMilli());
  }

  @Test
  void tellItsLifeNewestFirst() {
    var machine = fly.aStopped("worker-p-0");
    assertThat(told(events(machine))).containsExactly("exit stopped by flyd", "stop stopping by user", "start started by flyd",
        "launch starting by flyd", "launch created by user");
    fly.on(machine, Action.UPDATE).body("{\"config\":{\"image\":\"w\"}}").is(200);
    fly.on(machine, Action.DESTROY).with("force", "true").is(200);
    assertThat(told(events(machine)).subList(0, 2)).containsExactly("destroy destroying by user", "update replacing by user");
  }

  @Test
  void tellThatAStopWasAskedFor() {
    var exit = events(fly.aStopped("worker-p-0")).get(0).path("request").path("exit_event");
    assertThat(exit.path("requested_stop").asBoolean()).isTrue();
    assertThat(exit.path("restarting").asBoolean()).isFalse();
    assertThat(exit.path("exit_code").asInt()).isZero();
    assertThat(exit.path("exited_at").asText()).isEqualTo(fly.now.toString());
  }

  @Test
  void areToldOnceOfAnExit() {
    var machine = fly.aSuspended("worker-p-0");
    fly.on(machine, Action.STOP).is(200);
    fly.ends(machine, 1);
    assertThat(told(events(machine)).stream().filter(event -> event.startsWith("exit"))).hasSize(1);
    fly.on(machine, Action.START).is(200);
    fly.on(machine, Action.STOP).is(200);
    fly.ends(machine, 2);
    assertThat(told(events(machine)).stream().filter(event -> event.startsWith("exit"))).as("nothing ran").hasSize(1);
  }

  @Test
  void arePartOfTheMachine() {
    var machine = fly.aStarted("worker-p-0");
    assertThat(fly.on(machine, Action.GET).is(200).path("events")).isEqualTo(events(machine));
  }

  @Test
  void areTheNewestOnly() {
    var machine = fly.aStarted("worker-p-0");
    for (var boot = 2; boot < 20; boot++) {
      fly.timePasses(Duration.ofSeconds(1));
      fly.on(machine, Action.RESTART).is(200);
      fly.ends(machine, boot - 1);
      fly.boots(machine, boot);
    }
    assertThat(events(machine)).hasSize(20);
    assertThat(fly.on(machine, Action.EVENTS).with("limit", "3").is(200)).hasSize(3);
    assertThat(fly.on(machine, Action.EVENTS).with("limit", "50").is(200)).hasSize(20);
    for (var limit : List.of("0", "-1", "many")) fly.on(machine, Action.EVENTS).with("limit", limit).refused(400);
  }
}
