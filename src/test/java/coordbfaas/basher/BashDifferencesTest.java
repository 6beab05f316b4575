package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each script of {@code bash-scripts.txt} is run by a plain {@code bash -c} and through a worker of its own, and does the same,
 * but for what {@code docs/bash-differences.md} names. A few at a time, as most of what they take is waiting.
 */
@DisplayName("A script does the same as in a plain bash")
@Timeout(300)
class BashDifferencesTest {
  private static final int AT_A_TIME = 4;
  private static final Path DOCUMENT = Path.of("docs/bash-differences.md");
  private static final List<BashScript> SCRIPTS = BashScript.all();

  private static Map<BashScript, BashOutcome> plain;
  private static Map<BashScript, BashOutcome> run;

  static List<BashScript> sameEverywhere() {
    return SCRIPTS.stream().filter(script -> script.mayDiffer().isEmpty()).toList();
  }

  @BeforeAll
  static void runAllOfThem(@TempDir Path directory) {
    plain = each(script -> PlainBash.run(script, directory));
    run = each(BashDifferencesTest::throughAWorker);
  }

  @ParameterizedTest
  @MethodSource
  void sameEverywhere(BashScript script) {
    assertThat(run.get(script)).isEqualTo(plain.get(script));
  }

  @Test
  void isShownForSomeHundredScripts() {
    assertThat(sameEverywhere()).hasSizeGreaterThan(120).extracting(BashScript::name).doesNotHaveDuplicates();
  }

  /** What may differ is documented, what is documented has a script, and such a script runs all the same. */
  @Test
  void differsForDocumentedReasonsAlone() throws Exception {
    var documented = Pattern.compile("(?m)^## (.+)$").matcher(Files.readString(DOCUMENT)).results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT)).toList();
    var used = SCRIPTS.stream().flatMap(script -> script.mayDiffer().stream()).distinct().toList();
    assertThat(used).containsExactlyInAnyOrderElementsOf(documented);
    assertThat(SCRIPTS).allSatisfy(script -> assertThat(run.get(script).stderr()).doesNotContain("cannot start"));
  }

  private static Map<BashScript, BashOutcome> each(Function<BashScript, BashOutcome> running) {
    var outcomes = new HashMap<BashScript, BashOutcome>();
    try (var threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      var all = SCRIPTS.stream().collect(Collectors.toMap(script -> script,
          script -> CompletableFuture.supplyAsync(() -> running.apply(script), threads)));
      all.forEach((script, outcome) -> outcomes.put(script, outcome.join()));
    }
    return outcomes;
  }

  /** The worker ends by itself, after its one run. */
  private static BashOutcome throughAWorker(BashScript script) {
    try {
      var answer = Worker.boot().runJson(
          Map.of("script", script.sent(), "args", script.args(), "stdin", script.stdin(), "timeout", "30s"));
      return BashOutcome.of(answer.stdoutBytes().toArray(), answer.stderr().getBytes(StandardCharsets.UTF_8), answer.exit());
    } catch (Exception failure) {
      throw new AssertionError(script + ": " + failure, failure);
    }
  }
}
