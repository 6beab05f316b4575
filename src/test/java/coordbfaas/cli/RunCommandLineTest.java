package coordbfaas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import coordbfaas.wire.ServerUrl;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The command line of bfaas run")
class RunCommandLineTest {
  @Test
  void needsNothingButAScript() {
    assertThat(read("echo hi")).isEqualTo(new RunOptions("echo hi", List.of(), Optional.empty(), Optional.empty(),
        Map.of(), Map.of(), RunOptions.Stdin.IF_GIVEN, false, 1 << 20));
  }

  @Test
  void takesEveryOptionBeforeOrAfterTheScript() {
    var options = read("--url", "https://a.example/x/", "--timeout=1m30s", "--env", "A=b=c", "true", "--env", "D=", "--file", "x/y",
        "--file=a=/etc/hosts", "-i", "--json", "--max-body", "2MiB");
    assertThat(options.script()).isEqualTo("true");
    assertThat(options.url()).contains(new ServerUrl(true, "a.example", 443, "/x"));
    assertThat(options.timeout()).contains(Duration.ofSeconds(90));
    assertThat(options.env()).isEqualTo(Map.of("A", "b=c", "D", ""));
    assertThat(options.files()).isEqualTo(Map.of("x/y", "x/y", "a", "/etc/hosts"));
    assertThat(options.stdin()).isEqualTo(RunOptions.Stdin.ALWAYS);
    assertThat(options.json()).isTrue();
    assertThat(options.bodyBytesMax()).isEqualTo(2 << 20);
    assertThat(read("-n", "true").stdin()).isEqualTo(RunOptions.Stdin.NEVER);
    assertThat(read("--env", "A=1", "--env", "A=2", "true").env()).isEqualTo(Map.of("A", "2"));
  }

  @Test
  void leavesAllAfterTwoDashesToTheScript() {
    assertThat(read("echo $1", "--", "--json", "", "--", "-x").args()).containsExactly("--json", "", "--", "-x");
    assertThat(read("echo $1", "--", "--json").json()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
      --json                       | SCRIPT: missing (expected: bash source, in quotes)
      -- echo                      | SCRIPT: missing
      echo hi                      | 'hi': a second script (expected: one, in quotes, and its arguments after --)
      --fast true                  | '--fast'
      --timeout soon true          | --timeout': soon (expected: a duration such as 500ms, 1.5s or 1m30s)
      --timeout 0 true             | --timeout': 0 (expected: more than nothing
      --timeout                    | --timeout
      --timeout 1s --timeout 2s x  | --timeout
      --env A true                 | A (expected: NAME=VALUE)
      --env =sesame true           | no name (expected: NAME=VALUE)
      --file = true                | = (expected: PATH or PATH=LOCAL)
      --file /etc/hosts true       | /etc/hosts (expected: a path in the working directory, without '.' and '..')
      --file a/../../b=c true      | a/../../b (expected: a path in the working directory
      --url ftp://x true           | ftp://x (expected: a URL such as http://localhost:8000)
      --url http://a/?b true       | http://a/?b (expected: a URL
      --url http://:0 true         | http://:0 (expected: a URL
      --url http://me:sesame@a x   | a URL with a user in it
      --max-body huge true         | huge (expected: a size such as 4096, 64KiB or 1MiB)
      --max-body 0 true            | 0 (expected: 1 to 256MiB)
      --max-body 1GiB true         | 1GiB (expected: 1 to 256MiB)
      -i -n true                   | --stdin, --no-stdin: both (expected: one)
      """)
  void saysWhatIsWrong(String arguments, String problem) {
    assertThatIllegalArgumentException().isThrownBy(() -> read(arguments.strip().split(" +")))
        .withMessageContaining(problem).satisfies(wrong -> assertThat(wrong.getMessage()).doesNotContain("sesame"));
  }

  @Test
  void helpsWhoeverAsks() {
    assertThat(RunCommandLine.read(List.of("--help"))).isEmpty();
    assertThat(RunCommandLine.read(List.of("-h", "true"))).isEmpty();
    var help = new ByteArrayOutputStream();
    RunCommandLine.of().usage(new PrintStream(help, true, StandardCharsets.UTF_8));
    assertThat(help.toString(StandardCharsets.UTF_8)).contains("bfaas run [OPTION]... SCRIPT [-- ARGUMENT]...", "BFAAS_URL",
        "--url", "--timeout", "--env", "--file", "--stdin", "--no-stdin", "--json", "--max-body",
        "64 ", "65 ", "66 ", "69 ", "74 ", "75 ", "76 ", "124 ", "125 ", "130, 143 ", "141 ");
  }

  @ParameterizedTest
  @CsvSource({"localhost:8000, http://localhost:8000, localhost, 8000", "https://x.fly.dev/, https://x.fly.dev, x.fly.dev, 443",
      "http://[::1]:9/a, http://[::1]:9/a, ::1, 9", "http://x, http://x, x, 80"})
  void readsUrls(String text, String whole, String host, int port) {
    var url = ServerUrl.parse(text);
    assertThat(url).hasToString(whole);
    assertThat(url.socketHost()).isEqualTo(host);
    assertThat(url.port()).isEqualTo(port);
  }

  /** Some commands read their options by themselves; what completion knows of those is written down a second time. */
  @Test
  void isCompletedAsEveryOtherCommandIs() throws Exception {
    var program = Files.readString(Path.of("src/main/java/coordbfaas/Main.java"));
    var usage = program.substring(program.indexOf("usage: bfaas COMMAND"), program.indexOf("private Main()"));
    var commands = Pattern.compile("(?m)^        ([a-z][a-z-]+) ").matcher(usage).results().map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
    var options = Pattern.compile("--[a-z][a-z-]+").matcher(usage.replace("--help", "")).results().map(found -> found.group())
        .collect(Collectors.toCollection(TreeSet::new));
    assertThat(commands).contains("coord", "conform", "run", "completion");
    var script = Completion.script();
    assertThat(script).contains(commands).contains(options.stream().map(option -> "'" + option + "'").toList());
    assertThat(Stream.of("--max-body", "--no-stdin", "--file")).allMatch(script::contains);
  }

  private static RunOptions read(String... arguments) {
    return RunCommandLine.read(List.of(arguments)).orElseThrow();
  }
}
