package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Hidden from a script are")
class HiddenFoldersTest {
  @Test
  void homesSocketsAndTheServersOwnFolders() {
    assertThat(HiddenFolders.of(paths("/app/lib", "/app/lib/more", "/data"), Optional::of)).containsExactlyInAnyOrderElementsOf(
        paths("/.fly", "/root", "/home", "/run", "/var/run", "/var/tmp", "/mnt", "/media", "/app/lib", "/data"));
  }

  @Test
  void onlyWhatIsThere() {
    assertThat(HiddenFolders.of(paths("/app", "/gone"), folder -> Optional.of(folder).filter(Path.of("/app")::equals)))
        .containsExactlyElementsOf(paths("/app"));
  }

  @Test
  void notWhatBashNeedsNorWhatIsReplacedAnyway() {
    assertThat(HiddenFolders.of(paths("/", "/usr", "/usr/local/bin", "/etc", "/tmp/work", "/root/app", "/dev/x", "/proc/1"),
        Optional::of)).doesNotContainAnyElementsOf(
        paths("/", "/usr", "/usr/local/bin", "/etc", "/tmp/work", "/root/app", "/dev/x", "/proc/1"));
  }

  /** As on computers whose only writable folder is /var. */
  @Test
  void homesWhereLinksLeadToThem() {
    var links = Map.of(Path.of("/home"), Path.of("/var/home"), Path.of("/root"), Path.of("/var/roothome"),
        Path.of("/var/run"), Path.of("/run"), Path.of("/app"), Path.of("/usr"), Path.of("/app/lib"), Path.of("/var/home/app"));
    assertThat(HiddenFolders.of(paths("/app", "/app/lib"), folder -> Optional.of(links.getOrDefault(folder, folder))))
        .containsExactlyInAnyOrderElementsOf(
            paths("/.fly", "/var/roothome", "/var/home", "/run", "/var/tmp", "/mnt", "/media"));
  }

  @Test
  void foldersAndNothingElse(@TempDir Path temporary) throws Exception {
    var folder = Files.createDirectory(temporary.toRealPath().resolve("folder"));
    assertThat(HiddenFolders.real(folder)).contains(folder);
    assertThat(HiddenFolders.real(Files.createSymbolicLink(temporary.resolve("link"), folder))).contains(folder);
    assertThat(HiddenFolders.real(Files.createFile(temporary.resolve("file")))).isEmpty();
    assertThat(HiddenFolders.real(temporary.resolve("gone"))).isEmpty();
  }

  @Test
  void thoseOfThisJvm() throws Exception {
    var here = Path.of("").toRealPath();
    assertThat(Stream.concat(HiddenFolders.ofThisJvm().stream(), Stream.of(Path.of("/tmp")))).anyMatch(here::startsWith);
  }

  private static List<Path> paths(String... paths) {
    return Stream.of(paths).map(Path::of).toList();
  }
}
