package coordbfaas.conform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.wire.ServerUrl;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A report")
class ReportTest {
  private static final ServerUrl TARGET = ServerUrl.parse("localhost:8000");

  private final Finding ok = finding("a.ok", new Finding.Ok(), 12);
  private final Finding failed = finding("a.failed", new Finding.Failed("exit 0 exited", "124 deadline"), 1234);
  private final Finding skipped = finding("a.skipped", new Finding.Skipped("the deadline is too short"), 5);

  @Test
  void tellsEachFindingInALineOfColumns() {
    assertThat(Report.line(ok, 10)).isEqualTo("a.ok           12 ms  ok");
    assertThat(Report.line(failed, 10)).isEqualTo("a.failed     1234 ms  FAILED  expected exit 0 exited; saw 124 deadline");
    assertThat(Report.line(skipped, 10)).isEqualTo("a.skipped       5 ms  skipped: the deadline is too short");
  }

  @Test
  void sumsUpInOneLine() {
    assertThat(Report.summary(TARGET, List.of(ok, failed, skipped), 2_500))
        .isEqualTo("http://localhost:8000: 1 FAILED, 1 of 3 checks ok, 1 skipped, in 2.5 s");
    assertThat(Report.summary(TARGET, List.of(ok), 90)).isEqualTo("http://localhost:8000: green, 1 of 1 checks ok, in 0.1 s");
  }

  @Test
  void tellsProgramsTheSame() throws JsonProcessingException {
    var report = new ObjectMapper().readTree(Report.json(TARGET, List.of(ok, failed, skipped), 2_500));
    assertThat(report).isEqualTo(new ObjectMapper().readTree("""
        {"url": "http://localhost:8000", "green": false, "failed": 1, "skipped": 1, "ms": 2500, "checks": [
          {"name": "a.ok", "claim": "a claim", "ms": 12, "verdict": "ok"},
          {"name": "a.failed", "claim": "a claim", "ms": 1234, "verdict": "failed", "expected": "exit 0 exited",
           "seen": "124 deadline"},
          {"name": "a.skipped", "claim": "a claim", "ms": 5, "verdict": "skipped", "why": "the deadline is too short"}]}"""));
    assertThat(new ObjectMapper().readTree(Report.json(TARGET, List.of(ok, skipped), 1)).path("green").asBoolean()).isTrue();
  }

  @Test
  void showsWhatItSawWithoutItsControlCharacters() {
    assertThat(Excerpt.of("a\"\u001b[2J\n\r\u2028\u20ac")).isEqualTo("\"a\\\"\\u001b[2J\\n\\r\\u2028\u20ac\"");
    assertThat(Excerpt.of("x".repeat(5_000))).isEqualTo("\"" + "x".repeat(100) + "\"… (5000 characters)");
  }

  private static Finding finding(String name, Finding.Verdict verdict, long ms) {
    return new Finding(Check.of(name, "a claim", server -> {}), verdict, ms);
  }
}
