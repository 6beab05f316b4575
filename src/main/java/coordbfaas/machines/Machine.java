package coordbfaas.machines;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A machine as the API tells it. Fly sends more than this; what is not here is ignored.
 *
 * @param instanceId the version of its configuration, not of its boot: a start or stop does not change it
 * @param nonce in the answer to a create with a lease; reads do not promise it
 * @param config missing when the machine's host cannot be reached
 */
public record Machine(
    String id,
    String name,
    MachineState state,
    @JsonProperty("instance_id") String instanceId,
    Optional<LeaseNonce> nonce,
    Optional<Config> config) {

  /** The part of a machine's configuration that we read. Workers may write metadata: a value that is null counts as missing. */
  public record Config(String image, Map<String, String> metadata) {
    public Config {
      var values = new HashMap<String, String>(metadata == null ? Map.of() : metadata);
      values.values().removeIf(Objects::isNull);
      metadata = Map.copyOf(values);
    }
  }
}
