package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.machines.FlyToken;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The settings of a local Fly")
class LocalFlySettingsTest {
  @Test
  void areReadFromTheCommandLine() {
    var settings = LocalFlySettings.fromArguments(List.of("--flycast-port", "1", "--port", "0",
        "--create-ms", "10", "--start-ms", "20", "--stop-ms", "30", "--stop-window-ms", "40"));
    assertThat(settings.port()).isZero();
    assertThat(settings.flycastPort()).isEqualTo(1);
    assertThat(settings.delays()).isEqualTo(new Delays(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ZERO,
        Duration.ofMillis(30), Duration.ZERO, Duration.ofMillis(40)));
  }

  @Test
  void haveTheUsualPortsAndNoDelaysUnlessSaidOtherwise() {
    assertThat(LocalFlySettings.fromArguments(List.of())).isEqualTo(new LocalFlySettings("127.0.0.1", 4280, 4281,
        Optional.empty(), LocalFlySettings.Workers.JVM, Delays.NONE, OpenQuestions.GUESSED));
  }

  @Test
  void nameTheArgumentThatIsWrong() {
    refused(List.of("--prot", "1"), "--prot: unknown (expected: one of --create-ms --flycast-port ");
    refused(List.of("--port", "many"), "--port: many (expected: a whole number");
    refused(List.of("--port", "-1"), "--port: -1 (expected: a whole number");
    refused(List.of("--port", "70000"), "local-fly port: 70000 (expected: a port");
    refused(List.of("--stop-ms"), "--stop-ms: missing (expected: a whole number");
    refused(List.of("--port", "1", "--port", "2"), "--port: 2 (expected: given once)");
  }

  @Test
  void doNotPrintTheToken() {
    assertThat(LocalFlySettings.ephemeral().withToken(new FlyToken("sesame")).toString()).doesNotContain("sesame");
  }

  private static void refused(List<String> arguments, String message) {
    assertThatThrownBy(() -> LocalFlySettings.fromArguments(arguments))
        .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
  }
}
