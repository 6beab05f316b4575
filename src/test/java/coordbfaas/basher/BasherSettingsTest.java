package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import coordbfaas.auth.KeyPair;
import coordbfaas.settings.InvalidSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A worker's settings")
class BasherSettingsTest {
  private static final KeyPair KEYS = KeyPair.generate();

  @Test
  void needAMachineAndAKeyAlone() {
    assertThat(BasherSettings.of(with(Map.of())))
        .isEqualTo(new BasherSettings("m1", KEYS.publicKey(), "0.0.0.0", 8001, 1 << 20, Duration.ofSeconds(10),
            Duration.ofMinutes(10), 1, Contained.containment(Map.of())));
  }

  @Test
  void areThoseOfTheEnvironment() {
    var environment = Map.of("BIND", "127.0.0.1", "PORT", "0", "MAXBODY", "2KiB", "READTIMEOUT", "1.5s", "SANDBOX", "none",
        "NETWORK", "all", "LEASETIME", "20s");
    assertThat(BasherSettings.of(with(environment)))
        .isEqualTo(new BasherSettings("m1", KEYS.publicKey(), "127.0.0.1", 0, 2048, Duration.ofMillis(1500),
            Duration.ofSeconds(40), 1, Contained.containment(Map.of("SANDBOX", "none", "NETWORK", "all"))));
  }

  @Test
  void tellAllProblemsTogether() {
    assertThat(problems(Map.of())).extracting(BasherSettingsTest::variable).containsExactly("FLY_MACHINE_ID", "PUBLIC");
    var broken = Map.of("PUBLIC", "no-key", "PORT", "65536", "MAXBODY", "0", "READTIMEOUT", "10", "LEASETIME", "0s",
        "SANDBOX", "no");
    assertThat(problems(broken)).extracting(BasherSettingsTest::variable)
        .containsExactly("FLY_MACHINE_ID", "PUBLIC", "PORT", "MAXBODY", "READTIMEOUT", "LEASETIME", "SANDBOX");
  }

  @Test
  void sayWhatWasExpectedAndShowNoKey() {
    assertThat(problems(Map.of("FLY_MACHINE_ID", "m1", "PUBLIC", "c2VjcmV0")))
        .singleElement().asString().contains(KeyPair.EXPECTED).doesNotContain("c2VjcmV0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
  void knowALoopbackAddress(String bind) {
    assertThat(BasherSettings.of(with(Map.of("BIND", bind))).onLoopback()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "no such host"})
  void knowWhatIsNone(String bind) {
    assertThat(BasherSettings.of(with(Map.of("BIND", bind))).onLoopback()).isFalse();
  }

  private static Map<String, String> with(Map<String, String> environment) {
    var whole = new HashMap<>(environment);
    whole.put("FLY_MACHINE_ID", "m1");
    whole.put("PUBLIC", KEYS.publicText());
    return whole;
  }

  private static List<String> problems(Map<String, String> environment) {
    return catchThrowableOfType(InvalidSettings.class, () -> BasherSettings.of(environment)).problems();
  }

  private static String variable(String problem) {
    return problem.substring(0, problem.indexOf(':'));
  }
}
