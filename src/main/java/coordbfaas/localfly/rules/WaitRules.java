package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.localfly.rules.Reply.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What may be waited for, and for how long; and which events are told. */
final class WaitRules {
  private static final Set<String> STATES = Set.of("started", "stopped", "suspended", "destroyed", "failed", "settled");

  private WaitRules() {}

  /** An answer at once if the machine is in the state already, else a wait. */
  static Reply await(LocalMachine machine, ApiCall call) {
    var version = version(call);
    var wait = new Wait(machine.id(), machine.version(), version.isPresent(), states(call), timeout(call));
    requireVersion(machine, version, wait.states());
    if (!hasNews(machine, call)) return wait;
    return wait.at(machine.status()).<Reply>map(answer -> answer).orElse(wait);
  }

  private static List<String> states(ApiCall call) {
    var states = call.words("state");
    if (!STATES.containsAll(states)) throw new Refused(400, "invalid_argument: unknown state to wait for");
    return states.isEmpty() ? List.of("started") : states;
  }

  private static Duration timeout(ApiCall call) {
    var text = call.parameter("timeout").orElse("60");
    if (!text.matches("-?\\d{1,9}")) throw new Refused(400, "invalid_argument: timeout is not a number of seconds");
    var seconds = Integer.parseInt(text);
    if (seconds < 1 || seconds > 60) throw new Refused(400,
        "invalid_argument: invalid WaitMachineRequest.Timeout: value must be inside range [1s, 1m0s]");
    return Duration.ofSeconds(seconds);
  }

  private static void requireVersion(LocalMachine machine, Optional<String> version, List<String> states) {
    if (version.isEmpty() && states.contains("stopped"))
      throw new Refused(400, "invalid_argument: instance_id required when waiting for stopped machine");
    version.filter(named -> !named.equals(machine.version())).ifPresent(named -> {
      throw new Refused(400, machine.versions().stream().anyMatch(old -> old.id().equals(named))
          ? "invalid_argument: this version of the machine was replaced"
          : "invalid_argument: no such version of the machine");
    });
  }

  private static Optional<String> version(ApiCall call) {
    return call.parameter("version").or(() -> call.parameter("instance_id")).filter(version -> !version.isEmpty());
  }

  /** Whether something happened after {@code from_event_id}: the state of before is not what is waited for. */
  private static boolean hasNews(LocalMachine machine, ApiCall call) {
    return call.parameter("from_event_id").map(machine.events()::hasNewsAfter).orElse(true);
  }

  /** The newest events, {@code limit} of them. */
  static Answer events(LocalMachine machine, ApiCall call) {
    var text = call.parameter("limit").orElse(Integer.toString(EventLog.EVENTS_MAX));
    if (!text.matches("[1-9]\\d{0,8}")) throw new Refused(400, "invalid_argument: limit is not a number above 0");
    return Answer.of(200, machine.events().json(Integer.parseInt(text)));
  }
}
