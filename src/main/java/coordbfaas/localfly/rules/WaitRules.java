package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Reply.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What may be waited for, and for how long. */
final class WaitRules {
  private static final Set<String> STATES = Set.of("started", "stopped", "suspended", "destroyed", "failed", "settled");

  private WaitRules() {}

  /** An answer at once if the machine is in the state already, else a wait. */
  static Reply await(LocalMachine machine, ApiCall call) {
    var wait = new Wait(machine.id(), machine.origin().version(), states(call), timeout(call));
    requireVersion(machine, call, wait.states());
    return wait.after(machine.status()).<Reply>map(answer -> answer).orElse(wait);
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

  private static void requireVersion(LocalMachine machine, ApiCall call, List<String> states) {
    var version = version(call);
    if (version.isEmpty() && states.contains("stopped"))
      throw new Refused(400, "invalid_argument: instance_id required when waiting for stopped machine");
    if (version.filter(named -> !named.equals(machine.origin().version())).isPresent())
      throw new Refused(400, "invalid_argument: no such version of the machine, it may have been replaced");
  }

  private static Optional<String> version(ApiCall call) {
    return call.parameter("version").or(() -> call.parameter("instance_id")).filter(version -> !version.isEmpty());
  }
}
