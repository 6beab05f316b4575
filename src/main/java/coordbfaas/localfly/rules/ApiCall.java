package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.machines.LeaseNonce;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One call of the Machines API. It does not print its query and body.
 *
 * @param machine the machine's id; empty for calls on the app
 * @param key the key of the metadata; empty for other calls
 * @param nonce of the header {@code fly-machine-lease-nonce}
 * @param body the JSON object that was sent; an empty one if nothing was
 * @param caller who says to have made it; empty if nobody does
 */
public record ApiCall(
    Action action,
    String app,
    String machine,
    String key,
    Map<String, List<String>> query,
    Optional<LeaseNonce> nonce,
    ObjectNode body,
    String caller) {

  /** A call of somebody who does not say who it is. */
  public ApiCall(Action action, String app, String machine, String key, Map<String, List<String>> query,
      Optional<LeaseNonce> nonce, ObjectNode body) {
    this(action, app, machine, key, query, nonce, body, "");
  }

  /** The first value of a query parameter. */
  Optional<String> parameter(String name) {
    return query.getOrDefault(name, List.of()).stream().findFirst();
  }

  /** The values of a parameter that may be repeated, be a comma list, or both. */
  List<String> words(String name) {
    return query.getOrDefault(name, List.of()).stream()
        .flatMap(value -> Stream.of(value.split(","))).filter(word -> !word.isEmpty()).toList();
  }

  /** Whether a parameter is set as a flag is. */
  boolean flag(String name) {
    return parameter(name).filter("true"::equals).isPresent();
  }

  @Override
  public String toString() {
    return "ApiCall[" + action + " " + app + " " + machine + "]";
  }
}
