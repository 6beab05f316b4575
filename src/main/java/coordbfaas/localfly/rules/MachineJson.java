package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.machines.HostStatus;

/** How the API tells of a machine. */
final class MachineJson {
  private MachineJson() {}

  /** As get, list, create and update tell it. Of a machine whose host is not well the configuration is not to be relied on. */
  static ObjectNode whole(LocalMachine machine) {
    var json = summary(machine).put("host_status", machine.hostStatus().word());
    json.set(machine.hostStatus() == HostStatus.OK ? "config" : "incomplete_config", config(machine));
    json.putArray("checks");
    return json.set("events", machine.events().json(EventLog.EVENTS_MAX));
  }

  /** As a list tells it that was asked for summaries. */
  static ObjectNode summary(LocalMachine machine) {
    var origin = machine.origin();
    var json = JsonNodeFactory.instance.objectNode()
        .put("id", origin.id()).put("name", origin.name()).put("state", machine.status().word()).put("region", origin.region())
        .put("instance_id", machine.version()).put("private_ip", origin.privateIp())
        .put("created_at", origin.createdAt().toString()).put("updated_at", machine.updatedAt().toString());
    return json.set("image_ref", ImageRef.of(machine.config().image()).json());
  }

  private static ObjectNode config(LocalMachine machine) {
    var config = machine.config().json().deepCopy();
    if (!machine.metadata().isEmpty()) machine.metadata().forEach(config.putObject("metadata")::put);
    return config;
  }

  /** Every configuration that it had, newest first. */
  static ArrayNode versions(LocalMachine machine) {
    var json = JsonNodeFactory.instance.arrayNode();
    machine.versions().forEach(version ->
        json.addObject().put("version", version.id()).set("user_config", version.config().json().deepCopy()));
    return json;
  }
}
