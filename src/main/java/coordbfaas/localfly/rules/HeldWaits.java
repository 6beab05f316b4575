package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.localfly.rules.Reply.Wait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The waits that are not answered yet, each under the number of its call. */
final class HeldWaits {
  record Decided(long call, Answer answer) {}

  private final Map<Long, Wait> held = new TreeMap<>();

  void hold(long call, Wait wait) {
    held.put(call, wait);
  }

  /** Takes out the waits that a machine's new state decides, the oldest first. */
  List<Decided> decide(String machine, MachineStatus status) {
    var decided = held.entrySet().stream().filter(entry -> entry.getValue().machine().equals(machine))
        .flatMap(entry -> entry.getValue().after(status).map(answer -> new Decided(entry.getKey(), answer)).stream()).toList();
    decided.forEach(wait -> held.remove(wait.call()));
    return decided;
  }

  /** Takes a wait out, if it is still held. */
  Optional<Wait> end(long call) {
    return Optional.ofNullable(held.remove(call));
  }
}
