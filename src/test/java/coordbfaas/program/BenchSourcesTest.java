package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurements are compiled when somebody runs them, which no test does: what the program renames would be missed there. */
@DisplayName("The sources of bench")
class BenchSourcesTest {
  @Test
  void compileAgainstTheProgram(@TempDir Path classes) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var said = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var options = List.of("-proc:none", "-d", classes.toString(), "-classpath", classPath());
      var compiled = compiler.getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources())).call();
      assertThat(compiled).as(said.toString()).isTrue();
    }
  }

  private static List<Path> sources() throws IOException {
    try (var files = Files.walk(Path.of("bench"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
