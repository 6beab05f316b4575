package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A machine's metadata")
class MetadataRulesTest {
  private final RuledFly fly = new RuledFly();
  private final String machine = fly.call(Action.CREATE)
      .body("{\"config\":{\"image\":\"w\",\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}}").is(200).path("id").asText();

  private String metadata() {
    return fly.on(machine, Action.METADATA_READ).is(200).toString();
  }

  @Test
  void isReadWholeOrByKey() {
    assertThat(metadata()).contains("\"a\":\"1\"", "\"b\":\"2\"");
    assertThat(fly.on(machine, Action.METADATA_READ_KEY).key("a").is(200)).isEqualTo(RuledFly.json("{\"value\":\"1\"}"));
    fly.on(machine, Action.METADATA_READ_KEY).key("c").refused(404);
  }

  @Test
  void isSetAndRemovedByKey() {
    fly.on(machine, Action.METADATA_SET_KEY).key("a").body("{\"value\":\"3\"}").is(204);
    fly.on(machine, Action.METADATA_REMOVE_KEY).key("b").is(204);
    assertThat(metadata()).isEqualTo("{\"a\":\"3\"}");
    for (var body : List.of("{}", "{\"value\":1}")) fly.on(machine, Action.METADATA_SET_KEY).key("a").body(body).refused(400);
  }

  @Test
  void isPatchedAtOnce() {
    for (var action : List.of(Action.METADATA_PATCH, Action.METADATA_PUT))
      fly.on(machine, action).body("{\"metadata\":{\"a\":null,\"b\":\"\",\"c\":\"3\"}}").is(204);
    assertThat(metadata()).isEqualTo("{\"c\":\"3\"}");
  }

  @Test
  void isPatchedWholeOrNotAtAll() {
    fly.on(machine, Action.METADATA_PATCH).body("{\"metadata\":{\"c\":\"3\",\"d\":4}}").refused(400);
    fly.on(machine, Action.METADATA_PATCH).body("{}").refused(400);
    assertThat(metadata()).doesNotContain("c");
  }

  @Test
  void isPatchedUnderTheVersionThatIsNamed() {
    fly.on(machine, Action.METADATA_PATCH).body("{\"metadata\":{},\"machine_version\":\"other\"}").refused(412);
    var current = "{\"metadata\":{},\"machine_version\":\"%s\"}".formatted(fly.version(machine));
    fly.on(machine, Action.METADATA_PATCH).body(current).is(204);
  }

  @Test
  void isPartOfTheConfiguration() {
    fly.on(machine, Action.METADATA_SET_KEY).key("c").body("{\"value\":\"3\"}").is(204);
    assertThat(fly.on(machine, Action.GET).is(200).path("config").path("metadata").path("c").asText()).isEqualTo("3");
  }

  @Test
  void isAsLongAsFlyTakes() {
    var longest = "x".repeat(OpenQuestions.GUESSED.metadataBytesMax());
    fly.on(machine, Action.METADATA_SET_KEY).key("a").body("{\"value\":\"%s\"}".formatted(longest)).is(204);
    fly.on(machine, Action.METADATA_SET_KEY).key("a").body("{\"value\":\"%sx\"}".formatted(longest)).refused(400);
    fly.on(machine, Action.METADATA_PATCH).body("{\"metadata\":{\"b\":null,\"c\":\"%sx\"}}".formatted(longest)).refused(400);
    assertThat(metadata()).contains("\"b\":\"2\"");
  }

  @Test
  void changesNeitherVersionNorState() {
    fly.boots(machine, 1);
    var version = fly.version(machine);
    fly.on(machine, Action.METADATA_PATCH).body("{\"metadata\":{\"a\":\"3\"}}").is(204);
    assertThat(fly.effects).isEmpty();
    assertThat(fly.version(machine)).isEqualTo(version);
    assertThat(fly.state(machine)).isEqualTo("started");
  }
}
