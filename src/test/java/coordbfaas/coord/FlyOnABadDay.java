package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import coordbfaas.auth.KeyPair;
import coordbfaas.localfly.LocalFly;
import coordbfaas.localfly.LocalFlySettings;
import coordbfaas.settings.Environment;
import coordbfaas.settings.SettingsReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;

/** A local Fly of its own that does as its admin port is told, and keeps a log. */
final class FlyOnABadDay implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ActorTestKit kit = ActorTestKit.create("fly", ConfigFactory.load());
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ActorRef<LocalFly.Command> fly;
  private final LocalFly.Ready addresses;

  private FlyOnABadDay(List<String> arguments) {
    var settings = LocalFlySettings.alone(new SettingsReader(Environment.config(Map.of())), arguments);
    var ready = kit.<LocalFly.Ready>createTestProbe();
    this.fly = kit.spawn(LocalFly.create(settings, ready.getRef()));
    this.addresses = ready.receiveMessage(Duration.ofSeconds(20));
  }

  /** On ports that the kernel picks, with more arguments as {@code bin/bfaas local-fly} takes them. */
  static FlyOnABadDay with(String... arguments) {
    var all = new ArrayList<>(List.of("--port", "0", "--flycast-port", "0", "--admin-port", "0"));
    all.addAll(List.of(arguments));
    return new FlyOnABadDay(all);
  }

  /** What a coordinator is given to find it, with more variables. */
  Map<String, String> environment(Map<String, String> more) {
    var variables = new HashMap<>(Map.of(
        "WORKER_APP", "workers", "WORKER_IMAGE", "basher", "FLY_TOKEN", "t", "FLY_MACHINE_ID", "c1",
        "FLY_API_HOSTNAME", addresses.api().toString(), "WORKER_URL", addresses.flycast().toString(),
        "PRIVATE", KeyPair.generate().privateText(), "POOL_WARM", "all"));
    variables.putAll(more);
    return variables;
  }

  URI flycast() {
    return addresses.flycast();
  }

  void refusesConnections() {
    post("/api/refuse", "{}");
  }

  void takesConnectionsAgain() {
    post("/api/serve", "{}");
  }

  void suffers(String fault) {
    post("/faults", "{\"fault\":\"" + fault + "\"}");
  }

  /** How many machines have come to a state, one that did so twice counting as two. */
  long cameTo(String state) {
    return entries().stream().filter(entry -> entry.path("to").asText().equals(state)).count();
  }

  /** How many calls of an action were answered so. */
  long answered(String action, int status) {
    return entries().stream().filter(entry -> entry.path("event").asText().equals("arrived")
        && entry.path("action").asText().equals(action) && entry.path("status").asInt() == status).count();
  }

  /** Nothing happened that its judge forbids. */
  void findsNothingWrong() {
    assertThat(get("/verdict").path("violations")).isEmpty();
  }

  @Override
  public void close() {
    fly.tell(new LocalFly.Stop());
    kit.createTestProbe().expectTerminated(fly, Duration.ofSeconds(20));
    http.close();
    kit.shutdownTestKit();
  }

  private List<JsonNode> entries() {
    return StreamSupport.stream(get("/log?last=100000").path("entries").spliterator(), false).toList();
  }

  private JsonNode get(String path) {
    return send(HttpRequest.newBuilder(admin(path)).build());
  }

  private void post(String path, String body) {
    send(HttpRequest.newBuilder(admin(path)).POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  private URI admin(String path) {
    return addresses.admin().orElseThrow().resolve(path);
  }

  private JsonNode send(HttpRequest request) {
    try {
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
      return json(answer.body());
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new AssertionError(malformed);
    }
  }
}
