package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Reply.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** How metadata is read and written: by everyone, lease or not, without a new version of the machine. */
final class MetadataRules {
  private final OpenQuestions open;

  MetadataRules(OpenQuestions open) {
    this.open = open;
  }

  static Answer read(LocalMachine machine) {
    var json = JsonNodeFactory.instance.objectNode();
    machine.metadata().forEach(json::put);
    return Answer.of(200, json);
  }

  static Answer read(LocalMachine machine, String key) {
    var value = Optional.ofNullable(machine.metadata().get(key)).orElseThrow(() -> new Refused(404, "metadata key not found"));
    return Answer.of(200, JsonNodeFactory.instance.objectNode().put("value", value));
  }

  Outcome set(LocalMachine machine, ApiCall call, Instant now) {
    var value = GoJson.text(call.body(), "value").orElseThrow(() -> new Refused(400, "invalid_argument: value is required"));
    return patched(machine, Map.of(call.key(), value), now);
  }

  Outcome remove(LocalMachine machine, String key, Instant now) {
    return patched(machine, Map.of(key, ""), now);
  }

  /** Sets the keys given and leaves the others; null or an empty text removes one. Applied whole or not at all. */
  Outcome patch(LocalMachine machine, ApiCall call, Instant now) {
    var patch = GoJson.object(call.body(), "metadata")
        .orElseThrow(() -> new Refused(400, "invalid_argument: metadata is required"));
    if (GoJson.text(call.body(), "machine_version").filter(version -> !version.equals(machine.version())).isPresent())
      throw new Refused(412, "failed_precondition: machine version mismatch");
    return patched(machine, texts(patch), now);
  }

  private static Map<String, String> texts(ObjectNode patch) {
    var texts = new LinkedHashMap<String, String>();
    patch.fieldNames().forEachRemaining(key -> texts.put(key, GoJson.text(patch, key).orElse("")));
    return texts;
  }

  private Outcome patched(LocalMachine machine, Map<String, String> patch, Instant now) {
    if (patch.values().stream().anyMatch(value -> bytes(value) > open.metadataBytesMax())) throw new Refused(400,
        "invalid_argument: a metadata value may have up to " + open.metadataBytesMax() + " bytes");
    machine.metadata(patch, now);
    return Outcome.of(Answer.noContent());
  }

  private static int bytes(String value) {
    return value.getBytes(StandardCharsets.UTF_8).length;
  }
}
