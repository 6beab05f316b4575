package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.Fault;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.machines.FlyToken;
import coordbfaas.settings.Environment;
import coordbfaas.settings.InvalidSettings;
import coordbfaas.settings.SettingsReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The settings of a local Fly")
class LocalFlySettingsTest {
  private static final Map<String, String> SLOW = Map.of("LOCAL_FLY_CREATE", "1s", "LOCAL_FLY_START", "2s",
      "LOCAL_FLY_RESUME", "3s", "LOCAL_FLY_STOP", "4s", "LOCAL_FLY_SUSPEND", "5s", "LOCAL_FLY_STOP_WINDOW", "1m");

  private static LocalFlySettings alone(String... arguments) {
    return LocalFlySettings.alone(reader(Map.of()), List.of(arguments));
  }

  private static SettingsReader reader(Map<String, String> environment) {
    return new SettingsReader(Environment.config(environment));
  }

  private static Delays delays(int create, int start, int resume, int stop, int suspend, int stopWindow) {
    return new Delays(Duration.ofMillis(create), Duration.ofMillis(start), Duration.ofMillis(resume),
        Duration.ofMillis(stop), Duration.ofMillis(suspend), Duration.ofMillis(stopWindow));
  }

  @Nested
  @DisplayName("that is alone")
  class Alone {
    @Test
    void areReadFromTheCommandLine() {
      var settings = alone("--flycast-port", "1", "--port", "0", "--admin-port", "2", "--create-ms", "10", "--start-ms", "20",
          "--resume-ms", "30", "--stop-ms", "40", "--suspend-ms", "50", "--stop-window-ms", "60", "--rate-limits", "on");
      assertThat(settings.ports()).isEqualTo(new LocalFlySettings.Ports(0, 1, Optional.of(2)));
      assertThat(settings.manner().delays()).isEqualTo(delays(10, 20, 30, 40, 50, 60));
      assertThat(settings.manner().rateLimits()).isTrue();
    }

    @Test
    void haveTheUsualPortsAndNoDelaysUnlessSaidOtherwise() {
      assertThat(alone()).isEqualTo(new LocalFlySettings("127.0.0.1", new LocalFlySettings.Ports(4280, 4281, Optional.of(4282)),
          Optional.empty(), LocalFlySettings.Workers.JVM,
          new LocalFlySettings.Manner(Delays.NONE, OpenQuestions.GUESSED, false, List.of(), 100_000)));
    }

    @Test
    void takeAFaultAsOftenAsOneIsGiven() {
      var settings = alone("--fault", "start still-active times=3", "--fault", "get status=502 text=bad gateway");
      assertThat(settings.manner().faults()).extracting(Fault::text)
          .containsExactly("start still-active times=3", "get status=502 text=bad gateway");
    }

    @Test
    void answerEachOpenQuestionAsTheyAreTold() {
      var open = alone("--open", "refresh-revives=false", "--open", "lease-ttl-default=1m30s",
          "--open", "wrong-nonce-status=412", "--open", "retry-after=2s").manner().open();
      assertThat(open.refreshRevives()).isFalse();
      assertThat(open.leaseTtlDefault()).isEqualTo(Duration.ofSeconds(90));
      assertThat(open.wrongNonceStatus()).isEqualTo(412);
      assertThat(open.retryAfter()).contains(Duration.ofSeconds(2));
      assertThat(open.deadNonceAccepted()).isEqualTo(OpenQuestions.GUESSED.deadNonceAccepted());
      assertThat(alone("--open", "retry-after=2s", "--open", "retry-after=none").manner().open().retryAfter()).isEmpty();
    }

    @Test
    void areAsTheEnvironmentSaysWhereTheCommandLineIsSilent() {
      var settings = LocalFlySettings.alone(reader(SLOW), List.of("--start-ms", "7"));
      assertThat(settings.manner().delays()).isEqualTo(delays(1000, 7, 3000, 4000, 5000, 60_000));
    }

    @Test
    void runBashersWhereTheEnvironmentSays() {
      assertThat(LocalFlySettings.alone(reader(Map.of("LOCAL_WORKERS", "process")), List.of()).workers())
          .isEqualTo(LocalFlySettings.Workers.PROCESS);
    }

    @Test
    void demandTheTokenOfTheEnvironment() {
      assertThat(LocalFlySettings.alone(reader(Map.of("FLY_TOKEN", "FlyV1 sesame")), List.of()).token())
          .contains(new FlyToken("sesame"));
    }

    @Test
    void nameTheArgumentThatIsWrong() {
      refused("--prot: unknown (expected: one of --admin-port --create-ms --fault --flycast-port ", "--prot", "1");
      refused("--port: many (expected: a whole number", "--port", "many");
      refused("--port: -1 (expected: a whole number", "--port", "-1");
      refused("--port: 70000 (expected: a whole number from 0 to 65535", "--port", "70000");
      refused("--admin-port: 70000 (expected: a whole number from 0 to 65535", "--admin-port", "70000");
      refused("--stop-ms: missing (expected: a whole number", "--stop-ms");
      refused("--port: 2 (expected: given once)", "--port", "1", "--port", "2");
      refused("--rate-limits: yes (expected: on or off)", "--rate-limits", "yes");
      refused("fault: times=0 (expected: a whole number", "--fault", "start times=0");
      refused("signal (expected: one of lease-ttl-default ", "--open", "signal");
      refused("signal-fenced (expected: signal-fenced=…)", "--open", "signal-fenced");
      refused("signal-fenced=1 (expected: true or false)", "--open", "signal-fenced=1");
      refused("destroyed-shown=-1s (expected: a duration", "--open", "destroyed-shown=-1s");
    }

    @Test
    void nameAllArgumentsThatAreWrong() {
      assertThatThrownBy(() -> alone("--port", "x", "--stop-ms", "y", "--nonsense", "z"))
          .hasMessageMatching("--port: x .*\n--stop-ms: y .*\n--nonsense: unknown .*");
    }

    private void refused(String message, String... arguments) {
      assertThatThrownBy(() -> alone(arguments))
          .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }
  }

  @Nested
  @DisplayName("that is embedded")
  class Embedded {
    @Test
    void areReadFromTheEnvironment() {
      var settings = LocalFlySettings.embedded(reader(SLOW)).orElseThrow();
      assertThat(settings.manner().delays()).isEqualTo(delays(1000, 2000, 3000, 4000, 5000, 60_000));
      assertThat(LocalFlySettings.embedded(reader(Map.of("LOCAL_FLY_RATE_LIMITS", "on"))).orElseThrow().manner().rateLimits())
          .isTrue();
    }

    @Test
    void areTheEphemeralOnesUnlessSaidOtherwise() {
      assertThat(LocalFlySettings.embedded(reader(Map.of()))).contains(LocalFlySettings.ephemeral());
    }

    @Test
    void reportAllThatIsWrongTogether() {
      var reader = reader(Map.of("LOCAL_FLY_START", "soon", "LOCAL_FLY_STOP_WINDOW", "-1s", "LOCAL_FLY_RATE_LIMITS", "2/s"));
      assertThat(LocalFlySettings.embedded(reader)).isEmpty();
      assertThatThrownBy(reader::check).isInstanceOfSatisfying(InvalidSettings.class, invalid ->
          assertThat(invalid.problems()).extracting(problem -> problem.substring(0, problem.indexOf(':')))
              .containsExactlyInAnyOrder("LOCAL_FLY_START", "LOCAL_FLY_STOP_WINDOW", "LOCAL_FLY_RATE_LIMITS"));
    }
  }

  @Test
  void doNotPrintTheToken() {
    assertThat(LocalFlySettings.ephemeral().withToken(new FlyToken("sesame")).toString()).doesNotContain("sesame");
  }
}
