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

@DisplayName("The walls that are ordered")
class WallsTest {
  private static final SystemCallFilter FILTERED = new SystemCallFilter(true, true);
  private static final String FILTER = FILTERED.hex(SystemCallFilter.Machine.of(System.getProperty("os.arch")));
  private static final String PID_AND_MOUNTS = Integer.toString(0x2002_0000);

  /** It loads no pragma where it runs, which would cost every start some milliseconds. */
  @Test
  void areBuiltByPerlThatIsStrict() throws Exception {
    var compiler = new ProcessBuilder("perl", "-Mstrict", "-Mwarnings=FATAL,all", "-c", "-e", Walls.PROGRAM)
        .redirectErrorStream(true).start();
    assertThat(new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("-e syntax OK\n");
    assertThat(Walls.PROGRAM).doesNotContain("\nuse ");
  }

  @Test
  void hideFoldersAndNameResolvers() {
    var order = walls(Walls.Right.ROOT, true).order();
    assertThat(order).contains("tmpfs mode=0555,size=4096 /home", "loopback",
        "resolver 1.1.1.1,8.8.8.8,2606:4700:4700::1111 /etc/resolv.conf");
    assertThat(order).startsWith(Integer.toString(0x6802_0000), "").endsWith("/bin/bash", "/tmp/work", "5000", FILTER, "7", "64");
  }

  /** Who makes it is root in it, and so has to be nobody before. */
  @Test
  void areMadeByTheScriptsUserInAUserNamespace() {
    assertThat(walls(Walls.Right.USER, true).order())
        .startsWith(Integer.toString(0x7802_0000), "5000").endsWith("/bin/bash", "/tmp/work", "same", FILTER, "7", "64");
  }

  @Test
  void areFewWhereNoneAreWanted() {
    assertThat(walls(Walls.Right.ROOT, false).order()).startsWith(PID_AND_MOUNTS, "", "2", "proc", "tmpfs mode=1777 /tmp")
        .contains("all").doesNotContain("readonly");
  }

  private static Walls walls(Walls.Right right, boolean whole) {
    return new Walls(right, Path.of("/bin/bash"), whole, OptionalInt.of(5000), whole, Optional.of(Path.of("/etc/resolv.conf")),
        List.of(Path.of("/home")), whole ? Optional.of(FILTERED) : Optional.empty(), Contained.containment(Map.of()).limits(),
        List.of(7L, 64L));
  }
}
