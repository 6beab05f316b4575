package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What deploy/fly.toml.basher says of a worker is what a coordinator asks for. */
@DisplayName("deploy/fly.toml.basher")
class WorkerAppFileTest {
  private final JsonNode toml = new TomlMapper().readTree(Path.of("deploy/fly.toml.basher").toFile());
  private final JsonNode asked = asked();

  WorkerAppFileTest() throws IOException {}

  @Test
  void hasTheServiceOfAWorker() {
    var service = toml.at("/services/0");
    assertThat(toml.path("services")).hasSize(1);
    assertThat(toml.has("http_service")).as("a public service").isFalse();
    assertThat(service.path("protocol")).isEqualTo(asked.at("/services/0/protocol"));
    assertThat(service.path("internal_port").intValue()).isEqualTo(asked.at("/services/0/internal_port").intValue());
    assertThat(service.path("auto_start_machines")).isEqualTo(asked.at("/services/0/autostart"));
    assertThat(service.path("auto_stop_machines")).isEqualTo(asked.at("/services/0/autostop"));
    assertThat(service.path("min_machines_running").intValue()).isZero();
  }

  @Test
  void isReachedThroughFlycastWithoutTls() {
    assertThat(toml.at("/services/0/ports")).hasSize(1);
    assertThat(toml.at("/services/0/ports/0/port").intValue()).isEqualTo(asked.at("/services/0/ports/0/port").intValue());
    assertThat(toml.at("/services/0/ports/0/handlers")).isEqualTo(asked.at("/services/0/ports/0/handlers"));
    assertThat(toml.at("/services/0/ports/0/force_https").booleanValue()).isFalse();
  }

  @Test
  void isOfTheSizeOfAWorkerAndEndsLikeOne() {
    assertThat(toml.at("/vm/0/cpu_kind")).isEqualTo(asked.at("/guest/cpu_kind"));
    assertThat(toml.at("/vm/0/cpus").intValue()).isEqualTo(asked.at("/guest/cpus").intValue());
    assertThat(toml.at("/vm/0/memory").textValue()).isEqualTo(asked.at("/guest/memory_mb").intValue() + "mb");
    assertThat(toml.path("kill_signal")).isEqualTo(asked.at("/stop_config/signal"));
    assertThat(toml.path("kill_timeout")).isEqualTo(asked.at("/stop_config/timeout"));
    assertThat(toml.at("/restart/0/policy").textValue()).as("Fly's files say never where its API says no").isEqualTo("never");
    assertThat(asked.at("/restart/policy").textValue()).isEqualTo("no");
  }

  @Test
  void givesTheWorkersNoVariable() {
    assertThat(toml.has("env")).isFalse();
  }

  private static JsonNode asked() throws IOException {
    var json = new ObjectMapper().registerModule(new Jdk8Module());
    var request = WorkerRecipe.of(new WorkerName("c1", 0), APool.of(2).settings(), Map.of());
    return json.readTree(json.writeValueAsString(request)).path("config");
  }
}
