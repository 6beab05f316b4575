package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The command line of the walls")
class WallsTest {
  private static final Path STATUS = Path.of("/tmp/s");
  private static final SystemCallFilter FILTERED = new SystemCallFilter(true, true);
  private static final String FILTER = FILTERED.hex(SystemCallFilter.Machine.of(System.getProperty("os.arch")));

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
    assertThat(command).endsWith("/bin/bash", "/tmp/work", "5000", FILTER, "7", "64");
  }

  @Test
  void isShortWithoutWalls() {
    var command = walls(Walls.Builder.UNSHARE, false).command(STATUS);
    assertThat(command).contains("2", "proc", "tmpfs mode=1777 /tmp").doesNotContain("readonly", "--ipc").contains("all");
  }

  /** Of the command line it takes what makes namespaces or mounts, and no more. */
  @Test
  void isUnderstoodWhereAnImageIsBuilt(@TempDir Path bin) throws Exception {
    install(bin, "perl", "printf '%s\\0' \"$@\"");
    install(bin, "rm", "");
    Files.copy(Path.of("deploy/image/without-namespaces"), bin.resolve("unshare"), StandardCopyOption.COPY_ATTRIBUTES);
    var command = walls(Walls.Builder.UNSHARE, false).command(STATUS);
    var builder = new ProcessBuilder(command.subList(command.indexOf("unshare"), command.size()));
    builder.environment().put("PATH", bin + ":" + System.getenv("PATH"));
    builder.command().set(0, bin.resolve("unshare").toString());
    var process = builder.redirectErrorStream(true).start();
    var told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var perl = command.subList(command.indexOf("-e"), command.size());
    assertThat(told.split("\0")).startsWith("-e", perl.get(1), perl.get(2), "0", "/bin/bash", "/tmp/work", "all", "none")
        .hasSize(perl.size() - Integer.parseInt(perl.get(3)));
    assertThat(process.waitFor()).isZero();
  }

  private static void install(Path bin, String program, String script) throws IOException {
    assertThat(Files.writeString(bin.resolve(program), "#!/bin/sh\n" + script + "\n").toFile().setExecutable(true)).isTrue();
  }

  private static Walls walls(Walls.Builder builder, boolean whole) {
    return new Walls(builder, Path.of("/bin/bash"), whole, OptionalInt.of(5000), true, Optional.of(Path.of("/etc/resolv.conf")),
        List.of(Path.of("/home")), whole ? Optional.of(FILTERED) : Optional.empty(), Contained.containment(Map.of()).limits(),
        List.of(7L, 64L));
  }
}
