package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The command line of the walls")
class WallsTest {
  private static final Path STATUS = Path.of("/tmp/s");

  /** It loads no pragma where it runs, which would cost every run some milliseconds. */
  @ParameterizedTest
  @EnumSource(value = Walls.Builder.class, names = {"BUBBLEWRAP", "UNSHARE"})
  void hasPerlThatIsStrict(Walls.Builder builder) throws Exception {
    var command = walls(builder, true).command(STATUS);
    var perl = command.get(command.indexOf("-e") + 1);
    var compiler = new ProcessBuilder("perl", "-Mstrict", "-Mwarnings=FATAL,all", "-c", "-e", perl)
        .redirectErrorStream(true).start();
    assertThat(new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("-e syntax OK\n");
    assertThat(perl).doesNotContain("\nuse ");
  }

  @Test
  void hidesFoldersAndNamesResolvers() {
    var command = walls(Walls.Builder.BUBBLEWRAP, true).command(STATUS);
    assertThat(String.join(" ", command)).contains(" --size 4096 --tmpfs /home ", " --ro-bind-data 5 /etc/resolv.conf ",
        "nameserver 1.1.1.1\n", " --unshare-net ");
    assertThat(command).endsWith("/bin/bash", "/tmp/work", "5000", "7", "64");
  }

  @Test
  void isShortWithoutWalls() {
    var command = walls(Walls.Builder.UNSHARE, false).command(STATUS);
    assertThat(command).contains("2", "proc", "tmpfs mode=1777 /tmp").doesNotContain("readonly", "--ipc").contains("all");
  }

  private static Walls walls(Walls.Builder builder, boolean whole) {
    return new Walls(builder, Path.of("/bin/bash"), whole, OptionalInt.of(5000), true, Optional.of(Path.of("/etc/resolv.conf")),
        List.of(Path.of("/home")), Contained.containment(Map.of()).limits(), List.of(7L, 64L));
  }
}
