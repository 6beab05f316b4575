package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The recipe of a worker machine")
class WorkerRecipeTest {
  private static final WorkerName NAME = new WorkerName("c1", 3);
  private static final Map<String, String> METADATA = Map.of("pool_id", "c1//registry.example/w:1");
  private final ObjectMapper json = new ObjectMapper().registerModule(new Jdk8Module());

  @Test
  void isWhatFlyReads() throws Exception {
    assertThat(recipe(APool.of(4).settings())).isEqualTo(json.readTree("""
        {"name":"worker-c1-3","region":"dfw","lease_ttl":300,
         "config":{"image":"registry.example/w:1","guest":{"cpu_kind":"shared","cpus":1,"memory_mb":256},
          "env":{"PUBLIC":"the-public-key","MAXBODY":"1048576","LEASETIME":"5m",
           "SANDBOX":"required","NETWORK":"none","SCRIPT_UIDS":"5000","SCRIPT_PROCESSES":"100","SCRIPT_MEMORY":"67108864",
           "SCRIPT_CPU_TIME":"30s","SCRIPT_FILE":"16777216","SCRIPT_OPEN_FILES":"64","SCRIPT_DISK":"33554432"},
          "metadata":{"pool_id":"c1//registry.example/w:1"},
          "restart":{"policy":"no"},"rootfs":{"persist":"never"},"stop_config":{"signal":"SIGTERM","timeout":"2s"},
          "services":[{"protocol":"tcp","internal_port":8001,"autostart":false,"autostop":"off",
            "ports":[{"port":80,"handlers":["http"]}]}]}}
        """));
  }

  @Test
  void forgetsAndStaysDown() throws Exception {
    var config = recipe(APool.of(4).settings()).path("config");
    assertThat(config.at("/restart/policy").textValue()).isEqualTo("no");
    assertThat(config.at("/rootfs/persist").textValue()).isEqualTo("never");
    assertThat(config.at("/services/0/autostart").booleanValue()).isFalse();
    assertThat(config.at("/services/0/autostop").textValue()).isEqualTo("off");
  }

  @Test
  void givesTheWorkerNoSecret() throws Exception {
    var env = recipe(APool.of(4).settings()).at("/config/env");
    assertThat(env.fieldNames()).toIterable().containsExactlyInAnyOrder("PUBLIC", "MAXBODY", "LEASETIME",
        "SANDBOX", "NETWORK", "SCRIPT_UIDS", "SCRIPT_PROCESSES", "SCRIPT_MEMORY", "SCRIPT_CPU_TIME", "SCRIPT_FILE",
        "SCRIPT_OPEN_FILES", "SCRIPT_DISK");
  }

  @ParameterizedTest
  @CsvSource({"20000, 20", "20001, 21", "20999, 21", "300000, 300"})
  void leasesForWholeSecondsRoundedUp(long leaseMs, long seconds) throws Exception {
    var pool = APool.of(4).leasingFor(Duration.ofMillis(leaseMs));
    assertThat(recipe(pool.settings()).path("lease_ttl").longValue()).isEqualTo(seconds);
  }

  @Test
  void leavesTheRegionToFlyWhenNoneIsSet() throws Exception {
    var anywhere = new PoolSettings.Worker("w", Optional.empty(), 2, 512, "k", 1, APool.WORKER.containment());
    var pool = APool.of(4).settings();
    var recipe = recipe(new PoolSettings(
        pool.name(), pool.size(), pool.warm(), pool.warmMode(), pool.queueMax(), pool.queueTime(),
        pool.requestTime(), pool.ownership(), pool.bootTimeout(), pool.stopTimeout(), pool.onExit(), anywhere));
    assertThat(recipe.has("region")).isFalse();
    assertThat(recipe.at("/config/guest")).isEqualTo(json.readTree("{\"cpu_kind\":\"shared\",\"cpus\":2,\"memory_mb\":512}"));
  }

  private JsonNode recipe(PoolSettings settings) throws JsonProcessingException {
    return json.readTree(json.writeValueAsString(WorkerRecipe.of(NAME, settings, METADATA)));
  }
}
