package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.conform.Conform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Our own coordinator before the judge that others may send to theirs. */
@DisplayName("The public API")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(600)
class ConformTest {
  // Longer than the quiet time after which an answer has to show life, so that no check is skipped.
  private static final Map<String, String> SETTINGS =
      Map.of("PORT", "0", "MAXREQTIME", "30s", "MAXOUTPUT", "16MiB", "QUEUETIME", "20s");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void isKeptToTheLetter() throws IOException {
    try (var coordinator = BfaasProcess.start(SETTINGS, "coord")) {
      conform("--json", "--patience", "10s", "--max-output", "16MiB", "127.0.0.1:" + coordinator.serving().getPort());
      coordinator.terminate();
      assertThat(coordinator.exitCode()).isZero();
    }
    var findings = new ArrayList<String>();
    for (var check : new ObjectMapper().readTree(out.toByteArray()).path("checks"))
      if (!check.path("verdict").asText().equals("ok"))
        findings.add(check.path("name").asText() + ": expected " + check.path("expected").asText()
            + "; saw " + check.path("seen").asText() + check.path("why").asText());
    assertThat(findings).isEmpty();
  }

  private void conform(String... arguments) {
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    Conform.run(List.of(arguments), stream, stream);
  }
}
