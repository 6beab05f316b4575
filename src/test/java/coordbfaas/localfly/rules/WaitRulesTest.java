package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A wait")
class WaitRulesTest {
  private final RuledFly fly = new RuledFly();
  private final String machine = fly.aStarted("worker-p-0");
  private final String version = fly.version(machine);

  private RuledFly.Request await(String... states) {
    return fly.on(machine, Action.WAIT).with("state", states).with("version", version);
  }

  @Test
  void isAnsweredAtOnceIfTheStateIsReached() {
    assertThat(await("started").is(200))
        .isEqualTo(RuledFly.json("{\"ok\":true,\"state\":\"started\",\"version\":\"%s\"}".formatted(version)));
  }

  @Test
  void isForStartedAndAMinuteUnlessItSaysOtherwise() {
    fly.on(machine, Action.WAIT).is(200);
    fly.on(machine, Action.STOP).is(200);
    var wait = fly.on(machine, Action.WAIT).waits();
    assertThat(wait.states()).containsExactly("started");
    assertThat(wait.timeout()).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void isHeldUntilTheStateIsReached() {
    var wait = await("stopped").with("timeout", "7").waits();
    assertThat(wait.timeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(wait.after(MachineStatus.STOPPING)).isEmpty();
    var answer = wait.after(MachineStatus.STOPPED).orElseThrow();
    assertThat(RuledFly.answered(answer, 200).path("state").asText()).isEqualTo("stopped");
  }

  @Test
  void isForAnyOfSeveralStates() {
    for (var wait : List.of(await("stopped,destroyed").waits(), await("stopped", "destroyed").waits())) {
      assertThat(wait.after(MachineStatus.STOPPED)).isPresent();
      assertThat(wait.after(MachineStatus.DESTROYED).orElseThrow().status()).isEqualTo(200);
    }
  }

  @Test
  void forSettledIsForAStateThatLasts() {
    fly.on(machine, Action.STOP).is(200);
    var wait = await("settled").waits();
    assertThat(wait.after(MachineStatus.STARTING)).isEmpty();
    assertThat(wait.after(MachineStatus.STOPPED)).isPresent();
  }

  @Test
  void isOverWhenTheMachineIsDestroyed() {
    assertThat(await("stopped").waits().after(MachineStatus.DESTROYED).orElseThrow().status()).isEqualTo(404);
  }

  @Test
  void runsOutOfTime() {
    fly.on(machine, Action.STOP).is(200);
    fly.ends(machine, 1);
    var wait = await("started").waits();
    assertThat(RuledFly.answered(fly.rules.tooLate(wait), 408).path("error").asText())
        .isEqualTo("deadline_exceeded: machine failed to reach desired state, started, currently stopped");
  }

  @Test
  void forStoppedNamesTheVersion() {
    assertThat(fly.on(machine, Action.WAIT).with("state", "stopped").refused(400)).contains("instance_id required");
    fly.on(machine, Action.WAIT).with("state", "stopped").with("instance_id", version).waits();
    await("stopped").with("version", "01HEPA330HZ37A78TK080NAK1M").refused(400);
  }

  @Test
  void lastsFromOneSecondToAMinute() {
    for (var timeout : List.of("0", "61", "-1")) assertThat(await("stopped").with("timeout", timeout).refused(400))
        .isEqualTo("invalid_argument: invalid WaitMachineRequest.Timeout: value must be inside range [1s, 1m0s]");
    await("stopped").with("timeout", "1s").refused(400);
    await("stopped").with("timeout", "60").waits();
    await("stopped").with("timeout", "1").waits();
  }

  @Test
  void isForAStateThatThereIs() {
    await("sleeping").refused(400);
    await("stopping").refused(400);
  }

  @Test
  void mayBeForWhatComesAfterAnEvent() {
    var newest = fly.on(machine, Action.EVENTS).is(200).get(0).path("id").asText();
    var wait = fly.on(machine, Action.WAIT).with("from_event_id", newest).waits();
    assertThat(wait.after(MachineStatus.STARTED)).isPresent();
    var older = fly.on(machine, Action.EVENTS).is(200).get(1).path("id").asText();
    fly.on(machine, Action.WAIT).with("from_event_id", older).is(200);
  }

  @Test
  void isForASuspendedOrAFailedMachineToo() {
    fly.on(machine, Action.SUSPEND).is(200);
    assertThat(await("suspended").waits().after(MachineStatus.SUSPENDED)).isPresent();
    assertThat(await("failed").waits().after(MachineStatus.FAILED)).isPresent();
    assertThat(await("settled").waits().after(MachineStatus.FAILED)).isPresent();
  }

  @Test
  void forADestroyedMachineThatIsGoneIsAnsweredAtOnce() {
    fly.destroy(machine, 1);
    assertThat(await("destroyed").refused(404)).isEqualTo("machine not found");
  }
}
