package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Hidden from a script are")
class HiddenFoldersTest {
  @Test
  void homesSocketsAndTheServersOwnFolders() {
    assertThat(HiddenFolders.of(paths("/app/lib", "/app/lib/more", "/data"), folder -> true)).containsExactlyElementsOf(
        paths("/.fly", "/root", "/home", "/run", "/var/run", "/var/tmp", "/mnt", "/media", "/app/lib", "/data"));
  }

  @Test
  void onlyWhatIsThere() {
    assertThat(HiddenFolders.of(paths("/app", "/gone"), Path.of("/app")::equals)).containsExactlyElementsOf(paths("/app"));
  }

  @Test
  void notWhatBashNeedsNorWhatIsReplacedAnyway() {
    assertThat(HiddenFolders.of(paths("/", "/usr", "/usr/local/bin", "/etc", "/tmp/work", "/root/app", "/dev/x", "/proc/1"),
        folder -> !folder.equals(Path.of("/var/run")))).doesNotContainAnyElementsOf(
        paths("/", "/usr", "/usr/local/bin", "/etc", "/tmp/work", "/root/app", "/dev/x", "/proc/1"));
  }

  @Test
  void thoseOfThisJvm() {
    var hidden = HiddenFolders.ofThisJvm(folder -> true);
    var here = Path.of("").toAbsolutePath();
    assertThat(Stream.concat(hidden.stream(), Stream.of(Path.of("/tmp")))).anyMatch(here::startsWith);
  }

  private static List<Path> paths(String... paths) {
    return Stream.of(paths).map(Path::of).toList();
  }
}
