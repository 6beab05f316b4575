package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.settings.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads JSON as Fly's servers do: null counts as missing, a field of another type is {@link Refused} with 400 and Go's words.
 */
final class GoJson {
  private GoJson() {}

  static Optional<String> text(ObjectNode object, String field) {
    return present(object, field).map(value -> required(value.isTextual(), value, field, "string").textValue());
  }

  static boolean flag(ObjectNode object, String field) {
    return present(object, field).map(value -> required(value.isBoolean(), value, field, "bool").booleanValue()).orElse(false);
  }

  static Optional<Long> integer(ObjectNode object, String field) {
    return present(object, field)
        .map(value -> required(value.isIntegralNumber() && value.canConvertToLong(), value, field, "int64").longValue());
  }

  static Optional<ObjectNode> object(ObjectNode object, String field) {
    return present(object, field).map(value -> (ObjectNode) required(value.isObject(), value, field, "struct"));
  }

  /** The objects of an array; none if it is missing. */
  static List<ObjectNode> objects(ObjectNode object, String field) {
    var objects = new ArrayList<ObjectNode>();
    present(object, field).ifPresent(array -> required(array.isArray(), array, field, "slice").forEach(value ->
        objects.add((ObjectNode) required(value.isObject(), value, field, "struct"))));
    return objects;
  }

  /** A map of texts, in the order in which they stand. */
  static Map<String, String> texts(ObjectNode object, String field) {
    var texts = new LinkedHashMap<String, String>();
    object(object, field).ifPresent(map -> map.properties().forEach(entry ->
        texts.put(entry.getKey(), required(entry.getValue().isTextual(), entry.getValue(), field, "string").textValue())));
    return texts;
  }

  /** A duration in Go's syntax, or a number of nanoseconds. */
  static Optional<Duration> duration(ObjectNode object, String field) {
    return present(object, field).map(value -> value.isTextual()
        ? parsed(value.textValue(), field)
        : Duration.ofNanos(required(value.isIntegralNumber() && value.canConvertToLong(), value, field, "Duration").longValue()));
  }

  static Duration parsed(String text, String field) {
    try {
      return GoDuration.parse(text);
    } catch (IllegalArgumentException malformed) {
      throw new Refused(400, "invalid_argument: " + field + ": time: invalid duration");
    }
  }

  private static Optional<JsonNode> present(ObjectNode object, String field) {
    return Optional.ofNullable(object.get(field)).filter(value -> !value.isNull());
  }

  private static JsonNode required(boolean holds, JsonNode value, String field, String type) {
    if (!holds) throw new Refused(400, "json: cannot unmarshal " + value.getNodeType().name().toLowerCase(Locale.ROOT)
        + " into Go struct field ." + field + " of type " + type);
    return value;
  }
}
