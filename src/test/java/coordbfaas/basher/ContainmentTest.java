package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The walls, seen from both sides: by the script, and on the host, where every process of a run bears a mark. */
@DisplayName("The walls around a run")
@Timeout(60)
class ContainmentTest {
  /** What a script leaves behind, and how many processes that is at least. What is not up at once makes a file when it is. */
  record Escape(String how, String escape, int processes) {
    /** Says so when what it leaves behind is up. */
    String script() {
      return escape + (escape.contains(">up") ? "\nuntil [ -e up ]; do :; done" : "") + "\necho up\n";
    }

    @Override
    public String toString() {
      return how;
    }
  }

  static Stream<Escape> escapes() {
    return Stream.of(
        new Escape("200 children in the background", "for i in {1..200}; do sleep 1000 & done", 200),
        new Escape("a daemon in a session of its own", "setsid bash -c '>up; sleep 1000; :' &", 2),
        new Escape("a daemon that was forked twice", "( ( setsid bash -c '>up; sleep 1000; :' & ) & )", 2),
        new Escape("a daemon that holds nothing open", "setsid bash -c '>up; exec sleep 1000' <&- >&- 2>&- &", 1),
        new Escape("one that ignores signals", "( trap '' TERM INT HUP QUIT PIPE; >up; while :; do sleep 1000; done ) &", 2),
        new Escape("one that is stopped", "sleep 1000 & kill -STOP $!; until grep -q '^State:.T' /proc/$!/status; do :; done", 1));
  }

  /** What a script's process has for stdin, stdout and stderr becomes its own: those must be pipes, in a trial too. */
  @Test
  void leaveTheComputersDevicesAlone() throws Exception {
    Contained.sandbox(Map.of("SCRIPT_OPEN_FILES", "99")); // tried anew
    assertThat(Files.getAttribute(Path.of("/dev/null"), "unix:uid")).isEqualTo(0);
  }

  @Nested
  @DisplayName("leave nothing alive")
  class LeaveNothingAlive {
    @ParameterizedTest
    @MethodSource("coordbfaas.basher.ContainmentTest#escapes")
    void whenTheRunIsKilled(Escape escape) throws Exception {
      var run = Contained.running(escape.script() + "sleep 1000; :");
      assertThat(run.line()).isEqualTo("up");
      Eventually.eventually("all is up", () -> run.alive().size() > escape.processes());
      assertThat(run.kill()).isEmpty();
      assertThat(run.alive()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("coordbfaas.basher.ContainmentTest#escapes")
    void whenBashHasEnded(Escape escape) throws Exception {
      var run = Contained.running(escape.script() + "exit 3");
      assertThat(run.line()).isEqualTo("up");
      assertThat(run.ended()).hasValue(3 << 8);
      assertThat(run.alive()).isEmpty();
    }

    @Test
    void whenBashItselfIsStopped() throws Exception {
      var run = Contained.running("sleep 1000 & echo up; kill -STOP $$");
      assertThat(run.line()).isEqualTo("up");
      assertThat(run.kill()).isEmpty();
      assertThat(run.alive()).isEmpty();
    }

    @Test
    void whenTheRunIsKilledWhileItWaitsForItsScript() {
      var before = HostProcesses.ofThisJvm();
      var waiting = Contained.waiting();
      assertThat(HostProcesses.ofThisJvmSince(before)).hasSizeGreaterThanOrEqualTo(2); // PID 1, what becomes bash
      assertThat(waiting.kill()).isEmpty();
      assertThat(HostProcesses.ofThisJvmSince(before)).isEmpty();
    }

    @Test
    void whenTheRunIsKilledInTheMidstOfItsFrame() {
      var before = HostProcesses.ofThisJvm();
      var run = Contained.running("#" + "x".repeat(8 << 20));
      run.kill();
      assertThat(HostProcesses.ofThisJvmSince(before)).isEmpty();
    }

    @Test
    void whenItForksFasterThanItIsKilled() throws Exception {
      var run = Contained.running("echo up; for i in {1..1000}; do (sleep 1000 & sleep 1000) & done; sleep 1000");
      assertThat(run.line()).isEqualTo("up");
      run.kill();
      assertThat(run.alive()).isEmpty();
    }
  }

  @Nested
  @DisplayName("show a script")
  class ShowAScript {
    @Test
    void signalsAsAFreshProcessHasThem() {
      assertThat(Contained.outcomeOf("exec grep -E '^Sig(Ign|Blk):' /proc/self/status").lines())
          .containsExactlyInAnyOrder("SigIgn:\t0000000000000000", "SigBlk:\t0000000000000000");
    }

    @Test
    void noDescriptorsButItsThree() {
      assertThat(Contained.outcomeOf("ls /proc/$$/fd; :").lines()).containsExactly("0", "1", "2");
    }

    @Test
    void noProcessesButItsOwn() {
      assertThat(Contained.outcomeOf("for process in /proc/[0-9]*; do cat $process/comm; done").lines())
          .containsExactlyInAnyOrder("reaper", "bash");
    }

    @Test
    void aTmpOfItsOwn() throws Exception {
      var name = "bfaas-test-" + HostProcesses.newMark();
      var run = Contained.running("echo secret >/tmp/" + name + "; echo secret >here; ls -A /tmp; echo up; sleep 1000");
      assertThat(List.of(run.line(), run.line(), run.line())).containsExactly(name, "work", "up");
      assertThat(Path.of("/tmp", name)).doesNotExist();
      assertThat(Contained.outcomeOf("ls -A /tmp /tmp/work").lines()).containsExactly("/tmp:", "work", "", "/tmp/work:");
      run.kill();
      assertThat(Path.of("/tmp", name)).doesNotExist();
    }

    @Test
    void noFilesOfTheHostsTmp() throws Exception {
      var file = Files.createTempFile(Path.of("/tmp"), "bfaas-test-", ".secret");
      try {
        assertThat(Contained.outcomeOf("cat " + file).rawStatus()).hasValue(1 << 8);
      } finally {
        Files.delete(file);
      }
    }

    @Test
    void noMountsThatTheHostSees() throws Exception {
      var before = Files.readString(Path.of("/proc/self/mounts"));
      var run = Contained.running("mount -t tmpfs marked-by-test /mnt; echo up; sleep 1000");
      assertThat(run.line()).isEqualTo("up");
      assertThat(Files.readString(Path.of("/proc/self/mounts"))).isEqualTo(before).doesNotContain("marked-by-test");
      run.kill();
    }
  }
}
