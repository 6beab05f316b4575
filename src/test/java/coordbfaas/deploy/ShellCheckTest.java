package coordbfaas.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** ShellCheck has nothing to say about any shell script of the repository. */
@DisplayName("The shell scripts")
@Timeout(60)
class ShellCheckTest {
  private static final List<String> FOLDERS = List.of("bin", "bench", "deploy", ".ci", "docs", "src/test/resources/coordbfaas/deploy");

  @Test
  void areAsShellCheckWantsThem() throws Exception {
    var command = new ArrayList<>(List.of("shellcheck", "--external-sources"));
    for (var folder : FOLDERS) {
      try (var files = Files.walk(Path.of(folder))) {
        for (var file : files.filter(Files::isRegularFile).toList()) if (isShell(file)) command.add(file.toString());
      }
    }
    assertThat(command).contains("bin/bfaas", "deploy/setup.sh", "deploy/common.bash", "deploy/image/train", ".ci/run");
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static boolean isShell(Path file) throws Exception {
    try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      return file.toString().endsWith("bash") || lines.findFirst().filter(line -> line.matches("#!.*\\b(ba)?sh")).isPresent();
    }
  }
}
