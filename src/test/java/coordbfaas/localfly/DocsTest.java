package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.OpenQuestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** docs/local-fly.md says of each rule whether it is obeyed here, and which test holds it. */
@DisplayName("The document of the local Fly")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocsTest {
  private static final Path DOCUMENT = Path.of("docs/local-fly.md");
  private static final Pattern TEST = Pattern.compile("`(?<type>[A-Z][\\w.]*)(#(?<method>\\w+))?`");

  /** A row of a table with columns {@code Here} and {@code Test}; the first cell is the rule. */
  private record Row(List<String> cells) {
    String rule() {
      return cells.getFirst();
    }

    String here() {
      return cells.get(cells.size() - 2);
    }

    List<MatchResult> tests() {
      return TEST.matcher(cells.getLast()).results().toList();
    }

    @Override
    public String toString() {
      return rule();
    }
  }

  private final List<Row> rows;
  private final List<Path> testClasses;

  DocsTest() throws Exception {
    rows = rows(Files.readAllLines(DOCUMENT));
    var folder = Path.of(DocsTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (var files = Files.walk(folder)) {
      testClasses = files.filter(file -> file.toString().endsWith(".class")).map(folder::relativize).toList();
    }
  }

  List<Row> rows() {
    return rows;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void namesTheTestsOfWhatIsObeyed(Row row) {
    if (row.here().startsWith("no:")) assertThat(row.here()).as("why not").hasSizeGreaterThan(12);
    else assertThat(row.tests()).as("tests of what is obeyed").isNotEmpty();
    assertThat(TEST.matcher(row.cells().getLast()).replaceAll("")).as("what is no test").matches("[, ]*|—");
    row.tests().forEach(test -> assertThat(isThere(test)).as(test.group()).isTrue());
  }

  @ParameterizedTest
  @EnumSource
  void tellsOfEveryAction(Action action) {
    assertThat(rows).anySatisfy(row -> assertThat(row.cells()).contains("`" + action + "`"));
  }

  @ParameterizedTest
  @MethodSource("questions")
  void tellsHowEachOpenQuestionIsDecided(String question) {
    assertThat(rows).anySatisfy(row -> assertThat(row.rule()).isEqualTo("`" + question + "`"));
  }

  static Stream<String> questions() {
    return Stream.of(OpenQuestions.class.getRecordComponents())
        .map(question -> question.getName().replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest
  @MethodSource("arguments")
  void tellsOfEachArgument(String argument) throws IOException {
    assertThat(Files.readString(DOCUMENT)).contains("`" + argument + " ");
  }

  /** As the program's usage names them. */
  static List<String> arguments() throws IOException {
    var program = Files.readString(Path.of("src/main/java/coordbfaas/Main.java"));
    var usage = program.substring(program.indexOf("local-fly ["), program.indexOf("Fly on localhost"));
    return Pattern.compile("--[a-z-]+").matcher(usage).results().map(MatchResult::group).toList();
  }

  @Test
  void tellsOfManyRules() {
    assertThat(rows).hasSizeGreaterThan(100);
  }

  private boolean isThere(MatchResult test) {
    var type = find(test.group("type").replace('.', '$') + ".class");
    return type.isPresent() && (test.group("method") == null || hasTest(type.get(), test.group("method")));
  }

  private Optional<Class<?>> find(String fileName) {
    return testClasses.stream().filter(file -> file.getFileName().toString().equals(fileName)).findFirst().map(file -> {
      try {
        return Class.forName(file.toString().replace(".class", "").replace('/', '.'));
      } catch (ClassNotFoundException impossible) {
        throw new IllegalStateException(impossible);
      }
    });
  }

  private static boolean hasTest(Class<?> type, String method) {
    return Stream.of(type.getDeclaredMethods())
        .anyMatch(known -> known.getName().equals(method) && AnnotationSupport.isAnnotated(known, Testable.class));
  }

  private static List<Row> rows(List<String> lines) {
    var inTable = false;
    var rows = Stream.<Row>builder();
    for (var line : lines) {
      var cells = cells(line);
      if (cells.size() >= 3 && cells.getLast().equals("Test")) inTable = true;
      else if (cells.isEmpty()) inTable = false;
      else if (inTable && !cells.getFirst().startsWith("---")) rows.add(new Row(cells));
    }
    return rows.build().toList();
  }

  /** The cells of a table's line; none of another. */
  private static List<String> cells(String line) {
    return line.startsWith("|") ? Arrays.stream(line.substring(1).split("(?<!\\\\)\\|")).map(String::strip).toList() : List.of();
  }
}
