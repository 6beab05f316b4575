package coordbfaas.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import coordbfaas.auth.KeyPair;
import coordbfaas.coord.CoordSettings;
import coordbfaas.settings.Environment;
import coordbfaas.settings.GoDuration;
import coordbfaas.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What deploy/fly.toml promises is what the coordinator reads. */
@DisplayName("deploy/fly.toml")
class FlyTomlTest {
  /** After the deadline: a client that reads a document slowly, the machines' stop, the last answers. */
  private static final Duration AFTER_THE_DEADLINE = Duration.ofSeconds(60 + 15 + 1);
  private static final Duration FLYS_LONGEST = Duration.ofSeconds(300);

  private final JsonNode toml = read("deploy/fly.toml");
  private final CoordSettings settings = CoordSettings.from(new SettingsReader(Environment.config(environment())));

  FlyTomlTest() throws IOException {}

  @Test
  void setsOnlyWhatIsKnown() throws IOException {
    var known = new TreeSet<String>();
    Pattern.compile("\\$\\{\\?(\\w+)}").matcher(Files.readString(Path.of("src/main/resources/application.conf"))).results()
        .forEach(found -> known.add(found.group(1)));
    assertThat(toml.path("env").fieldNames()).toIterable().isNotEmpty().isSubsetOf(known);
    assertThat(secretsOfSetup()).containsExactlyInAnyOrder("PRIVATE", "FLY_TOKEN", "WORKER_APP", "WORKER_IMAGE").isSubsetOf(known);
  }

  @Test
  void isEnoughForACoordinatorWithTheSecretsOfSetup() {
    assertThat(settings.onFly()).isTrue();
    assertThat(settings.local()).isFalse();
    assertThat(settings.bind()).isEqualTo("0.0.0.0");
    assertThat(settings.pool().worker().region()).hasValue("dfw");
  }

  @Test
  void sendsRequestsToThePortOfTheProgramAndChecksIt() {
    assertThat(toml.at("/http_service/internal_port").intValue()).isEqualTo(settings.port());
    assertThat(toml.at("/checks/listens/port").intValue()).isEqualTo(settings.port());
    assertThat(toml.at("/http_service/force_https").booleanValue()).isTrue();
  }

  @Test
  void givesTheProgramTheTimeThatItNeedsToEnd() {
    assertThat(toml.path("kill_signal").textValue()).isEqualTo("SIGTERM");
    var time = GoDuration.parse(toml.path("kill_timeout").textValue());
    assertThat(time).isGreaterThan(settings.limits().requestTime().plus(AFTER_THE_DEADLINE)).isLessThanOrEqualTo(FLYS_LONGEST);
  }

  @Test
  void leavesItToTheProgramToRefuse() {
    assertThat(toml.at("/http_service/concurrency/type").textValue()).isEqualTo("requests");
    assertThat(toml.at("/http_service/concurrency/hard_limit").intValue())
        .isGreaterThan(settings.pool().size() + settings.pool().queueMax());
  }

  @Test
  void keepsTheMachinesAndSoThePools() {
    assertThat(toml.at("/deploy/strategy").textValue()).isEqualTo("rolling");
    assertThat(toml.at("/http_service/auto_stop_machines").textValue()).isEqualTo("off");
    assertThat(toml.at("/http_service/min_machines_running").intValue()).isPositive();
  }

  @Test
  void hasTheMetricsReadWhereTheAdminPortIs() {
    assertThat(toml.at("/metrics/port").intValue()).isEqualTo(settings.admin().port());
    assertThat(toml.at("/metrics/path").textValue()).isEqualTo("/metrics");
    assertThat(toml.at("/env/ADMIN_BIND").textValue()).isEqualTo("fly-local-6pn");
  }

  @Test
  void buildsTheImageOfTheCoordinator() {
    assertThat(Path.of("deploy", toml.at("/build/dockerfile").textValue())).isRegularFile();
  }

  static JsonNode read(String file) throws IOException {
    return new TomlMapper().readTree(Path.of(file).toFile());
  }

  /** What the program finds on Fly: the file's own variables, the secrets, and what Fly sets. */
  private Map<String, String> environment() {
    var environment = new HashMap<String, String>();
    toml.path("env").properties().forEach(entry -> environment.put(entry.getKey(), entry.getValue().textValue()));
    environment.putAll(Map.of("WORKER_APP", "my-bfaas-workers", "WORKER_IMAGE", "registry.fly.io/my-bfaas-workers:setup",
        "FLY_TOKEN", StandIn.DEPLOY_TOKEN, "PRIVATE", KeyPair.generate().privateText(),
        "FLY_APP_NAME", "my-bfaas", "FLY_MACHINE_ID", "17811953c92e18", "FLY_REGION", "dfw"));
    return environment;
  }

  private static Set<String> secretsOfSetup() throws IOException {
    var secrets = new TreeSet<String>();
    Pattern.compile("has_secret \"\\$app\" (\\w+)").matcher(Files.readString(Path.of("deploy/setup.sh"))).results()
        .forEach(found -> secrets.add(found.group(1)));
    return secrets;
  }
}
