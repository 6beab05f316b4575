package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A local machine, suspended over HTTP")
class SuspendOverHttpTest {
  private final FlyOverHttp fly = FlyOverHttp.serve();
  private final JsonNode machine = fly.aStartedMachine("worker-p-0");
  private final String id = machine.path("id").asText();

  @AfterEach
  void shutDown() {
    fly.close();
  }

  private int health() {
    return fly.text(fly.toMachine(id, "/health")).statusCode();
  }

  private void suspend() {
    fly.post("/" + id + "/suspend", "").is(200);
    fly.awaits(machine, "suspended").is(200);
  }

  @Test
  void isNotReachedUntilItIsStartedAgain() {
    assertThat(health()).isEqualTo(200);
    suspend();
    assertThat(health()).isEqualTo(502);
    assertThat(fly.post("/" + id + "/start", "").is(200).text("previous_state")).isEqualTo("suspended");
    fly.awaits(machine, "started").is(200);
    assertThat(health()).isEqualTo(200);
  }

  @Test
  void isStoppedAndStarted() {
    suspend();
    fly.post("/" + id + "/stop", "").is(200);
    fly.awaits(machine, "stopped").is(200);
    assertThat(fly.post("/" + id + "/start", "").is(200).text("previous_state")).isEqualTo("stopped");
    fly.awaits(machine, "started").is(200);
    assertThat(health()).isEqualTo(200);
  }

  @Test
  void isDestroyed() {
    suspend();
    fly.call("DELETE", "/" + id, "").is(200);
    assertThat(fly.awaits(machine, "destroyed").status()).isIn(200, 404);
    fly.get("/" + id).is(404);
  }

  @Test
  void bootsAgainAfterARestartAndAnUpdate() {
    fly.post("/" + id + "/restart", "").is(200);
    fly.awaits(machine, "started").is(200);
    assertThat(health()).isEqualTo(200);
    var updated = fly.post("/" + id, "{\"config\":%s}".formatted(fly.config())).is(200).body();
    assertThat(fly.awaits(machine, "started").is(400).error()).contains("replaced");
    fly.awaits(updated, "started").is(200);
    assertThat(health()).isEqualTo(200);
    assertThat(fly.get("/" + id + "/versions").is(200).body()).hasSize(2);
  }
}
