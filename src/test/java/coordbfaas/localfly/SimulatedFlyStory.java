package coordbfaas.localfly;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.Told;
import coordbfaas.machines.LeaseNonce;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A simulated Fly and those who call it. */
abstract class SimulatedFlyStory {
  private static final ObjectMapper JSON = new ObjectMapper();

  final SimulatedFly fly = new SimulatedFly(1);

  /** A call, and what its caller was told of it. */
  static final class Asked {
    final List<Told> told = new ArrayList<>();
    long number;

    JsonNode is(int status) {
      assertThat(told).singleElement().isInstanceOf(Told.Answered.class);
      var answer = ((Told.Answered) told.getFirst()).answer();
      assertThat(answer.status()).as(String.valueOf(answer.body())).isEqualTo(status);
      return answer.body().orElseGet(JSON::createObjectNode);
    }
  }

  Asked ask(Action action, String machine, String nonce, String body) {
    return ask(fly, action, machine, nonce, body);
  }

  static Asked ask(SimulatedFly fly, Action action, String machine, String nonce, String body) {
    var asked = new Asked();
    asked.number = fly.call(call(action, machine, nonce, body), asked.told::add).orElse(0);
    return asked;
  }

  static ApiCall call(Action action, String machine, String nonce, String body) {
    var query = action == Action.WAIT ? Map.of("state", List.of(body)) : Map.<String, List<String>>of();
    return new ApiCall(action, "workers", machine, "", query,
        Optional.of(nonce).filter(text -> !text.isEmpty()).map(LeaseNonce::new), json(action == Action.WAIT ? "{}" : body));
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }

  JsonNode answer(Action action, String machine, String nonce, String body, int status) {
    var asked = ask(action, machine, nonce, body);
    fly.timePasses(ZERO);
    return asked.is(status);
  }

  JsonNode aMachine(String name, String more) {
    var body = "{\"name\":\"%s\",\"config\":{\"image\":\"w\",\"restart\":{\"policy\":\"no\"}}%s}".formatted(name, more);
    var machine = answer(Action.CREATE, "", "", body, 200);
    fly.timePasses(ofSeconds(1));
    return machine;
  }

  String aStartedMachine() {
    return aMachine("worker-p-0", "").path("id").asText();
  }

  String state(String machine) {
    return answer(Action.GET, machine, "", "{}", 200).path("state").asText();
  }
}
