package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Whether a machine boots again when its main process ended by itself. */
record RestartPolicy(String policy, long retriesMax) {
  private static final Set<String> POLICIES = Set.of("no", "on-failure", "always", "spot-price");
  private static final long RETRIES = 10;

  /** Reads {@code restart} of a configuration. Without one it is on-failure, ten times. */
  static RestartPolicy of(ObjectNode config) {
    return GoJson.object(config, "restart").map(RestartPolicy::read).orElse(new RestartPolicy("on-failure", RETRIES));
  }

  private static RestartPolicy read(ObjectNode restart) {
    var policy = GoJson.text(restart, "policy").filter(word -> !word.isEmpty()).orElse("on-failure");
    if (!POLICIES.contains(policy)) throw new Refused(400, "invalid_argument: invalid config.restart.policy, must be one of "
        + "no, on-failure, always, spot-price");
    return new RestartPolicy(policy, GoJson.integer(restart, "max_retries").orElse(RETRIES));
  }

  /** @param restarts how often it was restarted since somebody last started it */
  boolean restarts(boolean failed, long restarts) {
    return policy.equals("always") || policy.equals("on-failure") && failed && restarts < retriesMax;
  }
}
