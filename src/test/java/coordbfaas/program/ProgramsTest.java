package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@DisplayName("The other programs of bfaas")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class ProgramsTest {
  private static final Pattern BASHER = Pattern.compile(".* to=FRESH .*address=/127\\.0\\.0\\.1:(?<port>\\d+)");
  private static final Pattern LOCAL_FLY = Pattern.compile(".*local fly serves api=http://127\\.0\\.0\\.1:(?<port>\\d+) .*"
      + " admin=http://127\\.0\\.0\\.1:(?<admin>\\d+)");

  private final HttpClient http = HttpClient.newHttpClient();

  /** Keys from genkey, a token from genauth, a run with them on a basher of its own, which ends after it. */
  @Test
  void letAnOperatorRunAScriptByHand() throws Exception {
    var keys = keys();
    var environment = Map.of("FLY_MACHINE_ID", "m1", "PUBLIC", keys.get("PUBLIC"), "BIND", "127.0.0.1", "PORT", "0");
    try (var basher = BfaasProcess.start(environment, "basher")) {
      var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(basher.says(BASHER).group("port")));
      var health = json(get(address, "/health"));
      assertThat(health.path("machine").asText()).isEqualTo("m1");

      assertThat(run(address, token(keys, "m2")).status()).isEqualTo(401);
      assertThat(run(address, "nonsense").status()).isEqualTo(401);
      assertThat(run(address, token(keys, "m1", "--boot", "another")).status()).isEqualTo(401);
      var answer = run(address, token(keys, "m1", "--boot", health.path("boot").asText()));
      assertThat(answer.worker()).isEqualTo("m1");
      assertThat(answer.outcome().stdout()).isEqualTo("hello\n");
      assertThat(basher.exitCode()).isZero();
    }
  }

  @Test
  void serveFlyAlone() throws Exception {
    try (var fly = BfaasProcess.start(Map.of(), "local-fly", "--port", "0", "--flycast-port", "0", "--admin-port", "0")) {
      var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(fly.says(LOCAL_FLY).group("port")));
      assertThat(json(get(address, "/v1/apps/any/machines")).isArray()).isTrue();
      assertThat(get(address, "/v1/apps/any/machines/none").statusCode()).isEqualTo(404);
      fly.terminate();
      assertThat(fly.exitCode()).isZero();
    }
  }

  @Test
  void serveFlyAloneToThoseWhoHaveItsToken() throws Exception {
    var environment = Map.of("FLY_TOKEN", "FlyV1 fm2_sesame", "LOCAL_FLY_STOP", "1s");
    try (var fly = BfaasProcess.start(environment, "local-fly", "--port", "0", "--flycast-port", "0", "--admin-port", "0",
        "--fault", "list unavailable times=1")) {
      var serving = fly.says(LOCAL_FLY);
      for (var port : new String[] {"port", "admin"}) {
        var address = new InetSocketAddress("127.0.0.1", Integer.parseInt(serving.group(port)));
        assertThat(get(address, port.equals("admin") ? "/faults" : "/v1/apps/any/machines").statusCode()).isEqualTo(401);
      }
      fly.terminate();
      assertThat(fly.exitCode()).isZero();
      assertThat(fly.err()).noneMatch(line -> line.contains("sesame"));
    }
  }

  @Test
  void refuseArgumentsAndSettingsThatAreWrong() {
    try (var fly = BfaasProcess.start(Map.of(), "local-fly", "--fault", "boot quota", "--stop-ms", "soon")) {
      assertThat(fly.exitCode()).isEqualTo(64);
      assertThat(fly.err()).hasSize(2);
    }
    try (var coord = BfaasProcess.start(Map.of("LOCAL_FLY_STOP", "soon", "POOLSIZE", "x"), "coord")) {
      assertThat(coord.exitCode()).isEqualTo(78);
      assertThat(coord.err()).extracting(line -> line.substring(0, line.indexOf(':')))
          .containsExactlyInAnyOrder("LOCAL_FLY_STOP", "POOLSIZE");
    }
  }

  @Test
  void sayWhatTheyLack() {
    try (var basher = BfaasProcess.start(Map.of("PORT", "x"), "basher")) {
      assertThat(basher.exitCode()).isEqualTo(78);
      assertThat(basher.err()).extracting(line -> line.substring(0, line.indexOf(':')))
          .containsExactlyInAnyOrder("FLY_MACHINE_ID", "PUBLIC", "PORT");
    }
    try (var genauth = BfaasProcess.start(Map.of(), "genauth", "m1")) {
      assertThat(genauth.exitCode()).isEqualTo(78);
      assertThat(genauth.err()).singleElement().asString().startsWith("PRIVATE: missing");
    }
  }

  private static Map<String, String> keys() {
    try (var genkey = BfaasProcess.start(Map.of(), "genkey")) {
      assertThat(genkey.exitCode()).isZero();
      assertThat(genkey.err()).isEmpty();
      var keys = genkey.out().stream().map(line -> line.split("=", 2))
          .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
      assertThat(keys).containsOnlyKeys("PUBLIC", "PRIVATE");
      return keys;
    }
  }

  private static String token(Map<String, String> keys, String... arguments) {
    var all = Stream.concat(Stream.of("genauth"), Stream.of(arguments)).toArray(String[]::new);
    try (var genauth = BfaasProcess.start(Map.of("PRIVATE", keys.get("PRIVATE")), all)) {
      assertThat(genauth.exitCode()).isZero();
      return genauth.out().getFirst();
    }
  }

  private static Answer run(InetSocketAddress basher, String token) {
    var client = new Client(basher);
    return client.send(client.request("/run").header("Authorization", "Bearer " + token)
        .POST(HttpRequest.BodyPublishers.ofString("echo hello")));
  }

  private HttpResponse<String> get(InetSocketAddress server, String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getPort() + path)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> answer) throws IOException {
    assertThat(answer.statusCode()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.body());
  }
}
