package coordbfaas.machines;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a create asks for.
 *
 * @param name unique in the app
 * @param leaseTtlSeconds the life of the lease that the machine is born with
 * @see <a href="https://fly.io/docs/machines/api/machines-resource/#create-a-machine">Fly: create a machine</a>
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record CreateMachine(
    String name,
    Optional<String> region,
    @JsonProperty("lease_ttl") long leaseTtlSeconds,
    Config config) {

  /** A machine that boots its image afresh each time, ends with its main process, and is reached by its id alone. */
  public record Config(
      String image,
      Guest guest,
      Map<String, String> env,
      Map<String, String> metadata,
      Restart restart,
      Rootfs rootfs,
      @JsonProperty("stop_config") StopConfig stopConfig,
      List<Service> services) {}

  public record Guest(@JsonProperty("cpu_kind") String cpuKind, int cpus, @JsonProperty("memory_mb") int memoryMb) {}

  public record Restart(String policy) {}

  public record Rootfs(String persist) {}

  /** @param timeout in Go's syntax: a bare number would be nanoseconds */
  public record StopConfig(String signal, String timeout) {}

  public record Service(
      String protocol,
      @JsonProperty("internal_port") int internalPort,
      boolean autostart,
      String autostop,
      List<Port> ports) {}

  public record Port(int port, List<String> handlers) {}
}
