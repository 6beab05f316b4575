package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Action;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Fly's own specification")
class FlysOwnSpecificationTest {
  static final List<Departure> DEPARTURES = Departure.ALL;

  private static final String MACHINE = """
      {"id":"1857156b526dd8","name":"w","state":"created","region":"dfw","instance_id":"01HEPA330HZ37A78TK080NAK1M",
       "private_ip":"fdaa:0:1:a7b::2","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z",
       "image_ref":{"registry":"registry.example","repository":"w","tag":"1"},
       "config":{"image":"w","services":[{"internal_port":8000,"autostop":false}]}}""";
  private static final String LEASE = "{\"nonce\":\"5c35\",\"expires_at\":1708569778,\"owner\":\"o\",\"version\":\"01\"}";

  @Test
  void isTheFileThatTheFactSheetNames() throws IOException, NoSuchAlgorithmException {
    try (var file = FlysOwnSpecification.class.getResourceAsStream(FlysOwnSpecification.FILE)) {
      assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file.readAllBytes())))
          .isEqualTo("45efe4aaecb2f7c0185831792cd7335528990a304bbbb7eb7e6f91725c53daeb");
    }
  }

  @ParameterizedTest
  @EnumSource
  void hasAnOperationForEveryAction(Action action) {
    assertThat(FlysOwnSpecification.operation(action)).isPresent();
  }

  @ParameterizedTest
  @FieldSource("DEPARTURES")
  void saysOtherwiseWhereADepartureIsListed(Departure departure) {
    var file = FlysOwnSpecification.file();
    assertThat(departure.why()).isNotBlank();
    assertThat(departure.source()).isNotBlank();
    switch (departure) {
      case Departure.Body(var operations, var status, var schema, var why, var source) -> operations.forEach(operation ->
          assertThat(FlysOwnSpecification.response(file, operation, status).at("/content/application~1json/schema"))
              .as(operation).isNotEqualTo(json(schema)));
      case Departure.AnyError(var status, var why, var source) -> assertThat(Action.values()).anyMatch(action ->
          FlysOwnSpecification.response(file, FlysOwnSpecification.operation(action).orElseThrow(), status).isMissingNode());
      case Departure.Field(var schema, var field, var type, var why, var source) ->
          assertThat(FlysOwnSpecification.component(file, schema).path("properties").path(field)).isNotEqualTo(json(type));
      case Departure.Always(var schema, var fields, var why, var source) ->
          assertThat(FlysOwnSpecification.component(file, schema).path("required")).isEmpty();
    }
  }

  @Nested
  @DisplayName("takes")
  class Takes {
    @Test
    void aMachine() {
      FlysOwnSpecification.holds(Action.GET, 200, Optional.of(json(MACHINE)));
      FlysOwnSpecification.holds(Action.LIST, 200, Optional.of(json("[" + MACHINE + "]")));
    }

    @Test
    void aLeaseInItsEnvelope() {
      FlysOwnSpecification.holds(Action.LEASE_READ, 200, Optional.of(json("{\"status\":\"success\",\"data\":" + LEASE + "}")));
    }

    @Test
    void anAnswerWithoutABodyWhereThereIsNone() {
      FlysOwnSpecification.holds(Action.METADATA_SET_KEY, 204, Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 408, 409, 412, 429, 503})
    void anErrorThatItForgot(int status) {
      FlysOwnSpecification.holds(Action.START, status, Optional.of(json("{\"error\":\"e\"}")));
    }
  }

  @Nested
  @DisplayName("finds")
  class Finds {
    @Test
    void aFieldThatItDoesNotKnow() {
      assertThat(inMachine("boots", "3")).singleElement().asString().contains("boots");
      assertThat(problems(Action.GET, 200, MACHINE.replace("internal_port", "inner_port")))
          .singleElement().asString().contains("inner_port");
    }

    @Test
    void aFieldOfAnotherType() {
      assertThat(inMachine("created_at", "3")).singleElement().asString().contains("created_at");
    }

    @Test
    void aWordThatFlyDoesNotSay() {
      assertThat(inMachine("host_status", "\"fine\"")).singleElement().asString().contains("host_status");
    }

    @Test
    void aFieldThatIsMissing() {
      assertThat(problems(Action.GET, 200, "{}")).hasSize(9);
      assertThat(problems(Action.GET, 404, "{}")).hasSize(1);
      assertThat(problems(Action.STOP, 200, "{}")).hasSize(1);
    }

    @Test
    void aLeaseWithoutItsEnvelope() {
      assertThat(problems(Action.LEASE_ACQUIRE, 201, LEASE)).isNotEmpty();
    }

    @Test
    void aStatusThatIsNotFlys() {
      assertThat(problems(Action.GET, 418, "{\"error\":\"e\"}")).containsExactly("the file has no answer 418");
      assertThat(problems(Action.GET, 201, MACHINE)).containsExactly("the file has no answer 201");
    }

    @Test
    void aBodyTooManyOrTooFew() {
      assertThat(problems(Action.METADATA_SET_KEY, 204, "{}")).containsExactly("the file has no body for 204");
      assertThat(FlysOwnSpecification.problems(Optional.of(Action.GET), 200, Optional.empty()))
          .containsExactly("the body is missing");
    }

    @Test
    void anAnswerOtherThanAnErrorToACallThatIsNotServed() {
      assertThat(FlysOwnSpecification.problems(Optional.empty(), 404, Optional.of(json("{\"error\":\"e\"}")))).isEmpty();
      assertThat(FlysOwnSpecification.problems(Optional.empty(), 200, Optional.of(json("{\"ok\":true}")))).isNotEmpty();
    }

    @Test
    void butTellsNoNonce() {
      var lease = "{\"status\":\"success\",\"data\":" + LEASE.replace("\"owner\":\"o\",", "") + "}";
      assertThatThrownBy(() -> FlysOwnSpecification.holds(Action.LEASE_READ, 200, Optional.of(json(lease))))
          .isInstanceOf(AssertionError.class).hasMessageContaining("owner").hasMessageNotContaining("5c35");
    }

    private List<String> inMachine(String field, String value) {
      var machine = (ObjectNode) json(MACHINE);
      return problems(Action.GET, 200, machine.set(field, json(value)).toString());
    }

    private List<String> problems(Action action, int status, String body) {
      return FlysOwnSpecification.problems(Optional.of(action), status, Optional.of(json(body)));
    }
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }
}
