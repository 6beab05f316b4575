package coordbfaas.machines;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What our client makes of the answers of a Fly that has no network: the same as of those that came over one. */
public final class ReadAnswers {
  private ReadAnswers() {}

  public static Machine machine(JsonNode answer) {
    return Answers.machine(answer);
  }

  public static Lease lease(JsonNode answer) {
    return Answers.lease(answer);
  }

  public static MachineState previousState(JsonNode answer) {
    return Answers.previousState(answer);
  }

  /** @param mayBeDone whether an attempt before this one may have been carried out */
  public static MachinesFailure.Rejected rejected(int status, Optional<JsonNode> body, boolean mayBeDone) {
    var text = body.map(answer -> answer.path("error").asText()).orElse("(no message)");
    return new MachinesFailure.Rejected(status, body.map(answer -> answer.path("status").asText("")).orElse(""), text, mayBeDone);
  }
}
