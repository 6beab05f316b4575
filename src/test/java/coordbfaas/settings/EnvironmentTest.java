package coordbfaas.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An environment")
class EnvironmentTest {
  private static final Config APPLICATION = ConfigFactory.parseString("""
      coordbfaas {
        poolsize = 2
        poolsize = ${?POOLSIZE}
        lease.time = 5m
        lease.time = ${?LEASETIME}
        home = none
        home = ${?PATH}
        private = ${?PRIVATE}
        shown-size = ${coordbfaas.poolsize}
      }
      """);

  @Test
  void leavesTheDefaultsWhenItIsEmpty() {
    var config = Environment.config(APPLICATION, Map.of());
    assertThat(config.getInt("coordbfaas.poolsize")).isEqualTo(2);
    assertThat(config.getString("coordbfaas.lease.time")).isEqualTo("5m");
    assertThat(config.hasPath("coordbfaas.private")).isFalse();
    assertThat(config.isResolved()).isTrue();
  }

  @Test
  void overridesWhatItNames() {
    var config = Environment.config(APPLICATION, Map.of("POOLSIZE", "7", "PRIVATE", "${x} \"quoted\" = {\n#"));
    assertThat(config.getInt("coordbfaas.poolsize")).isEqualTo(7);
    assertThat(config.getInt("coordbfaas.shown-size")).isEqualTo(7);
    assertThat(config.getString("coordbfaas.lease.time")).isEqualTo("5m");
    assertThat(config.getString("coordbfaas.private")).isEqualTo("${x} \"quoted\" = {\n#");
  }

  @Test
  void isNotTheOneOfThisProcess() {
    assertThat(System.getenv("PATH")).isNotEmpty();
    assertThat(Environment.config(APPLICATION, Map.of()).getString("coordbfaas.home")).isEqualTo("none");
    assertThat(Environment.config(APPLICATION, Map.of("PATH", "/ours")).getString("coordbfaas.home")).isEqualTo("/ours");
  }

  @Test
  void mayHaveVariablesOfAnyName() {
    var config = Environment.config(APPLICATION, Map.of(
        "a.b", "1", "a", "2", "\"", "3", "${x}", "4", "BASH_FUNC_f%%", "() { :; }", "pekko", "5", "coordbfaas", "6", "POOLSIZE",
        "7"));
    assertThat(config.getInt("coordbfaas.poolsize")).isEqualTo(7);
  }

  @Test
  void leavesNoVariableInTheSettings() {
    var config = Environment.config(APPLICATION,
        Map.of("OTHER_SECRET", "s3cret", "a.b", "s3cret", "\"", "s3cret", "coordbfaas", "s3cret"));
    assertThat(config.root().unwrapped().toString()).doesNotContain("s3cret");
    assertThat(config.getInt("coordbfaas.poolsize")).isEqualTo(2);
  }

  @Test
  void isNotEnoughForASettingThatNamesNothing() {
    var dangling = ConfigFactory.parseString("coordbfaas.size = ${NOT_THERE}");
    assertThatExceptionOfType(ConfigException.UnresolvedSubstitution.class)
        .isThrownBy(() -> Environment.config(dangling, Map.of()));
  }
}
