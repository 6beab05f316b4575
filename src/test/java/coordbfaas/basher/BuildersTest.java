package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way to build the walls, whichever is the best here. Needs root, which becomes somebody else for those of plain users. */
@DisplayName("The walls that are built by the right of")
@Timeout(120)
class BuildersTest {
  private static final String NOBODY = "65534";
  private static final int UID = 1_900_001_999;

  /** What the reaper tells: bash's status, CPU time and memory, and whether somebody is left. */
  private static final String TOLD = "\\d+ \\d+ \\d+ [01]\\n";

  @ParameterizedTest
  @EnumSource(Walls.Right.class)
  void keepAScriptIn(Walls.Right right) throws Exception {
    var seen = seen(right, "grep -hE '^(Cap|NoNew|SigIgn)' /proc/self/status | tr -d '\\t\\n'; echo; id -u;"
        + " cat /proc/1/environ; kill -9 1; touch /escaped || touch /etc/escaped || touch /usr/escaped; "
        + " ls -A /home /run | grep -v :; ulimit -n; touch /tmp/mine /dev/shm/mine && echo mine; (exec 3<>/dev/tcp/127.0.0.1/9)");
    var none = "0000000000000000";
    assertThat(seen).contains("SigIgn:" + none + "CapInh:" + none + "CapPrm:" + none + "CapEff:" + none + "CapBnd:" + none
        + "CapAmb:" + none + "NoNewPrivs:1\n");
    assertThat(seen).contains("\n" + scriptsUid(right) + "\n", "\n99\n", "\nmine\n", "/proc/1/environ: Permission denied",
        "(1) - Operation not permitted", "Connection refused");
    assertThat(seen.lines().filter(line -> line.startsWith("touch: "))).hasSize(3);
  }

  /** In a user namespace of root's own the script would be root to every file, and to what /proc/sys lets root write. */
  @ParameterizedTest
  @EnumSource(Walls.Right.class)
  void makeAScriptAnotherUserThanRoot(Walls.Right right) throws Exception {
    var seen = seen(right, OptionalInt.of(UID), Optional.empty(),
        "echo mine >/dev/stdout; cat /etc/shadow; : >/proc/sys/kernel/core_pattern; touch x; ls");
    assertThat(seen.lines().toList()).hasSize(4).startsWith("mine").endsWith("x")
        .filteredOn(line -> line.endsWith(": Permission denied")).hasSize(2);
  }

  /** Neither terminals nor disks of the computer's, and no room but in /dev/shm. */
  @ParameterizedTest
  @EnumSource(Walls.Right.class)
  void giveAScriptTheDevicesThatItNeeds(Walls.Right right) throws Exception {
    var seen = seen(right, "touch /dev/x /dev/pts/x; ls /dev | grep -vx core | grep -vx console; echo; ls /dev/pts;"
        + " echo x | tee /dev/null /dev/zero >/dev/shm/x; head -c 9 /dev/urandom | wc -c;"
        + " perl -e 'print open(P, q(+>/dev/ptmx)) ? q(a terminal of its own) : $!'");
    assertThat(seen.lines().filter(line -> !line.startsWith("touch: "))).containsExactly("fd", "full", "null", "ptmx", "pts", "random",
        "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero", "", "ptmx", "9", "a terminal of its own");
    assertThat(seen.lines().filter(line -> line.startsWith("touch: "))).hasSize(2);
  }

  /** As systemd-resolved has it: /etc/resolv.conf leads into /run. */
  @ParameterizedTest
  @EnumSource(Walls.Right.class)
  void tellAScriptItsResolversThoughTheirFileIsInAFolderThatIsHidden(Walls.Right right) throws Exception {
    var file = Path.of("/run/bfaas-test/resolve/stub-resolv.conf");
    assertThat(seen(right, OptionalInt.of(UID), Optional.of(file), "cat " + file + "; umask"))
        .isEqualTo("nameserver " + String.join("\nnameserver ", Walls.RESOLVERS) + "\n0027\n");
    assertThat(file).doesNotExist();
  }

  /** What is read when stdout ends is how the run ended: whoever holds it has told by then. */
  @ParameterizedTest
  @EnumSource(Walls.Right.class)
  void holdAScriptsStdoutUntilItsEndWhateverItCloses(Walls.Right right) throws Exception {
    assertThat(seen(right, "exec >&- 2>&-; sleep 0.2")).isEmpty();
  }

  /** Among them one that nobody has waited for, which is dead. */
  @ParameterizedTest
  @EnumSource(Walls.Right.class)
  void tellThatNobodyIsLeft(Walls.Right right) throws Exception {
    seen(right, "( (exit 3) & exec sleep 0.1 ) & exec 3<<<x; wait; kill -9 $$", "9 \\d+ \\d+ 0\\n");
  }

  @ParameterizedTest
  @EnumSource(Walls.Right.class)
  void tellThatSomebodyIsLeft(Walls.Right right) throws Exception {
    seen(right, "(setsid sleep 1000 >&- 2>&- &)", "0 \\d+ \\d+ 1\\n");
  }

  private static String scriptsUid(Walls.Right right) {
    return switch (right) {
      case ROOT -> Integer.toString(UID);
      case USER -> NOBODY;
    };
  }

  private static String seen(Walls.Right right, String script) throws Exception {
    return seen(right, script, TOLD);
  }

  private static String seen(Walls.Right right, String script, String told) throws Exception {
    return seen(right, right == Walls.Right.ROOT ? OptionalInt.of(UID) : OptionalInt.empty(), Optional.empty(), script, told);
  }

  private static String seen(Walls.Right right, OptionalInt uid, Optional<Path> resolver, String script) throws Exception {
    return seen(right, uid, resolver, script, TOLD);
  }

  private static String seen(
      Walls.Right right, OptionalInt uid, Optional<Path> resolver, String script, String told) throws Exception {
    var sandbox = Contained.sandbox();
    var limits = sandbox.containment().limits();
    var hidden = sandbox.walls(uid).hidden();
    var walls = new Walls(right, sandbox.bash(), true, uid, true, resolver, hidden,
        Optional.of(new SystemCallFilter(true, true)), limits, List.of(7L, 99L));
    var by = new ArrayList<>(List.of("sh", "-c", "umask 027; exec \"$@\"", "sh"));
    if (uid.isEmpty()) by.addAll(List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--inh-caps=-all"));
    try (var server = new ForkServer(by)) {
      var ran = Contained.ran(server, walls, script);
      assertThat(ran.told()).matches(told);
      assertThat(Files.getAttribute(Path.of("/dev/null"), "unix:uid")).as("whose /dev/null is").isEqualTo(0);
      return ran.output();
    }
  }
}
