package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.auth.KeyPair;
import coordbfaas.outside.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A worker machine that nobody asks for its health")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class ForgottenMachinesTest {
  private static final Pattern LOCAL_FLY = Pattern.compile(
      ".*local fly serves api=http://127\\.0\\.0\\.1:(?<api>\\d+) flycast=http://127\\.0\\.0\\.1:(?<flycast>\\d+) .*");
  private static final Duration LEASE_TIME = Duration.ofSeconds(2);

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();

  @Test
  void endsAsAProgramThatHasDoneItsWork() {
    var environment = Map.of("FLY_MACHINE_ID", "m1", "PUBLIC", KeyPair.generate().publicText(), "BIND", "127.0.0.1", "PORT", "0",
        "LEASETIME", "4s");
    try (var basher = BfaasProcess.start(environment, "basher")) {
      basher.says(Pattern.compile(".* to=FRESH .*"));
      assertThat(basher.exitCode()).isZero();
      assertThat(basher.handle().descendants()).isEmpty();
    }
  }

  /**
   * Goal: no time passes for a suspended machine, and a started one stops by itself. Method: one is suspended for longer than it
   * would live otherwise, answers after that as the same boot, and is then left alone.
   */
  @ParameterizedTest
  @ValueSource(strings = {"jvm", "process"})
  void stopsUnlessItIsSuspended(String workers) throws Exception {
    try (var fly = BfaasProcess.start(Map.of("LOCAL_WORKERS", workers),
        "local-fly", "--port", "0", "--flycast-port", "0", "--admin-port", "0")) {
      var serving = fly.says(LOCAL_FLY);
      var machines = "http://127.0.0.1:" + serving.group("api") + "/v1/apps/workers/machines";
      var flycast = "http://127.0.0.1:" + serving.group("flycast");
      var id = post(machines, json.writeValueAsString(Map.of("config", Map.of("image", "w", "env",
          Map.of("PUBLIC", KeyPair.generate().publicText(), "LEASETIME", LEASE_TIME.toSeconds() + "s"))))).path("id").asText();
      var machine = machines + "/" + id;
      var boot = boot(flycast, id);

      post(machine + "/suspend", "");
      var start = System.nanoTime();
      Eventually.eventually("two lease times and more are over",
          () -> System.nanoTime() - start > LEASE_TIME.multipliedBy(3).toNanos());
      assertThat(state(machine)).isEqualTo("suspended");
      assertThat(post(machine + "/start", "").path("previous_state").asText()).isEqualTo("suspended");
      assertThat(boot(flycast, id)).isEqualTo(boot);

      Eventually.eventually("it has stopped", () -> state(machine).equals("stopped"));
    }
  }

  /** The boot that the machine tells of, once it answers. */
  private String boot(String flycast, String id) {
    var request = HttpRequest.newBuilder(URI.create(flycast + "/health")).header("fly-force-instance-id", id).build();
    var boot = new String[1];
    Eventually.eventually("the machine is healthy", () -> {
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() == 200) boot[0] = json.readTree(answer.body()).path("boot").asText();
      return answer.statusCode() == 200;
    });
    return boot[0];
  }

  private String state(String machine) throws IOException, InterruptedException {
    var answer = http.send(HttpRequest.newBuilder(URI.create(machine)).build(), HttpResponse.BodyHandlers.ofString());
    return json.readTree(answer.body()).path("state").asText();
  }

  private JsonNode post(String url, String body) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(url)).POST(HttpRequest.BodyPublishers.ofString(body)).build();
    var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json.readTree(answer.body());
  }
}
