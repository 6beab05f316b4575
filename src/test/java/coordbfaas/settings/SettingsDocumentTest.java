package coordbfaas.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/settings.md")
class SettingsDocumentTest {
  private static final Path CONFIGURATION = Path.of("src/main/resources/application.conf");
  private static final Path DOCUMENT = Path.of("docs/settings.md");

  @BeforeAll
  static void isMadeAnewIfThatIsAskedFor() throws Exception {
    if (Boolean.getBoolean("settings.write"))
      Files.writeString(DOCUMENT, SettingsDocument.of(Files.readAllLines(CONFIGURATION)));
  }

  @Test
  void isWhatApplicationConfSays() throws Exception {
    var made = SettingsDocument.of(Files.readAllLines(CONFIGURATION));
    assertThat(Files.readString(DOCUMENT)).as("made anew by the command that it begins with").isEqualTo(made);
  }

  @Test
  void namesEveryVariable() throws Exception {
    var variables = Pattern.compile("\\$\\{\\?(\\w+)}").matcher(Files.readString(CONFIGURATION)).results()
        .map(found -> found.group(1)).distinct().toList();
    assertThat(variables).contains("WORKER_APP", "PRIVATE", "MAXREQTIME", "LOCAL_FLY_START");
    var document = Files.readString(DOCUMENT);
    assertThat(variables).allSatisfy(variable -> assertThat(document).contains("`" + variable + "`"));
  }

  @Test
  void hasAKeysDefaultVariableAndCommentInARow() {
    assertThat(SettingsDocument.of(List.of(
        "coordbfaas {", "  pool {", "    # Requests that may wait, or", "    # none.", "    queue-max = 64", "    queue-max = ${?MAXQUEUE}",
        "    queue-time = 5s", "    machine {", "      # A|B.", "      region = ${?FLY_REGION}", "    }", "  }", "}",
        "pekko {", "  # Not ours.", "  loglevel = INFO", "}")))
        .isEqualTo(SettingsDocument.HEAD + """

            ## pool

            | setting | variable | default | |
            |---|---|---|---|
            | `pool.queue-max`<br>`pool.queue-time` | `MAXQUEUE`<br> | `64`<br>`5s` | Requests that may wait, or none. |
            | `pool.machine.region` | `FLY_REGION` |  | A\\|B. |
            """);
  }
}
