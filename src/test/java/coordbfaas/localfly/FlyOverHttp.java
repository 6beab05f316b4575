package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import coordbfaas.auth.KeyPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** Fly on localhost, served on ports of its own, its machines fake bashers; and a client of it. */
final class FlyOverHttp implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final ObjectMapper JSON = new ObjectMapper();

  final ActorTestKit kit;
  final ActorRef<LocalFly.Command> fly;
  final URI api;
  final URI flycast;
  final Optional<URI> admin;
  final TestProbe<FakeBasher.Event> bashers;

  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String publicKey = KeyPair.generate().publicText();

  FlyOverHttp(LocalFlySettings settings) {
    kit = ActorTestKit.create(ConfigFactory.load());
    bashers = kit.createTestProbe(FakeBasher.Event.class);
    var ready = kit.createTestProbe(LocalFly.Ready.class);
    var host = JvmMachine.host((basher, replyTo) -> FakeBasher.create(basher, replyTo, bashers.ref()));
    fly = kit.spawn(LocalFly.create(settings, ready.ref(), host, InstantSource.system()));
    var served = ready.receiveMessage(PATIENCE);
    api = served.api();
    flycast = served.flycast();
    admin = served.admin();
  }

  static FlyOverHttp serve() {
    return new FlyOverHttp(LocalFlySettings.ephemeral());
  }

  /** One with an admin port. */
  static FlyOverHttp withAdmin() {
    return new FlyOverHttp(LocalFlySettings.ephemeral().withAdmin());
  }

  /** What was answered. */
  record Answered(int status, JsonNode body, HttpResponse<String> response) {
    Answered is(int status) {
      assertThat(this.status).as(response.body()).isEqualTo(status);
      return this;
    }

    String error() {
      return body.path("error").asText();
    }

    String text(String field) {
      return body.path(field).asText();
    }
  }

  Answered call(String method, String path, String body, String... headers) {
    return ask(request(api, "/v1/apps/workers/machines" + path, headers), method, body);
  }

  /** Asks the admin port. */
  Answered admin(String method, String path, String body, String... headers) {
    return ask(request(admin.orElseThrow(), path, headers), method, body);
  }

  /** Begins a fault; returns its number. */
  long happens(String fault) {
    return admin("POST", "/faults", "{\"fault\":\"%s\"}".formatted(fault)).is(201).body().path("number").asLong();
  }

  private Answered ask(HttpRequest.Builder request, String method, String body) {
    var answer = text(request
        .method(method, body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body)));
    return new Answered(answer.statusCode(), json(answer.body()), answer);
  }

  Answered get(String path, String... headers) {
    return call("GET", path, "", headers);
  }

  Answered post(String path, String body, String... headers) {
    return call("POST", path, body, headers);
  }

  Answered create(String name, String... more) {
    return post("", "{\"name\":\"%s\",\"config\":%s%s}".formatted(name, config(), String.join("", more)));
  }

  String config() {
    return "{\"image\":\"registry.example/worker:1\",\"env\":{\"PUBLIC\":\"%s\"},\"metadata\":{\"pool_id\":\"p\"}}"
        .formatted(publicKey);
  }

  /** A machine that runs. */
  JsonNode aStartedMachine(String name) {
    var machine = create(name).is(200).body();
    awaits(machine, "started").is(200);
    return machine;
  }

  Answered awaits(JsonNode machine, String state) {
    return get("/%s/wait?state=%s&timeout=10&version=%s".formatted(
        machine.path("id").asText(), state, machine.path("instance_id").asText()));
  }

  HttpRequest.Builder toMachine(String id, String path) {
    return request(flycast, path, "fly-force-instance-id", id);
  }

  HttpResponse<String> text(HttpRequest.Builder request) {
    return send(request, HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<Stream<String>> lines(HttpRequest.Builder request) {
    return send(request, HttpResponse.BodyHandlers.ofLines());
  }

  static HttpRequest.Builder request(URI base, String path, String... headers) {
    var request = HttpRequest.newBuilder(base.resolve(path)).timeout(PATIENCE.multipliedBy(2));
    return headers.length == 0 ? request : request.headers(headers);
  }

  /** A basher has told, or tells soon, that this happened. */
  void tells(FakeBasher.Event event) {
    bashers.fishForMessage(PATIENCE,
        told -> told.equals(event) ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore());
  }

  /** Fly has stopped, whoever made it so. */
  void hasStopped() {
    bashers.expectTerminated(fly, PATIENCE);
  }

  @Override
  public void close() {
    client.close();
    kit.shutdownTestKit();
  }

  private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
    try {
      return client.send(request.build(), handler);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException malformed) {
      return JSON.createObjectNode();
    }
  }
}
