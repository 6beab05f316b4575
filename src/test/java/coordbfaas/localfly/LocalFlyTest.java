package coordbfaas.localfly;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.machines.FlyToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.typed.eventstream.EventStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("Fly on localhost")
class LocalFlyTest {
  private static final String NONCE = "fly-machine-lease-nonce";
  private static final Answered PUBLISHED =
      new Answered(Optional.empty(), "GET /", 404, Answer.error(404, "published by a test").body());

  /** The goal: one machine's life, as a coordinator leads it, over HTTP. The method: each call and its answer, in order. */
  @Test
  void leadsAMachineFromCreateToDestroy() {
    try (var fly = FlyOverHttp.serve()) {
      var machine = fly.create("worker-p-0", ",\"lease_ttl\":60,\"region\":\"dfw\"").is(200).body();
      var id = machine.path("id").asText();
      var nonce = machine.path("nonce").asText();
      assertThat(machine.path("state").asText()).isEqualTo("created");
      fly.awaits(machine, "started").is(200);
      assertThat(fly.get("/" + id).is(200).text("state")).isEqualTo("started");
      assertThat(fly.get("?metadata.pool_id=p").is(200).body()).hasSize(1);

      fly.create("worker-p-0").is(409);
      fly.post("/" + id + "/stop", "").is(409);
      fly.post("/" + id + "/stop", "{\"timeout\":\"5s\"}", NONCE, nonce).is(200);
      fly.post("/" + id + "/stop", "", NONCE, nonce).is(200);
      fly.awaits(machine, "stopped").is(200);
      fly.get("/" + id + "/wait?state=started&timeout=1").is(408);

      assertThat(fly.post("/" + id + "/start", "", NONCE, nonce).is(200).text("previous_state")).isEqualTo("stopped");
      fly.awaits(machine, "started").is(200);

      assertThat(fly.get("/" + id + "/lease").is(200).body().path("data").path("nonce").asText()).isEqualTo(nonce);
      fly.post("/" + id + "/lease", "{\"ttl\":30}").is(409);
      fly.post("/" + id + "/lease?ttl=30", "", NONCE, nonce).is(200);
      fly.call("DELETE", "/" + id + "/lease", "").is(400);
      fly.call("DELETE", "/" + id + "/lease", "", NONCE, nonce).is(200);
      fly.get("/" + id + "/lease").is(404);
      var next = fly.post("/" + id + "/lease", "{\"ttl\":30,\"description\":\"d\"}").is(201)
          .body().path("data").path("nonce").asText();

      fly.post("/" + id + "/metadata/k", "{\"value\":\"v\"}").is(204);
      assertThat(fly.get("/" + id + "/metadata/k").is(200).text("value")).isEqualTo("v");

      fly.call("DELETE", "/" + id, "", NONCE, next).is(412);
      fly.call("DELETE", "/" + id + "?force=true", "").is(409);
      fly.call("DELETE", "/" + id + "?force=true", "", NONCE, next).is(200);
      assertThat(fly.awaits(machine, "destroyed").status()).isIn(200, 404);
      fly.get("/" + id).is(404);
      fly.create("worker-p-0").is(200);
    }
  }

  @Test
  void tellsAWaiterTheMomentItsStateIsReached() {
    try (var fly = new FlyOverHttp(LocalFlySettings.ephemeral()
        .withDelays(new Delays(Duration.ofMillis(200), ZERO, ZERO, Duration.ofMillis(200), ZERO, ZERO)))) {
      var machine = fly.aStartedMachine("worker-p-0");
      fly.post("/" + machine.path("id").asText() + "/stop", "").is(200);
      assertThat(fly.awaits(machine, "stopped").is(200).text("state")).isEqualTo("stopped");
    }
  }

  @Test
  void stopsAMachineWhoseBasherEndedByItself() {
    try (var fly = FlyOverHttp.serve()) {
      var machine = fly.aStartedMachine("worker-p-0");
      assertThat(fly.text(fly.toMachine(machine.path("id").asText(), "/once")).statusCode()).isEqualTo(200);
      fly.awaits(machine, "stopped").is(200);
    }
  }

  @Test
  void stopsAMachineWhoseBasherCannotStart() {
    try (var fly = FlyOverHttp.serve()) {
      var machine = fly.post("", "{\"config\":{\"image\":\"w\"}}").is(200).body(); // without PUBLIC no basher starts
      fly.awaits(machine, "stopped").is(200);
    }
  }

  @Nested
  @DisplayName("refuses")
  class Refuses {
    @Test
    void aCallerWithoutTheToken() {
      try (var fly = new FlyOverHttp(LocalFlySettings.ephemeral().withToken(new FlyToken("secret")))) {
        assertThat(fly.get("").is(401).error()).isEqualTo("Authenticate: token validation error");
        fly.get("", "authorization", "Bearer other").is(401);
        fly.get("", "authorization", "secret").is(401);
        fly.get("", "authorization", "Bearer secret").is(200);
        fly.get("", "authorization", "FlyV1 secret").is(200);
      }
    }

    @Test
    void whatAWebPageMayHaveSent() {
      try (var fly = FlyOverHttp.serve()) {
        fly.get("", "origin", "http://evil.example").is(403);
        fly.get("", "sec-fetch-site", "cross-site").is(403);
        assertThat(fly.text(FlyOverHttp.request(fly.flycast, "/health", "origin", "null")).statusCode()).isEqualTo(403);
      }
    }

    @Test
    void bodiesThatAreNotAnObject() {
      try (var fly = FlyOverHttp.serve()) {
        assertThat(fly.post("", "{\"name\":").is(400).error()).startsWith("json: ");
        assertThat(fly.post("", "[]").is(400).error()).contains("cannot unmarshal array");
        fly.post("", "{\"name\":\"" + "x".repeat(1 << 20) + "\"}").is(413);
      }
    }

    @Test
    void pathsAndMethodsThatFlyDoesNotHave() {
      try (var fly = FlyOverHttp.serve()) {
        fly.get("/abc").is(404);
        fly.get("/abc/nonsense").is(404);
        fly.call("PUT", "/abc/start", "").is(405);
      }
    }
  }

  @Test
  void givesEveryAnswerARequestId() {
    try (var fly = FlyOverHttp.serve()) {
      for (var answered : new FlyOverHttp.Answered[] {fly.get(""), fly.get("/abc"), fly.get("", "origin", "null")})
        assertThat(answered.response().headers().firstValue("fly-request-id")).isPresent();
    }
  }

  @Test
  void publishesEveryAnswerToItsActorSystem() {
    try (var fly = FlyOverHttp.serve()) {
      var answers = fly.kit.createTestProbe(Answered.class);
      fly.kit.system().eventStream().tell(new EventStream.Subscribe<>(Answered.class, answers.ref()));
      answers.awaitAssert(() -> {
        fly.kit.system().classicSystem().eventStream().publish(PUBLISHED);
        return answers.expectMessage(Duration.ofMillis(20), PUBLISHED);
      });

      var machine = fly.create("worker-p-0").is(200).body();
      var published = answers.fishForMessage(Duration.ofSeconds(10), told ->
          told.equals(PUBLISHED) ? FishingOutcomes.continueAndIgnore() : FishingOutcomes.complete()).getFirst();
      assertThat(published).isEqualTo(new Answered(
          Optional.of(Action.CREATE), "POST /v1/apps/workers/machines", 200, Optional.of(machine)));
      fly.get("/abc/nonsense").is(404);
      assertThat(answers.receiveMessage().action()).isEmpty();
    }
  }

  @Nested
  @DisplayName("when it is stopped")
  class WhenStopped {
    @Test
    void hasEndedItsBashersAndFreedItsPorts() {
      try (var fly = FlyOverHttp.serve()) {
        fly.aStartedMachine("worker-p-0");
        fly.aStartedMachine("worker-p-1");
        fly.fly.tell(new LocalFly.Stop());
        fly.hasStopped();
        assertThatThrownBy(() -> fly.get("")).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> fly.text(fly.toMachine("abc", "/health"))).isInstanceOf(UncheckedIOException.class);
      }
    }

    @Test
    void answersNobodyWhoStillWaits() {
      try (var fly = FlyOverHttp.serve()) {
        var machine = fly.aStartedMachine("worker-p-0");
        fly.fly.tell(new LocalFly.Stop());
        assertThatThrownBy(() -> fly.awaits(machine, "suspended")).isInstanceOf(UncheckedIOException.class);
      }
    }
  }

  @Test
  void endsIfAPortIsTaken() throws IOException {
    var kit = ActorTestKit.create(ConfigFactory.load());
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var ready = kit.createTestProbe(LocalFly.Ready.class);
      var settings = LocalFlySettings.ephemeral().withPorts(
          new LocalFlySettings.Ports(0, taken.getLocalPort(), Optional.empty()));
      var fly = kit.spawn(LocalFly.create(settings, ready.ref()));
      ready.expectTerminated(fly, Duration.ofSeconds(10));
      ready.expectNoMessage(Duration.ofMillis(50));
    } finally {
      kit.shutdownTestKit();
    }
  }
}
