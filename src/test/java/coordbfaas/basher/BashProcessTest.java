package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.outside.Eventually;
import coordbfaas.settings.Containment;
import coordbfaas.wire.RunRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A bash process")
@Timeout(60)
class BashProcessTest {
  /** Linux's MAX_ARG_STRLEN: the longest argument of an exec, its NUL included. */
  private static final int ARGUMENT_BYTES_MAX = 131_072;

  @Nested
  @DisplayName("tells its raw status")
  class TellsItsRawStatus {
    @ParameterizedTest
    @CsvSource({"true, 0", "exit 3, 768", "exit 137, 35072", "exit 255, 65280", "no-such-command, 32512", "kill -9 $$, 9",
        "kill -TERM $$, 15"})
    void ofWhatBashDid(String script, int raw) {
      assertThat(Contained.outcomeOf(script).rawStatus()).hasValue(raw);
    }

    @Test
    void ofBashItselfAndOfNothingThatItStarted() {
      assertThat(Contained.outcomeOf("(exit 9) & kill -9 $BASHPID & wait; (kill -9 $BASHPID); exit 4").rawStatus())
          .hasValue(4 << 8);
    }

    @Test
    void neverIfItWasKilledBeforeItEnded() throws Exception {
      var run = Contained.running("echo up; sleep 1000");
      assertThat(run.line()).isEqualTo("up");
      assertThat(run.kill()).isEmpty();
    }

    @Test
    void withoutAWordOnItsOutputs() throws Exception {
      var run = Contained.running("echo up; sleep 1000");
      assertThat(run.line()).isEqualTo("up");
      run.process.kill();
      assertThat(run.outcome()).isEqualTo(new Contained.Outcome(OptionalInt.empty(), "", ""));
    }

    @Test
    void asItWasIfTheKillCameLater() {
      var run = Contained.running("exit 5");
      assertThat(run.outcome().rawStatus()).hasValue(5 << 8);
      assertThat(run.kill()).hasValue(5 << 8);
    }
  }

  @Nested
  @DisplayName("runs a script")
  class RunsAScript {
    @Test
    void withItsArgumentsItsVariablesItsFilesAndItsStdin() {
      var script = "printf '[%s]' \"$0\" \"$@\" \"$A\" \"$(<d/e/f)\" \"$(<g)\" \"$PWD\"; cat";
      var files = Map.of("d/e/f", ByteString.fromString("deep"), "g", ByteString.fromString("flat"));
      var request = new RunRequest(ByteString.fromString(script), ByteString.fromString("in\n"),
          List.of("one two", "", "*"), Map.of("A", " ä "), files, Optional.empty());
      assertThat(Contained.running(request).outcome().stdout()).isEqualTo("[bash][one two][][*][ ä ][deep][flat][/tmp/work]in");
    }

    @Test
    void withTheGivenEnvironmentAndNoOther() {
      assertThat(Contained.outcomeOf("exec env").lines()).extracting(line -> line.substring(0, line.indexOf('=')))
          .containsExactlyInAnyOrder("PATH", "HOME", "LANG", "SHELL", "MARK", "PWD", "SHLVL");
    }

    @ParameterizedTest
    @ValueSource(ints = {ARGUMENT_BYTES_MAX - 2, ARGUMENT_BYTES_MAX - 1, ARGUMENT_BYTES_MAX, ARGUMENT_BYTES_MAX + 1,
        400_000, 8 << 20})
    void ofAnyLength(int bytes) {
      var end = "\nread line; echo \"$line $1\" $(ls /proc/self/fd); exit 7";
      var script = ByteString.fromString("#" + "x".repeat(bytes - end.length() - 1) + end);
      var stdin = ByteString.fromString("in");
      var request = new RunRequest(script, stdin, List.of("arg"), Map.of(), Map.of(), Optional.empty());
      var outcome = Contained.running(request).outcome();
      assertThat(script.size()).isEqualTo(bytes);
      assertThat(outcome.stderr()).isEmpty();
      assertThat(outcome.stdout()).isEqualTo("in arg 0 1 2 3"); // 3 is the folder that ls reads
      assertThat(outcome.rawStatus()).hasValue(7 << 8);
    }

    @Test
    void whoseArgumentsAreTooManyBySayingWhy() {
      var tooMany = new RunRequest(ByteString.fromString(":"), ByteString.emptyByteString(),
          Collections.nCopies(100, "x".repeat(130_000)), Map.of(), Map.of(), Optional.empty());
      var outcome = Contained.running(tooMany).outcome();
      assertThat(outcome.rawStatus()).hasValue(126 << 8);
      assertThat(outcome.stderr()).contains("cannot start: Argument list too long");
    }

    @Test
    void whoseFilesClashBySayingWhy() {
      var clash = new RunRequest(ByteString.fromString(":"), ByteString.emptyByteString(), List.of(), Map.of(),
          Map.of("a", ByteString.emptyByteString(), "a/b", ByteString.emptyByteString()), Optional.empty());
      var outcome = Contained.running(clash).outcome();
      assertThat(outcome.rawStatus()).hasValue(126 << 8);
      assertThat(outcome.stderr()).contains("cannot start: a");
    }

    @Test
    void thatDoesNotReadItsStdin() {
      var large = new RunRequest(ByteString.fromString("echo done"), ByteString.fromArray(new byte[1 << 20]), List.of(),
          Map.of(), Map.of(), Optional.empty());
      var outcome = Contained.running(large).outcome();
      assertThat(outcome.stdout()).isEqualTo("done");
      assertThat(outcome.rawStatus()).hasValue(0);
    }
  }

  @Nested
  @DisplayName("has a status channel")
  class HasAStatusChannel {
    @ParameterizedTest
    @ValueSource(strings = {"printf 127 >&3", "for f in /proc/1/fd/*; do printf 0000000 >$f; done",
        "for f in {0..99}; do printf x99 >/proc/1/fd/$f; done", "for f in {3..99}; do printf 127 >&$f; done"})
    void thatNoScriptGetsAt(String forgery) {
      var outcome = Contained.outcomeOf("{ " + forgery + "; } 2>/dev/null; exit 5");
      assertThat(outcome.rawStatus()).hasValue(5 << 8);
    }
  }

  @Test
  void isNotMadeWhereTheWallsCannotStand() throws Exception {
    var before = HostProcesses.ofThisJvm();
    var descriptors = descriptors();
    var broken = withoutDisk(Contained.sandbox());
    assertThatThrownBy(() -> Contained.get(BashProcess.spawn(broken, Contained.BLOCKING)))
        .hasCauseInstanceOf(IOException.class).hasMessageContaining("sandbox: /tmp: Invalid argument");
    Eventually.eventually("no process is left", () -> HostProcesses.ofThisJvmSince(before).isEmpty());
    assertThat(descriptors()).as("pipes of this JVM").isEqualTo(descriptors);
  }

  /** Neither of one that ran nor of one that never did. */
  @Test
  void leavesNoPipesOpen() throws Exception {
    Contained.outcomeOf("true");
    var before = descriptors();
    for (var i = 0; i < 5; i++) {
      var ran = Contained.running("echo x");
      assertThat(ran.outcome().stdout()).isEqualTo("x");
      ran.leavesNothing();
      ran.process.stdout().close();
      ran.process.stderr().close();
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before);
  }

  private static long descriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return open.map(BashProcessTest::target).filter(target -> target.startsWith("pipe:")).count();
    }
  }

  private static Sandbox withoutDisk(Sandbox sandbox) {
    var asked = sandbox.containment();
    var limits = asked.limits();
    var none = new Containment.Limits(
        limits.processes(), limits.memoryBytes(), limits.cpuTime(), limits.fileBytes(), limits.openFiles(), -1);
    return new Sandbox(new Containment(asked.sandbox(), asked.network(), asked.uidBase(), none), sandbox.bash(), sandbox.right(),
        true, sandbox.uids(), sandbox.scopes(), sandbox.network(), sandbox.firewall(), sandbox.cgroups());
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closed) {
      return "";
    }
  }
}
