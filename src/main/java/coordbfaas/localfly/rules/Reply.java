package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a caller of the API gets: an answer at once, or one when a machine has come to a state. */
public sealed interface Reply {
  /**
   * An HTTP answer. It does not print its body, which may hold a nonce.
   *
   * @param body JSON; empty for a 204
   */
  record Answer(int status, Optional<JsonNode> body) implements Reply {
    static Answer of(int status, JsonNode body) {
      return new Answer(status, Optional.of(body));
    }

    /** {@code {"ok":true}}. */
    static Answer ok() {
      return of(200, JsonNodeFactory.instance.objectNode().put("ok", true));
    }

    static Answer noContent() {
      return new Answer(204, Optional.empty());
    }

    public static Answer error(int status, String message) {
      return of(status, JsonNodeFactory.instance.objectNode().put("error", message));
    }

    @Override
    public String toString() {
      return "Answer[" + status + "]";
    }
  }

  /**
   * An answer that is held until a machine is in one of some states, or the time is over.
   *
   * @param version the machine's instance id when the wait began
   * @param forVersion whether no other version will do
   * @param states Fly's words, {@code settled} among them
   * @param timeout 1 s to 60 s
   */
  record Wait(String machine, String version, boolean forVersion, List<String> states, Duration timeout) implements Reply {
    /** The answer to give once the machine came to a state; empty if the wait goes on. */
    public Optional<Answer> after(MachineStatus status) {
      return forVersion && status == MachineStatus.REPLACING ? Optional.of(replaced()) : at(status);
    }

    /** The answer to give if the machine is in a state; empty if it is to be waited for. */
    Optional<Answer> at(MachineStatus status) {
      if (isMetBy(status)) return Optional.of(reached(status));
      return status == MachineStatus.DESTROYED ? Optional.of(Answer.error(404, "machine not found")) : Optional.empty();
    }

    /** The answer to give when the time is over. */
    public Answer tooLate(MachineStatus current) {
      return Answer.error(408, "deadline_exceeded: machine failed to reach desired state, " + String.join(",", states)
          + ", currently " + current.word());
    }

    private static Answer replaced() {
      return Answer.error(400, "invalid_argument: this version of the machine was replaced");
    }

    private boolean isMetBy(MachineStatus status) {
      return states.contains(status.word()) || states.contains("settled") && status.isSettled();
    }

    private Answer reached(MachineStatus status) {
      return Answer.of(200, JsonNodeFactory.instance.objectNode()
          .put("ok", true).put("state", status.word()).put("version", version));
    }
  }
}
