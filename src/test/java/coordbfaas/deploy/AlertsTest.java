package coordbfaas.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each alert is seen to fire where it is to, and to stay quiet where nothing is wrong: promtool plays an hour of it. */
@DisplayName("deploy/alerts.yml")
@Timeout(60)
class AlertsTest {
  private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
  private static final Path STORY = Path.of("src/test/resources/coordbfaas/deploy/alerts.yml");

  @Test
  void firesForWhatIsWrongAndForNothingElse() throws Exception {
    assumeTrue(Files.isExecutable(PROMTOOL), "no promtool (Debian: apt-get install prometheus)");
    var process = new ProcessBuilder(PROMTOOL.toString(), "test", "rules", STORY.toString()).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  @Test
  void hasAStoryForEachAlert() throws Exception {
    var story = Files.readString(STORY);
    assertThat(Pattern.compile("- alert: (\\w+)").matcher(Files.readString(Path.of("deploy/alerts.yml"))).results()
        .map(alert -> "alertname=\"" + alert.group(1) + "\", instance=\"bad\"")).isNotEmpty().allMatch(story::contains);
  }
}
