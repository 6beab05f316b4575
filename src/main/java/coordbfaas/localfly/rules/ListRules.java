package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.machines.MachineState;
import java.util.List;
import java.util.Optional;

/** Which machines a list tells, and how much of each. */
final class ListRules {
  private static final String METADATA = "metadata.";

  private ListRules() {}

  /**
   * Lists the machines in one of the {@code state}s, in one of the {@code region}s, with all the metadata asked for, without
   * those that are destroyed unless {@code include_deleted} asks for them.
   */
  static Answer list(List<LocalMachine> ofApp, ApiCall call) {
    requireStates(call.words("state"));
    var list = JsonNodeFactory.instance.arrayNode();
    ofApp.stream().filter(machine -> isAskedFor(machine, call)).forEach(machine ->
        list.add(call.flag("summary") ? MachineJson.summary(machine) : MachineJson.whole(machine)));
    return Answer.of(200, list);
  }

  private static void requireStates(List<String> words) {
    if (words.stream().map(MachineState::of).anyMatch(MachineState.UNKNOWN::equals))
      throw new Refused(400, "invalid_argument: unknown state to list");
  }

  private static boolean isAskedFor(LocalMachine machine, ApiCall call) {
    return (machine.status() != MachineStatus.DESTROYED || call.flag("include_deleted"))
        && isOneOf(call.words("state"), machine.status().word())
        && isOneOf(call.words("region"), machine.origin().region())
        && hasMetadata(machine, call);
  }

  private static boolean isOneOf(List<String> wanted, String word) {
    return wanted.isEmpty() || wanted.contains(word);
  }

  private static boolean hasMetadata(LocalMachine machine, ApiCall call) {
    var metadata = machine.metadata();
    return call.query().entrySet().stream().filter(parameter -> parameter.getKey().startsWith(METADATA))
        .allMatch(parameter -> Optional.ofNullable(metadata.get(parameter.getKey().substring(METADATA.length())))
            .filter(parameter.getValue()::contains).isPresent());
  }
}
