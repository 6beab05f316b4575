package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.machines.LeaseNonce;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The rules, on a clock that the test moves. Nothing boots or ends unless the test says so. */
final class RuledFly {
  private static final ObjectMapper JSON = new ObjectMapper();

  final FlyRules rules;
  Instant now = Instant.parse("2026-01-01T00:00:00Z");

  /** What the last call or piece of news wanted done. */
  List<Effect> effects = List.of();

  RuledFly(Delays delays, OpenQuestions open) {
    rules = new FlyRules(delays, open, new Random(1));
  }

  RuledFly() {
    this(Delays.NONE, OpenQuestions.GUESSED);
  }

  /** A call that is being put together. */
  final class Request {
    private final Action action;
    private String app = "workers";
    private String machine = "";
    private String key = "";
    private final Map<String, List<String>> query = new HashMap<>();
    private Optional<LeaseNonce> nonce = Optional.empty();
    private String body = "{}";

    private Request(Action action) {
      this.action = action;
    }

    Request of(String app) {
      this.app = app;
      return this;
    }

    Request on(String machine) {
      this.machine = machine;
      return this;
    }

    Request key(String key) {
      this.key = key;
      return this;
    }

    Request with(String parameter, String... values) {
      query.put(parameter, List.of(values));
      return this;
    }

    Request nonce(String nonce) {
      this.nonce = Optional.of(new LeaseNonce(nonce));
      return this;
    }

    Request body(String json) {
      body = json;
      return this;
    }

    Reply reply() {
      var outcome = rules.answer(new ApiCall(action, app, machine, key, query, nonce, json(body)), now);
      effects = outcome.effects();
      return outcome.reply();
    }

    /** The answer's body, once its status is as expected. */
    JsonNode is(int status) {
      var reply = reply();
      assertThat(reply).isInstanceOf(Answer.class);
      return answered((Answer) reply, status);
    }

    /** The words of a refusal. */
    String refused(int status) {
      return is(status).path("error").asText();
    }

    /** The wait that the call came to. */
    Reply.Wait waits() {
      var reply = reply();
      assertThat(reply).isInstanceOf(Reply.Wait.class);
      return (Reply.Wait) reply;
    }
  }

  static JsonNode answered(Answer answer, int status) {
    assertThat(answer.status()).as(String.valueOf(answer.body())).isEqualTo(status);
    return answer.body().orElseGet(JSON::createObjectNode);
  }

  static ObjectNode json(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new IllegalArgumentException(malformed);
    }
  }

  /** The machines of a list. */
  static List<String> ids(JsonNode machines) {
    var ids = new ArrayList<String>();
    machines.forEach(machine -> ids.add(machine.path("id").asText()));
    return ids;
  }

  Request call(Action action) {
    return new Request(action);
  }

  Request on(String machine, Action action) {
    return call(action).on(machine);
  }

  /** A machine that was created just now, and was not booted yet. */
  JsonNode create(String name, String... more) {
    return call(Action.CREATE)
        .body("{\"name\":\"%s\",\"config\":{\"image\":\"worker:1\"}%s}".formatted(name, String.join("", more))).is(200);
  }

  String aCreated(String name, String... more) {
    return create(name, more).path("id").asText();
  }

  String aStarted(String name, String... more) {
    var machine = aCreated(name, more);
    boots(machine, 1);
    return machine;
  }

  String aStopped(String name) {
    var machine = aStarted(name);
    on(machine, Action.STOP).is(200);
    ends(machine, 1);
    return machine;
  }

  String aSuspended(String name) {
    var machine = aStarted(name);
    on(machine, Action.SUSPEND).is(200);
    news(rules.settled(machine, 1, now));
    return machine;
  }

  /** Has a machine destroyed, and its latest boot end. */
  void destroy(String machine, long boot) {
    on(machine, Action.DESTROY).with("force", "true").is(200);
    ends(machine, boot);
  }

  void boots(String machine, long boot) {
    news(rules.launched(machine, boot, now));
    news(rules.booted(machine, boot, now));
  }

  void ends(String machine, long boot) {
    news(rules.ended(machine, boot, now));
  }

  void news(List<Effect> wanted) {
    effects = wanted;
  }

  String state(String machine) {
    return on(machine, Action.GET).is(200).path("state").asText();
  }

  String version(String machine) {
    return on(machine, Action.GET).is(200).path("instance_id").asText();
  }

  void timePasses(Duration duration) {
    now = now.plus(duration);
  }

  /** The effects of the last call, without the announcements. */
  List<Effect> wanted() {
    var wanted = new ArrayList<>(effects);
    wanted.removeIf(Effect.Changed.class::isInstance);
    return wanted;
  }
}
