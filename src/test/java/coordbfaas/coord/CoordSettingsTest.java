package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import coordbfaas.admin.AdminSettings;
import coordbfaas.auth.KeyPair;
import coordbfaas.http.HttpServer;
import coordbfaas.machines.Pace;
import coordbfaas.pool.PoolSettings;
import coordbfaas.settings.Environment;
import coordbfaas.settings.InvalidSettings;
import coordbfaas.settings.SettingsReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A coordinator's settings")
class CoordSettingsTest {
  private static final KeyPair KEYS = KeyPair.generate();

  private static final Map<String, String> ON_FLY = Map.of("WORKER_APP", "workers", "WORKER_IMAGE", "registry.fly.io/basher:1",
      "FLY_TOKEN", "FlyV1 fm2_secret", "FLY_MACHINE_ID", "148e", "PRIVATE", KEYS.privateText());

  @Nested
  @DisplayName("with an empty environment")
  class WithAnEmptyEnvironment {
    private final CoordSettings settings = settings(Map.of());

    @Test
    void serveThisComputerAloneWithLocalWorkers() {
      assertThat(settings.fly()).isEmpty();
      assertThat(settings.local()).isTrue();
      assertThat(settings.bind()).isEqualTo("127.0.0.1");
      assertThat(settings.port()).isEqualTo(8000);
      assertThat(settings.localWorkers()).isEqualTo("jvm");
    }

    @Test
    void haveTheirAdminPortOnLoopback() {
      assertThat(settings.admin()).isEqualTo(new AdminSettings("127.0.0.1", 9091));
    }

    @Test
    void makeAKeyPairForThisRun() {
      assertThat(settings.ownKeys()).isTrue();
      assertThat(settings(Map.of()).keys().publicText()).isNotEqualTo(settings.keys().publicText());
    }

    @Test
    void keepFourMachinesWarm() {
      assertThat(settings.pool().size()).isEqualTo(4);
      assertThat(settings.pool().warm()).isEqualTo(4);
      assertThat(settings.pool().name()).isEqualTo("local");
    }

    @Test
    void haveTheLimitsOfTheContract() {
      assertThat(settings.limits().requestTime()).isEqualTo(Duration.ofSeconds(10));
      assertThat(settings.limits().outputBytes()).isEqualTo(64L << 20);
      assertThat(settings.limits().bodyBytes()).isEqualTo(1L << 20);
      assertThat(settings.limits().http().readTimeout()).isEqualTo(Duration.ofSeconds(10));
      assertThat(settings.limits().http().idleTime()).isEqualTo(Duration.ofSeconds(60));
      assertThat(settings.limits().http().connections()).isEqualTo(1024);
      assertThat(settings.pool().queueMax()).isEqualTo(64);
      assertThat(settings.pool().queueTime()).isEqualTo(Duration.ofSeconds(5));
      assertThat(settings.pool().ownership().leaseTtl()).isEqualTo(Duration.ofMinutes(5));
    }
  }

  @Nested
  @DisplayName("of the edge")
  class OfTheEdge {
    @Test
    void limitNobodysRateAndReplayNothingUnlessTold() {
      assertThat(settings(Map.of()).limits().rate()).isEmpty();
      assertThat(settings(Map.of()).flyReplay()).isFalse();
      assertThat(settings(Map.of("RATELIMIT", "100/m")).limits().rate())
          .contains(new RateLimit.Rate(100, Duration.ofMinutes(1)));
      assertThat(settings(Map.of("FLY_REPLAY", "on")).flyReplay()).isTrue();
    }

    @Test
    void believeFlysHeadersOnFlyAlone() {
      assertThat(settings(ON_FLY).onFly()).isFalse();
      assertThat(settings(onFlyWith("FLY_APP_NAME", "coord")).onFly()).isTrue();
    }

    @Test
    void areThoseOfTheEnvironment() {
      var http = settings(Map.of("MAXCONNECTIONS", "7", "READTIMEOUT", "2s", "IDLETIME", "3s")).limits().http();
      assertThat(http).isEqualTo(new HttpServer.Limits(7, Duration.ofSeconds(2), Duration.ofSeconds(3)));
    }

    @ParameterizedTest
    @CsvSource({"RATELIMIT, 10", "RATELIMIT, 0/s", "FLY_REPLAY, yes", "MAXCONNECTIONS, 0", "IDLETIME, 0s"})
    void areRefusedIfTheyAreNone(String variable, String value) {
      assertThat(problems(Map.of(variable, value))).singleElement().asString()
          .startsWith(variable + ": " + value + " (expected: ");
    }
  }

  @Nested
  @DisplayName("of ownership")
  class OfOwnership {
    @Test
    void renewLeasesForAnHourAndLookAroundEachMinute() {
      for (var environment : List.of(Map.<String, String>of(), ON_FLY)) {
        assertThat(settings(environment).pool().ownership()).isEqualTo(new PoolSettings.Ownership(
            Duration.ofMinutes(5), true, Duration.ofHours(1), Duration.ofMinutes(1)));
        assertThat(settings(environment).pool().warmMode()).isEqualTo(PoolSettings.WarmMode.STARTED);
        assertThat(settings(environment).pool().onExit()).isEqualTo(PoolSettings.OnExit.STOP);
      }
    }

    @Test
    void areThoseOfTheEnvironment() {
      var pool = settings(Map.of("LEASETIME", "30s", "LEASE_RENEW", "off", "MACHINE_MAX_AGE", "10m", "CLEANTIME", "1s",
          "POOL_WARM_MODE", "suspended", "WORKER_MEMORY", "2048", "POOL_ON_EXIT", "destroy")).pool();
      assertThat(pool.ownership()).isEqualTo(new PoolSettings.Ownership(
          Duration.ofSeconds(30), false, Duration.ofMinutes(10), Duration.ofSeconds(1)));
      assertThat(pool.warmMode()).isEqualTo(PoolSettings.WarmMode.SUSPENDED);
      assertThat(pool.onExit()).isEqualTo(PoolSettings.OnExit.DESTROY);
    }
  }

  @Nested
  @DisplayName("with local workers")
  class WithLocalWorkers {
    @Test
    void keepEveryMachineWarmWhateverThePoolsSize() {
      assertThat(settings(Map.of("POOLSIZE", "7")).pool().warm()).isEqualTo(7);
    }

    @Test
    void takeAKeyPairThatIsGiven() {
      var settings = settings(Map.of("PRIVATE", KEYS.privateText()));
      assertThat(settings.ownKeys()).isFalse();
      assertThat(settings.keys().publicText()).isEqualTo(KEYS.publicText());
      assertThat(settings.pool().worker().publicKey()).isEqualTo(KEYS.publicText());
    }

    @Test
    void bindAnotherAddressOnlyIfTold() {
      assertThat(settings(Map.of("BIND", "192.0.2.1")).bind()).isEqualTo("192.0.2.1");
    }

    @Test
    void areRefusedOnFly() {
      assertThat(problems(Map.of("FLY_APP_NAME", "coord"))).singleElement().asString()
          .startsWith("WORKER_APP: mock (expected: ").contains("FLY_APP_NAME");
    }
  }

  @Nested
  @DisplayName("with Fly")
  class WithFly {
    @Test
    void serveTheWorld() {
      var settings = settings(ON_FLY);
      assertThat(settings.local()).isFalse();
      assertThat(settings.bind()).isEqualTo("0.0.0.0");
      assertThat(settings.ownKeys()).isFalse();
      assertThat(settings.fly().orElseThrow().machines().url()).hasToString("http://_api.internal:4280");
      assertThat(settings.fly().orElseThrow().workers()).hasToString("http://workers.flycast");
    }

    @Test
    void keepOneOfTwoMachinesWarm() {
      assertThat(settings(ON_FLY).pool().size()).isEqualTo(2);
      assertThat(settings(ON_FLY).pool().warm()).isEqualTo(1);
      assertThat(settings(ON_FLY).pool().name()).isEqualTo("148e");
    }

    @ParameterizedTest
    @CsvSource({
        "FLY_API_HOSTNAME, http://127.0.0.1:4280", "FLY_API_HOSTNAME, http://localhost:4280",
        "FLY_API_HOSTNAME, http://[::1]:4280",
        "FLY_API_HOSTNAME, http://127.9.9.9", "WORKER_URL, http://127.0.0.1:4281", "WORKER_URL, http://LOCALHOST",
        "FLY_API_HOSTNAME, http://127.1:4280", "WORKER_URL, http://2130706433", "WORKER_URL, http://0.0.0.0:4281",
        "WORKER_URL, http://[::]:4281", "FLY_API_HOSTNAME, http://localhost.:4280", "WORKER_URL, http://fly.localhost:4281",
        "WORKER_URL, http://ip6-localhost:4281",
        "WORKER_URL, http://[::ffff:127.0.0.1]"})
    void countAsLocalWhenTheirMachinesAreOnThisComputer(String variable, String url) {
      var settings = settings(onFlyWith(variable, url));
      assertThat(settings.local()).isTrue();
      assertThat(settings.bind()).isEqualTo("127.0.0.1");
      assertThat(problems(with(onFlyWith(variable, url), "FLY_APP_NAME", "coord"))).singleElement().asString()
          .startsWith("WORKER_APP: workers (expected: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://128.0.0.1", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://mylocalhost",
        "http://[fdaa::3]:4280", "http://_api.internal:4280"})
    void areNotLocalElsewhere(String url) {
      assertThat(settings(onFlyWith("FLY_API_HOSTNAME", url)).local()).isFalse();
    }

    @Test
    void keepFlysRatesUnlessTold() {
      assertThat(settings(ON_FLY).manner().pace()).isEqualTo(Pace.ON);
      assertThat(settings(onFlyWith("API_PACE", "off")).manner().pace()).isEqualTo(Pace.OFF);
      assertThat(settings(onFlyWith("FLY_API_HOSTNAME", "http://127.0.0.1:4280")).manner().pace()).isEqualTo(Pace.ONCE_REFUSED);
      assertThat(settings(Map.of()).manner().pace()).isEqualTo(Pace.ONCE_REFUSED);
      assertThat(settings(Map.of("API_PACE", "on")).manner().pace()).isEqualTo(Pace.ON);
    }

    @Test
    void mayRunInAnAppOfFlysThemselves() {
      assertThat(settings(onFlyWith("FLY_APP_NAME", "coord")).local()).isFalse();
    }
  }

  @Nested
  @DisplayName("that are wrong")
  class ThatAreWrong {
    @Test
    void areReportedAllAtOnceOneLineEach() {
      var problems = problems(Map.of("WORKER_APP", "x", "MAXREQTIME", "10", "POOLSIZE", "zero"));
      assertThat(variables(problems))
          .containsExactlyInAnyOrder("FLY_TOKEN", "MAXREQTIME", "PRIVATE", "WORKER_IMAGE", "FLY_MACHINE_ID", "POOLSIZE");
      assertThat(problems).allSatisfy(problem -> assertThat(problem).matches("[A-Z_]+: .+ \\(expected: .+\\)"))
          .anySatisfy(problem -> assertThat(problem).startsWith("MAXREQTIME: 10 (expected: a duration"))
          .anySatisfy(problem -> assertThat(problem).startsWith("POOLSIZE: zero (expected: a whole number"))
          .anySatisfy(problem -> assertThat(problem).startsWith("FLY_TOKEN: missing"));
    }

    @Test
    void neverShowASecret() {
      var problems = problems(Map.of("WORKER_APP", "x", "PRIVATE", "sesame-open", "FLY_TOKEN", "FlyV1", "POOLSIZE", "zero"));
      assertThat(variables(problems)).contains("PRIVATE", "FLY_TOKEN");
      assertThat(String.join("\n", problems)).doesNotContain("sesame");
    }

    @ParameterizedTest
    @CsvSource({
        "POOLSIZE, 0", "POOLSIZE, -1", "POOLSIZE, 1.5", "POOL_WARM, -1", "POOL_WARM, some", "POOL_WARM, 5", "MAXREQTIME, 0s",
        "MAXREQTIME, 10",
        "MAXREQTIME, 25h", "MAXBODY, 0", "MAXBODY, 2GiB", "MAXOUTPUT, 0", "PORT, 65536", "PORT, http", "QUEUETIME, -1s",
        "MAXQUEUE, -1",
        "READTIMEOUT, 0s", "LEASETIME, soon", "LOCAL_WORKERS, vm", "POOL_WARM_MODE, stopped", "POOL_WARM_MODE, SUSPENDED",
        "LEASE_RENEW, yes", "LEASE_RENEW, ON", "MACHINE_MAX_AGE, 0s", "MACHINE_MAX_AGE, old", "MACHINE_MAX_AGE, 3600",
        "MACHINE_MAX_AGE, 8761h", "CLEANTIME, 999ms", "CLEANTIME, 25h", "CLEANTIME, -1m", "CLEANTIME, 1",
        "POOL_ON_EXIT, keep", "API_PACE, fast",
        "WORKER_CPUS, 0", "WORKER_MEMORY, 1", "PRIVATE, x"})
    void areNamed(String variable, String value) {
      assertThat(variables(problems(Map.of(variable, value)))).containsExactly(variable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Workers", "my workers", "workers_1", "-workers", "workers/1", "mock,"})
    void nameAnAppThatCanBeNoneWithTheOthers(String app) {
      assertThat(variables(problems(Map.of("WORKER_APP", app))))
          .containsExactlyInAnyOrder("WORKER_APP", "FLY_TOKEN", "PRIVATE", "WORKER_IMAGE", "FLY_MACHINE_ID");
    }

    @Test
    void namePoolsThatWouldBeWarmerThanTheyAreLarge() {
      assertThat(problems(Map.of("POOLSIZE", "2", "POOL_WARM", "3"))).singleElement().asString()
          .startsWith("POOL_WARM: 3 (expected: from 0 to POOLSIZE, 2");
      assertThat(settings(Map.of("POOLSIZE", "2", "POOL_WARM", "2")).pool().warm()).isEqualTo(2);
      assertThat(settings(Map.of("POOLSIZE", "2", "POOL_WARM", "0")).pool().warm()).isZero();
    }

    @Test
    void nameAllThatDoesNotGoTogether() {
      assertThat(problems(Map.of("POOL_WARM", "9", "LEASETIME", "10s"))).extracting(problem -> problem.split(":")[0])
          .containsExactly("POOL_WARM", "LEASETIME");
    }

    @Test
    void nameALeaseThatNoRequestWouldFitIn() {
      // 10 s for the request, 2 s of slack, 2 s to stop, 5 s of margin
      assertThat(problems(Map.of("LEASETIME", "19s"))).singleElement().asString()
          .startsWith("LEASETIME: 19s (expected: more than 19s");
      assertThat(settings(Map.of("LEASETIME", "19001ms")).pool().ownership().leaseTtl()).isEqualTo(Duration.ofMillis(19_001));
      assertThat(variables(problems(Map.of("MAXREQTIME", "5m")))).containsExactly("LEASETIME");
    }

    @Test
    void nameAnAgeThatEndsBeforeAMachinesFirstLease() {
      assertThat(problems(Map.of("LEASETIME", "1m", "MACHINE_MAX_AGE", "59s"))).singleElement().asString()
          .startsWith("MACHINE_MAX_AGE: 59s (expected: at least LEASETIME, 1m");
      assertThat(problems(Map.of("LEASETIME", "2h"))).singleElement().asString()
          .startsWith("MACHINE_MAX_AGE: 1h (expected: at least LEASETIME, 2h");
      assertThat(settings(Map.of("LEASETIME", "1m", "MACHINE_MAX_AGE", "1m")).pool().ownership().maxAge())
          .isEqualTo(Duration.ofMinutes(1));
      assertThat(settings(Map.of("LEASETIME", "2h", "LEASE_RENEW", "off")).pool().ownership().leaseTtl())
          .isEqualTo(Duration.ofHours(2));
    }

    @Test
    void nameMachinesThatAreTooLargeToSuspend() {
      assertThat(problems(Map.of("POOL_WARM_MODE", "suspended", "WORKER_MEMORY", "4096"))).singleElement().asString()
          .startsWith("WORKER_MEMORY: 4096 (expected: at most 2048 with POOL_WARM_MODE=suspended");
      assertThat(settings(Map.of("WORKER_MEMORY", "4096")).pool().worker().memoryMb()).isEqualTo(4096);
    }
  }

  private static CoordSettings settings(Map<String, String> variables) {
    return CoordSettings.from(new SettingsReader(Environment.config(variables)));
  }

  private static List<String> problems(Map<String, String> variables) {
    return catchThrowableOfType(InvalidSettings.class, () -> settings(variables)).problems();
  }

  private static List<String> variables(List<String> problems) {
    return problems.stream().map(problem -> problem.substring(0, problem.indexOf(':'))).toList();
  }

  private static Map<String, String> onFlyWith(String variable, String value) {
    return with(ON_FLY, variable, value);
  }

  private static Map<String, String> with(Map<String, String> variables, String variable, String value) {
    var all = new HashMap<>(variables);
    all.put(variable, value);
    return all;
  }
}
