package coordbfaas.localfly;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.localfly.rules.Delays;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The script of docs/, which is no program of ours: curl alone. */
@DisplayName("A foreign client of Fly")
@Timeout(60)
class FlyByCurlTest {
  private static final LocalFlySettings SLOW = LocalFlySettings.ephemeral().withDelays(new Delays(
      Duration.ofMillis(50), Duration.ofMillis(100), ZERO, Duration.ofMillis(100), ZERO, Duration.ofMillis(300)));

  @Test
  void findsInTheLocalFlyTheFlyThatItKnows() throws IOException, InterruptedException {
    try (var fly = new FlyOverHttp(SLOW)) {
      var told = client(fly.api, 0);
      assertThat(told).last().isEqualTo("Fly answered as expected.");
      assertThat(told).filteredOn(line -> line.startsWith("ok ")).hasSizeGreaterThan(30);
      assertThat(fly.get("").is(200).body()).isEmpty();
    }
  }

  @Test
  void endsAtTheFirstDifference() throws IOException, InterruptedException {
    try (var fly = new FlyOverHttp(SLOW)) {
      var told = client(fly.flycast, 1);
      assertThat(told).singleElement().asString().startsWith("FAIL ").contains("expected 200", "seen 503");
    }
  }

  /** What it prints, once it has ended as expected. */
  private static List<String> client(URI api, int exitCode) throws IOException, InterruptedException {
    var script = new ProcessBuilder("bash", "docs/fly-by-curl.sh", api.toString()).redirectErrorStream(true).start();
    try (var output = script.getInputStream()) {
      var told = new String(output.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertThat(script.waitFor()).as(String.join("\n", told)).isEqualTo(exitCode);
      return told;
    } finally {
      script.destroyForcibly();
    }
  }
}
