package coordbfaas.machines;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the documents that the API answers with mean. What must be there is checked, what is not known is ignored. All methods
 * throw {@link UnreadableAnswer}.
 */
final class Answers {
  // It goes into a header.
  private static final Pattern NONCE = Pattern.compile("[!-~]{1,512}");

  private Answers() {}

  static Machine machine(JsonNode machine) {
    return new Machine(
        text(machine, "id"),
        text(machine, "name"),
        MachineState.of(text(machine, "state")),
        text(machine, "instance_id"),
        optionalText(machine, "nonce").map(nonce -> nonce(nonce)),
        hostStatus(machine),
        config(machine));
  }

  /**
   * A machine in a list. Only its id must be there, or one that lacks something would hide all the others; whoever wants to use
   * it asks for it by its id. What it lacks is empty, or unknown.
   */
  static Machine listed(JsonNode machine) {
    return new Machine(
        text(machine, "id"),
        optionalText(machine, "name").orElse(""),
        MachineState.of(optionalText(machine, "state").orElse("")),
        optionalText(machine, "instance_id").orElse(""),
        Optional.empty(),
        hostStatus(machine),
        config(machine));
  }

  /** Fly answers lease calls in an envelope; its specification shows them without. */
  static Lease lease(JsonNode answer) {
    var lease = answer.has("data") ? answer.path("data") : answer;
    return new Lease(
        nonce(text(lease, "nonce")), wholeNumber(lease, "expires_at"), optionalText(lease, "owner"),
        optionalText(lease, "description"));
  }

  /** The state in which a start found its machine; {@link MachineState#UNKNOWN} if the answer does not tell. */
  static MachineState previousState(JsonNode answer) {
    return MachineState.of(answer.path("previous_state").asText(""));
  }

  private static HostStatus hostStatus(JsonNode machine) {
    return HostStatus.of(machine.path("host_status").asText(""));
  }

  private static Optional<Machine.Config> config(JsonNode machine) {
    return Optional.of(machine.path("config")).filter(JsonNode::isObject)
        .map(config -> new Machine.Config(optionalText(config, "image").orElse(""), texts(config.path("metadata"))));
  }

  private static Map<String, String> texts(JsonNode map) {
    var texts = new HashMap<String, String>();
    map.properties().stream().filter(entry -> entry.getValue().isTextual())
        .forEach(entry -> texts.put(entry.getKey(), entry.getValue().textValue()));
    return texts;
  }

  private static LeaseNonce nonce(String text) {
    if (!NONCE.matcher(text).matches()) throw UnreadableAnswer.malformed("nonce: what no header can hold");
    return new LeaseNonce(text);
  }

  private static String text(JsonNode node, String field) {
    var value = node.path(field);
    if (!value.isTextual() || value.textValue().isEmpty()) throw missing(value, field, "a text");
    return value.textValue();
  }

  private static Optional<String> optionalText(JsonNode node, String field) {
    var value = node.path(field);
    return value.isTextual() && !value.textValue().isEmpty() ? Optional.of(value.textValue()) : Optional.empty();
  }

  private static long wholeNumber(JsonNode node, String field) {
    var value = node.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) throw missing(value, field, "a whole number");
    return value.longValue();
  }

  private static UnreadableAnswer missing(JsonNode value, String field, String expected) {
    var given = value.isMissingNode() ? field + " missing"
        : field + ": " + (value.isTextual() ? "empty" : value.getNodeType().name().toLowerCase(Locale.ROOT));
    return UnreadableAnswer.malformed(given + " (expected: " + expected + ")");
  }
}
