package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.Yaml;

/** What {@code docs/openapi.yaml} says of answers. */
final class PublicApiFile {
  private static final Path FILE = Path.of("docs/openapi.yaml");
  private static final String ADDRESS = "https://coordbfaas.example/openapi";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final JsonNode file;
  private final SchemaRegistry registry;

  private PublicApiFile(JsonNode file) {
    this.file = file;
    var text = file.toString();
    this.registry = SchemaRegistry.withDialect(Dialects.getDraft202012(), builder -> builder.schemas(Map.of(ADDRESS, text)));
  }

  static PublicApiFile read() throws IOException {
    return new PublicApiFile(JSON.valueToTree(new Yaml().load(Files.readString(FILE))));
  }

  /** The statuses that an answer of {@code POST /run} may have. */
  List<String> statuses() {
    return file.at("/paths/~1run/post/responses").properties().stream().map(Map.Entry::getKey).toList();
  }

  /** Fails unless a schema of the file allows a value. */
  void allows(String schema, JsonNode value) {
    assertThat(problems(JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema), value)).as(schema).isEmpty();
  }

  /** Whether a schema of the file allows a value. */
  boolean isAllowed(String schema, String json) throws IOException {
    return problems(JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema), JSON.readTree(json)).isEmpty();
  }

  /** Fails unless an answer has one of the content types and all the headers that the file says it has, and its body. */
  void knows(SeenAnswer answer) throws IOException {
    var response = resolved(file.at("/paths/~1run/post/responses/" + answer.status()));
    assertThat(response.isMissingNode()).as("the file knows no " + answer.status()).isFalse();
    var content = response.path("content").path(answer.header("content-type").orElse("none").replaceAll(";.*", ""));
    assertThat(content.isMissingNode()).as(answer.status() + " has no such content type").isFalse();
    for (var header : response.path("headers").properties()) holds(answer, header.getKey(), resolved(header.getValue()));
    if (answer.header("content-type").orElse("").contains("json"))
      assertThat(problems(content.path("schema"), JSON.readTree(answer.body()))).as(answer.body()).isEmpty();
  }

  private void holds(SeenAnswer answer, String name, JsonNode header) {
    var value = answer.header(name);
    if (header.path("required").asBoolean()) assertThat(value).as(answer.status() + " " + name).isPresent();
    value.ifPresent(text -> assertThat(problems(header.path("schema"), JSON.valueToTree(text))).as(name + ": " + text).isEmpty());
  }

  private JsonNode resolved(JsonNode node) {
    return Optional.of(node.path("$ref").asText()).filter(reference -> !reference.isEmpty())
        .map(reference -> file.at(reference.substring(1))).orElse(node);
  }

  /** The schema's references are made absolute: it is taken out of the file that they are relative to. */
  private List<String> problems(JsonNode schema, JsonNode value) {
    try {
      var absolute = JSON.readTree(schema.toString().replace("\"#/", "\"" + ADDRESS + "#/"));
      return registry.getSchema(absolute).validate(value).stream().map(Error::toString).toList();
    } catch (IOException malformed) {
      throw new AssertionError(malformed);
    }
  }
}
