package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Instant;
import java.util.Optional;

/** How metadata is read and written: by everyone, lease or not. */
final class MetadataRules {
  private MetadataRules() {}

  static Answer read(LocalMachine machine) {
    var json = JsonNodeFactory.instance.objectNode();
    machine.metadata().forEach(json::put);
    return Answer.of(200, json);
  }

  static Answer read(LocalMachine machine, String key) {
    var value = Optional.ofNullable(machine.metadata().get(key)).orElseThrow(() -> new Refused(404, "metadata key not found"));
    return Answer.of(200, JsonNodeFactory.instance.objectNode().put("value", value));
  }

  static Answer set(LocalMachine machine, ApiCall call, Instant now) {
    var value = GoJson.text(call.body(), "value").orElseThrow(() -> new Refused(400, "invalid_argument: value is required"));
    machine.metadata(call.key(), value, now);
    return Answer.noContent();
  }

  static Answer remove(LocalMachine machine, String key, Instant now) {
    machine.metadata(key, "", now);
    return Answer.noContent();
  }

  /** Sets the keys given and leaves the others; null or an empty text removes one. */
  static Answer patch(LocalMachine machine, ApiCall call, Instant now) {
    var patch = GoJson.object(call.body(), "metadata")
        .orElseThrow(() -> new Refused(400, "invalid_argument: metadata is required"));
    if (GoJson.text(call.body(), "machine_version").filter(version -> !version.equals(machine.origin().version())).isPresent())
      throw new Refused(412, "failed_precondition: machine version mismatch");
    requireTexts(patch);
    patch.properties().forEach(entry -> machine.metadata(entry.getKey(), text(entry.getValue()), now));
    return Answer.noContent();
  }

  /** A patch is applied whole or not at all. */
  private static void requireTexts(ObjectNode patch) {
    patch.fieldNames().forEachRemaining(key -> GoJson.text(patch, key));
  }

  private static String text(JsonNode value) {
    return value.isNull() ? "" : value.textValue();
  }
}
