package coordbfaas.localfly;

import coordbfaas.localfly.rules.MachineStatus;
import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.localfly.rules.Reply.Wait;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** The waits that are not answered yet, each under a number. */
final class HeldWaits {
  record Held(Wait until, ActorRef<Answer> replyTo) {}

  private final Map<Long, Held> held = new HashMap<>();
  private long numbers;

  long hold(Wait wait, ActorRef<Answer> replyTo) {
    held.put(++numbers, new Held(wait, replyTo));
    return numbers;
  }

  /** Answers the waits that a machine's new state decides; returns their numbers. */
  List<Long> tell(String machine, MachineStatus status) {
    var decided = held.entrySet().stream()
        .filter(entry -> entry.getValue().until().machine().equals(machine) && entry.getValue().until().after(status).isPresent())
        .map(Map.Entry::getKey).toList();
    decided.forEach(number -> end(number).ifPresent(ended ->
        ended.until().after(status).ifPresent(ended.replyTo()::tell)));
    return decided;
  }

  /** Takes a wait out, if it is still held. */
  Optional<Held> end(long number) {
    return Optional.ofNullable(held.remove(number));
  }
}
