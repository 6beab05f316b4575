package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import coordbfaas.localfly.rules.Action;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * What Fly's OpenAPI file says of answers, with the {@link Departure}s that are known: holds an answer of the local Fly
 * against it. An answer may hold nothing that the file does not know.
 */
public final class FlysOwnSpecification {
  static final String FILE = "/fly-machines-openapi.json";

  private static final String MACHINES = "/apps/{app_name}/machines";
  private static final String ADDRESS = "https://docs.machines.dev/spec/openapi3.json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final FlysOwnSpecification KNOWN = new FlysOwnSpecification();

  private final ObjectNode file = file();
  private final Map<Action, String> operations = operations();
  private final SchemaRegistry registry;
  private final Map<JsonNode, Schema> schemas = new ConcurrentHashMap<>();

  private FlysOwnSpecification() {
    Departure.ALL.forEach(this::depart);
    close(file.path("components").path("schemas"));
    close(file.path("paths"));
    var text = file.toString();
    registry = SchemaRegistry.withDialect(Dialects.getOpenApi30(), builder -> builder.schemas(Map.of(ADDRESS, text)));
  }

  /** Fly's file as it is. */
  static ObjectNode file() {
    try (var stream = FlysOwnSpecification.class.getResourceAsStream(FILE)) {
      return (ObjectNode) JSON.readTree(stream);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Fails, with what is wrong and without what the body says, unless the answer is one of Fly's. */
  public static void holds(Action action, int status, Optional<JsonNode> body) {
    assertThat(problems(Optional.of(action), status, body)).as(action + " " + status).isEmpty();
  }

  /**
   * What is wrong with an answer.
   *
   * @param action empty if the call is none that we serve: then only an error will do
   */
  static List<String> problems(Optional<Action> action, int status, Optional<JsonNode> body) {
    var answer = action.map(KNOWN.operations::get).map(operation -> response(KNOWN.file, operation, status))
        .orElseGet(() -> anyError(status));
    if (answer.isMissingNode()) return List.of("the file has no answer " + status);
    var schema = answer.at("/content/application~1json/schema");
    if (schema.isMissingNode()) return body.map(unexpected -> List.of("the file has no body for " + status)).orElse(List.of());
    return body.map(json -> KNOWN.validate(schema, json)).orElse(List.of("the body is missing"));
  }

  /** Method and path of the operation that an action is, as in {@link Departure.Body}; empty if the file has none. */
  static Optional<String> operation(Action action) {
    return Optional.ofNullable(KNOWN.operations.get(action));
  }

  /** What some version of the file says of an answer. */
  static JsonNode response(ObjectNode file, String operation, int status) {
    return operationNode(file, operation).path("responses").path(Integer.toString(status));
  }

  private static JsonNode operationNode(ObjectNode file, String operation) {
    var parts = operation.split(" ", 2);
    return file.path("paths").path(MACHINES + (parts.length > 1 ? parts[1] : "")).path(parts[0].toLowerCase(Locale.ROOT));
  }

  private static JsonNode anyError(int status) {
    return Departure.ALL.stream()
        .anyMatch(departure -> departure instanceof Departure.AnyError error && error.status() == status)
        ? answer("{\"$ref\":\"#/components/schemas/ErrorResponse\"}") : MissingNode.getInstance();
  }

  private Map<Action, String> operations() {
    var found = new EnumMap<Action, String>(Action.class);
    file.path("paths").properties().stream().filter(path -> path.getKey().startsWith(MACHINES)).forEach(path ->
        path.getValue().fieldNames().forEachRemaining(verb -> {
          var method = verb.toUpperCase(Locale.ROOT);
          var below = path.getKey().substring(MACHINES.length());
          Action.of(Action.at(segments(below)), method).ifPresent(action -> found.put(action, (method + " " + below).strip()));
        }));
    return found;
  }

  private static List<String> segments(String path) {
    return Stream.of(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
  }

  private List<String> validate(JsonNode schema, JsonNode body) {
    return schemas.computeIfAbsent(schema, this::compiled).validate(body).stream().map(Error::toString).toList();
  }

  /** The schema with its references made absolute: it is taken out of the file that they are relative to. */
  private Schema compiled(JsonNode schema) {
    return registry.getSchema(json(schema.toString().replace("\"#/", "\"" + ADDRESS + "#/")));
  }

  private void depart(Departure departure) {
    switch (departure) {
      case Departure.Body(var calls, var status, var schema, var why, var source) ->
          calls.forEach(operation -> responses(operation).set(Integer.toString(status), answer(schema)));
      case Departure.AnyError(var status, var why, var source) -> operations.values().forEach(operation -> {
        if (!responses(operation).has(Integer.toString(status)))
          responses(operation).set(Integer.toString(status), anyError(status));
      });
      case Departure.Field(var schema, var field, var type, var why, var source) ->
          ((ObjectNode) component(file, schema).path("properties")).set(field, json(type));
      case Departure.Always(var schema, var fields, var why, var source) ->
          fields.forEach(((ObjectNode) component(file, schema)).withArray("required")::add);
    }
  }

  private ObjectNode responses(String operation) {
    return (ObjectNode) operationNode(file, operation).path("responses");
  }

  /** What some version of the file says of a component. */
  static JsonNode component(ObjectNode file, String schema) {
    return file.path("components").path("schemas").path(schema);
  }

  /** Lets objects hold only the fields that they are said to have. */
  private static void close(JsonNode node) {
    if (node instanceof ObjectNode object && object.path("type").asText().equals("object")
        && object.path("properties").isObject() && !object.has("additionalProperties")) object.put("additionalProperties", false);
    if (node instanceof ObjectNode || node instanceof ArrayNode) node.forEach(FlysOwnSpecification::close);
  }

  private static JsonNode answer(String schema) {
    return json("{\"content\":{\"application/json\":{\"schema\":" + schema + "}}}");
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }
}
