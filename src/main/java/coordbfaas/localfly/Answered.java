package coordbfaas.localfly;

import com.fasterxml.jackson.databind.JsonNode;
import coordbfaas.localfly.rules.Action;
import java.util.Optional;

/**
 * An answer that the Machines API gave. Each is published to the actor system's event stream, just before it is sent, so that
 * tests may hold it against Fly's own specification. It does not print its body, which may hold a nonce.
 *
 * @param action what was called; empty if the caller had no valid token, or named a path or a method that is not served
 * @param call method and path of the request, without its query
 * @param body JSON; empty if the answer has none
 */
public record Answered(Optional<Action> action, String call, int status, Optional<JsonNode> body) {
  @Override
  public String toString() {
    return "Answered[" + call + ", " + status + "]";
  }
}
