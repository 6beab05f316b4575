package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each call and each piece of news does in each state. A word is the state that a machine is in afterwards, the call having
 * been answered with 200; a number is the status of a refusal, which changes nothing.
 */
@DisplayName("In each state")
class StatesAndCallsTest {
  private record Call(Action action, boolean force) {
    Call(Action action) {
      this(action, false);
    }
  }

  private static final List<Call> CALLS = List.of(
      new Call(Action.START), new Call(Action.STOP), new Call(Action.SUSPEND), new Call(Action.RESTART), new Call(Action.SIGNAL),
      new Call(Action.UPDATE), new Call(Action.DESTROY), new Call(Action.DESTROY, true));

  private static final List<Action> WITHOUT_EFFECT = List.of(Action.GET, Action.CORDON, Action.UNCORDON, Action.METADATA_READ,
      Action.METADATA_SET_KEY, Action.METADATA_REMOVE_KEY, Action.EVENTS, Action.VERSIONS, Action.WAIT);

  private RuledFly fly = new RuledFly();

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', useHeadersInDisplayName = true, textBlock = """
      state         | start    | stop     | suspend    | restart    | signal  | update    | destroy    | forced
      created       | 412      | 412      | 412        | 412        | 412     | 412       | destroying | destroying
      unlaunched    | starting | 412      | 412        | 412        | 412     | replacing | destroying | destroying
      launch_failed | 412      | 412      | 412        | 412        | 412     | 412       | destroying | destroying
      starting      | 409      | stopping | 412        | 412        | 412     | 412       | 412        | destroying
      started       | started  | stopping | suspending | restarting | started | replacing | 412        | destroying
      suspending    | starting | stopping | 412        | 412        | 412     | 412       | 412        | destroying
      suspended     | starting | stopping | 412        | 412        | 412     | replacing | destroying | destroying
      resuming      | 409      | stopping | 412        | 412        | 412     | 412       | 412        | destroying
      stopping      | 412      | stopping | 412        | 412        | 412     | 412       | 412        | destroying
      stopped       | starting | stopped  | 412        | 412        | 412     | replacing | destroying | destroying
      restarting    | 412      | stopping | 412        | 412        | 412     | 412       | 412        | destroying
      replacing     | 412      | 412      | 412        | 412        | 412     | 409       | 412        | destroying
      failed        | starting | 412      | 412        | 412        | 412     | replacing | destroying | destroying
      destroying    | 412      | 412      | 412        | 412        | 412     | 412       | destroying | destroying
      destroyed     | 412      | 412      | 412        | 412        | 412     | 412       | destroyed  | destroyed
      """)
  void everyCallIsTakenOrRefused(ArgumentsAccessor row) {
    for (var column = 0; column < CALLS.size(); column++) answers(row.getString(0), CALLS.get(column), row.getString(column + 1));
  }

  private void answers(String state, Call call, String expected) {
    var machine = machineThatIs(state);
    var before = fly.state(machine);
    var refused = expected.matches("\\d+");
    assertThat(status(machine, call)).as(state + " " + call).isEqualTo(refused ? Integer.parseInt(expected) : 200);
    assertThat(fly.state(machine)).as(state + " " + call).isEqualTo(refused ? before : expected);
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '"', textBlock = """
      created,       failed_precondition: unable to start machine from current state: 'created'
      launch_failed, failed_precondition: unable to start machine from current state: 'launch_failed'
      starting,      aborted: machine still attempting to start
      resuming,      aborted: machine still attempting to start
      stopping,      "failed_precondition: machine still active, refusing to start"
      restarting,    failed_precondition: unable to start machine from current state: 'restarting'
      replacing,     "failed_precondition: machine getting replaced, refusing to start"
      destroying,    failed_precondition: unable to start machine from current state: 'destroying'
      destroyed,     failed_precondition: unable to start machine from current state: 'destroyed'
      """)
  void aStartIsRefusedInFlysWords(String state, String words) {
    assertThat(error(Action.START, state)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({"STOP,failed", "STOP,replacing", "SUSPEND,stopped", "RESTART,stopped", "SIGNAL,suspended", "UPDATE,starting"})
  void anyOtherCallIsRefusedInTheSameWords(Action action, String state) {
    assertThat(error(action, state)).isEqualTo("failed_precondition: unable to " + action.name().toLowerCase(Locale.ROOT)
        + " machine from current state: '" + state + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"starting", "started", "suspending", "resuming", "stopping", "restarting", "replacing"})
  void aDestroyWithoutForceIsRefusedInFlysWords(String state) {
    assertThat(error(Action.DESTROY, state))
        .isEqualTo("failed_precondition: unable to destroy machine, not currently stopped, suspended, failed or created");
  }

  private String error(Action action, String state) {
    var answer = (Reply.Answer) request(machineThatIs(state), new Call(action)).reply();
    return answer.body().orElseThrow().path("error").asText();
  }

  @ParameterizedTest
  @ValueSource(strings = {"created", "unlaunched", "launch_failed", "starting", "started", "suspending", "suspended", "resuming",
      "stopping", "stopped", "restarting", "replacing", "failed", "destroying", "destroyed"})
  void callsThatReadOrMarkChangeNoState(String state) {
    var machine = machineThatIs(state);
    var before = fly.state(machine);
    for (var action : WITHOUT_EFFECT) {
      fly.on(machine, action).key("k").body("{\"value\":\"v\"}").reply();
      assertThat(fly.effects).as(action + " of a machine that is " + state).isEmpty();
      assertThat(fly.state(machine)).isEqualTo(before);
    }
  }

  private int status(String machine, Call call) {
    return ((Reply.Answer) request(machine, call).reply()).status();
  }

  private RuledFly.Request request(String machine, Call call) {
    return fly.on(machine, call.action()).with("force", Boolean.toString(call.force()))
        .body("{\"config\":{\"image\":\"w\"},\"signal\":\"SIGTERM\"}");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(delimiter = '|', useHeadersInDisplayName = true, textBlock = """
      state         | launched      | booted        | ended      | settled
      created       | starting      | created       | created    | created
      unlaunched    | created       | created       | created    | created
      launch_failed | launch_failed | launch_failed | launch_failed | failed
      starting      | starting      | started       | stopped    | starting
      started       | started       | started       | stopped    | started
      suspending    | suspending    | suspending    | stopped    | suspended
      suspended     | suspended     | suspended     | suspended  | suspended
      resuming      | started       | starting      | starting   | starting
      stopping      | stopping      | stopping      | stopped    | stopping
      stopped       | stopped       | stopped       | stopped    | stopped
      restarting    | restarting    | restarting    | starting   | restarting
      replacing     | replacing     | replacing     | starting   | replacing
      failed        | failed        | failed        | failed     | failed
      destroying    | destroying    | destroying    | destroyed  | destroying
      destroyed     | destroyed     | destroyed     | destroyed  | destroyed
      """)
  void everyPieceOfNewsIsHeardOrIgnored(String state, String launched, String booted, String ended, String settled) {
    hears(state, launched, (machine, boot) -> fly.rules.launched(machine, boot, fly.now));
    hears(state, booted, (machine, boot) -> fly.rules.booted(machine, boot, fly.now));
    hears(state, ended, (machine, boot) -> fly.rules.ended(machine, boot, fly.now));
    hears(state, settled, (machine, boot) -> fly.rules.settled(machine, boot, fly.now));
  }

  private interface News {
    List<Effect> tell(String machine, long boot);
  }

  private void hears(String state, String expected, News news) {
    var machine = machineThatIs(state);
    news.tell(machine, state.equals("unlaunched") ? 0 : 1);
    assertThat(fly.state(machine)).as(state).isEqualTo(expected);
    var other = machineThatIs(state);
    var before = fly.state(other);
    assertThat(news.tell(other, 99)).as("news of another boot, when " + state).isEmpty();
    assertThat(fly.state(other)).isEqualTo(before);
  }

  /** A machine in a state, which is in its first boot if it has one. */
  private String machineThatIs(String state) {
    fly = new Decisions().showsTheDestroyedFor(Duration.ofMinutes(1)).fly();
    return switch (state) {
      case "created" -> fly.aCreated("worker-p-0");
      case "unlaunched" -> fly.aCreated("worker-p-0", ",\"skip_launch\":true");
      case "launch_failed" -> aLaunchFailed();
      case "starting" -> aStarting();
      case "started" -> fly.aStarted("worker-p-0");
      case "suspending" -> after(fly.aStarted("worker-p-0"), Action.SUSPEND);
      case "suspended" -> fly.aSuspended("worker-p-0");
      case "resuming" -> after(fly.aSuspended("worker-p-0"), Action.START);
      case "stopping" -> after(fly.aStarted("worker-p-0"), Action.STOP);
      case "stopped" -> fly.aStopped("worker-p-0");
      case "restarting" -> after(fly.aStarted("worker-p-0"), Action.RESTART);
      case "replacing" -> after(fly.aStarted("worker-p-0"), Action.UPDATE);
      case "failed" -> aFailed();
      case "destroying" -> after(fly.aStarted("worker-p-0"), Action.DESTROY);
      case "destroyed" -> aDestroyed();
      default -> throw new IllegalArgumentException(state);
    };
  }

  private String after(String machine, Action action) {
    fly.on(machine, action).with("force", "true").body("{\"config\":{\"image\":\"w\"}}").is(200);
    return machine;
  }

  private String aStarting() {
    var machine = fly.aCreated("worker-p-0");
    fly.rules.launched(machine, 1, fly.now);
    return machine;
  }

  private String aLaunchFailed() {
    var machine = fly.aCreated("worker-p-0");
    fly.rules.failLaunch(machine);
    fly.rules.launched(machine, 1, fly.now);
    return machine;
  }

  private String aFailed() {
    var machine = aLaunchFailed();
    fly.rules.settled(machine, 1, fly.now);
    return machine;
  }

  private String aDestroyed() {
    var machine = fly.aStarted("worker-p-0");
    fly.destroy(machine, 1);
    return machine;
  }
}
