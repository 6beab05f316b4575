package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The measurements are compiled when somebody runs them, which no test does: what the program renames would be missed there. */
@DisplayName("The sources of bench")
class BenchSourcesTest {
  @ParameterizedTest
  @ValueSource(strings = {"bench", "bench/pure"})
  void compileAgainstTheProgram(String folder, @TempDir Path classes) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var said = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var options = List.of("-proc:none", "-d", classes.toString(), "-classpath", classPath());
      var compiled = compiler.getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources(folder))).call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
  }

  /** Of the folder alone, but all of a package's: {@code bench} has none, and what stands below it another class path. */
  private static List<Path> sources(String folder) throws IOException {
    var depth = folder.equals("bench") ? 1 : Integer.MAX_VALUE;
    try (var files = Files.walk(Path.of(folder), depth)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
