package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Status files")
class StatusFileTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  @Test
  void areRemovedWhenTheirJvmIsLongGone() throws IOException {
    var forsaken = aged("bfaas-1.status", Duration.ofMinutes(11));
    var anotherOne = aged("bfaas-2.status", Duration.ofDays(3));
    StatusFile.removeForsaken(folder, NOW);
    assertThat(forsaken).doesNotExist();
    assertThat(anotherOne).doesNotExist();
  }

  @Test
  void areLeftToWhoeverMadeThemJustNow() throws IOException {
    var fresh = aged("bfaas-1.status", Duration.ofMinutes(9));
    var ofTheFuture = aged("bfaas-2.status", Duration.ofMinutes(-9));
    StatusFile.removeForsaken(folder, NOW);
    assertThat(fresh).exists();
    assertThat(ofTheFuture).exists();
  }

  @Test
  void areAllThatIsRemoved() throws IOException {
    var others = aged("bfaas-1.txt", Duration.ofDays(1));
    StatusFile.removeForsaken(folder, NOW);
    assertThat(others).exists();
  }

  @Test
  void needNoFolder() {
    StatusFile.removeForsaken(folder.resolve("none"), NOW);
    assertThat(folder).isEmptyDirectory();
  }

  private Path aged(String name, Duration age) throws IOException {
    return Files.setLastModifiedTime(Files.createFile(folder.resolve(name)), FileTime.from(NOW.minus(age)));
  }
}
