package coordbfaas.machines;

import java.util.Map;
import java.util.Optional;

/**
 * A machine as the API tells it. Fly sends more than this; what is not here is ignored.
 *
 * @param name empty in a list that does not tell it
 * @param state unknown in a list that does not tell it
 * @param instanceId the version of its configuration, not of its boot: a start or stop does not change it; empty in a list that
 *     does not tell it
 * @param nonce in the answer to a create with a lease; reads do not promise it, and of lists it is not read
 * @param hostStatus whether its host can be asked; if not, the rest may be old
 * @param config missing when the machine's host cannot be reached
 */
public record Machine(
    String id,
    String name,
    MachineState state,
    String instanceId,
    Optional<LeaseNonce> nonce,
    HostStatus hostStatus,
    Optional<Config> config) {

  /** A machine on a host that is well. */
  public Machine(
      String id, String name, MachineState state, String instanceId, Optional<LeaseNonce> nonce, Optional<Config> config) {
    this(id, name, state, instanceId, nonce, HostStatus.OK, config);
  }

  /**
   * The part of a machine's configuration that we read.
   *
   * @param image empty if the API told none
   * @param metadata workers may write it: a value that is no text counts as missing, and so does what is beyond 4096 characters
   *     in all
   */
  public record Config(String image, Map<String, String> metadata) {
    public Config {
      metadata = Map.copyOf(metadata);
    }
  }
}
