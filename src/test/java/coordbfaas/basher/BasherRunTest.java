package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.WorkerToken;
import coordbfaas.wire.EventCoding;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A worker's run")
@Timeout(60)
class BasherRunTest {
  private final Worker worker = Worker.boot();

  @AfterEach
  void leavesNothing() {
    worker.close();
  }

  @Nested
  @DisplayName("tells how it ended")
  class TellsHowItEnded {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 124, 125, 126, 127, 137, 255})
    void byTheCodeOfBash(int code) throws Exception {
      var exit = worker.run("exit " + code).exit();
      assertThat(exit).isEqualTo(Exit.exited(code, exit.durationMs()));
    }

    @Test
    void byTheSignalThatKilledBash() throws Exception {
      var exit = worker.run("kill -9 $$").exit();
      assertThat(exit).isEqualTo(Exit.signaled(9, exit.durationMs()));
    }

    @Test
    void byTheCodeOfBashWhenSomethingElseWasKilled() throws Exception {
      assertThat(worker.run("bash -c 'kill -9 $$'").exit().code()).isEqualTo(137);
    }

    @Test
    void asSoonAsBashHasEndedWhateverHoldsItsOutputsOpen() throws Exception {
      var answer = worker.run("sleep 1000 & setsid sleep 1000 & echo done");
      assertThat(answer.stdout()).isEqualTo("done\n");
      assertThat(answer.exit().reason()).isEqualTo(Exit.Reason.EXITED);
      worker.ends();
    }
  }

  @Nested
  @DisplayName("tells what it writes")
  class TellsWhatItWrites {
    @Test
    void eachOutputForItself() throws Exception {
      var answer = worker.run("echo out; echo err >&2; printf end");
      assertThat(answer.stdout()).isEqualTo("out\nend");
      assertThat(answer.stderr()).isEqualTo("err\n");
      assertThat(answer.headers.firstValue("Content-Type")).contains("text/event-stream");
      assertThat(answer.headers.firstValue("Cache-Control")).contains("no-store");
      assertThat(answer.headers.firstValue("Worker")).contains(Worker.MACHINE);
    }

    @Test
    void packedToWhoeverAsksForIt() throws Exception {
      var answer = worker.runPacked("printf 'a\\377b'");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/vnd.coordbfaas.events");
      var events = EventCoding.PACKED.reader().read(ByteString.fromArray(answer.body()));
      assertThat(events).startsWith(new RunEvent.Stdout(ByteString.fromInts('a', 0xFF, 'b'))).hasSize(2);
      assertThat(events.getLast()).isInstanceOf(Exit.class);
    }

    @RepeatedTest(10)
    void toItsLastByte() throws Exception {
      var lines = IntStream.rangeClosed(1, 200_000).mapToObj(Integer::toString).collect(Collectors.joining("\n", "", "\n"));
      var answer = worker.run("seq 1 200000");
      assertThat(WorkerToken.sha256(answer.stdoutBytes().toArray()))
          .isEqualTo(WorkerToken.sha256(lines.getBytes(StandardCharsets.US_ASCII)));
      assertThat(answer.exit().code()).isZero();
    }

    @Test
    void toItsLastByteWhateverTheBytesAre() throws Exception {
      var answer = worker.run("head -c 3000000 /dev/urandom >f; sha256sum <f >&2; cat f");
      assertThat(answer.stderr()).startsWith(WorkerToken.sha256(answer.stdoutBytes().toArray()));
      assertThat(answer.stdoutBytes().size()).isEqualTo(3_000_000);
    }

    @Test
    void asBase64IfItIsNoText() throws Exception {
      try (var client = worker.connectAndPost("printf 'a\\377b'", Worker.LIMITS)) {
        assertThat(client.readToEnd()).contains("event: stdout\ndata: {\"base64\":\"Yf9i\"}\n\n");
      }
    }

    @Test
    void withoutBreakingACharacter() throws Exception {
      try (var client = worker.connectAndPost("for i in {1..30000}; do printf 'a€😀'; done", Worker.LIMITS)) {
        assertThat(client.readToEnd()).doesNotContain("base64").contains("event: exit\ndata: {\"code\":0,");
      }
    }

    @Test
    void whileItGoesOn() throws Exception {
      var answer = worker.start("echo first; sleep 1000; echo second");
      answer.readUntilStdout("first\n");
      worker.wakeScript();
      answer.readUntilStdout("first\nsecond\n");
      answer.readToEnd();
      assertThat(answer.exit().code()).isZero();
    }

    @Test
    void evenIfItClosesItsOutputs() throws Exception {
      var answer = worker.run("echo out; exec >&-; echo err >&2; exec 2>&-; exit 4");
      assertThat(answer.stdout() + answer.stderr()).isEqualTo("out\nerr\n");
      assertThat(answer.exit().code()).isEqualTo(4);
    }
  }

  @Nested
  @DisplayName("gets what its request says")
  class GetsWhatItsRequestSays {
    @Test
    void fromADocument() throws Exception {
      var answer = worker.runJson(Map.of(
          "script", "printf '<%s>' \"$@\" \"$GREETING\" \"$(<dir/file)\" \"$(od -An -tx1 <bin)\"; cat",
          "args", List.of("one", "two words"), "env", Map.of("GREETING", "hällo"), "stdin", "input",
          "files", Map.of("dir/file", "content", "bin", Map.of("base64", "AP8="))));
      assertThat(answer.stdout()).isEqualTo("<one><two words><hällo><content>< 00 ff>input");
      assertThat(answer.exit().code()).isZero();
    }

    @Test
    void andAnEmptyStdinElse() throws Exception {
      assertThat(worker.run("wc -c").stdout()).isEqualTo("0\n");
    }

    @Test
    void aBinaryStdinOfAnySize() throws Exception {
      var stdin = new byte[500_000];
      for (var i = 0; i < stdin.length; i++) stdin[i] = (byte) (i * 31);
      var base64 = Base64.getEncoder().encodeToString(stdin);
      var answer = worker.runJson(Map.of("script", "sha256sum", "stdin", Map.of("base64", base64)));
      assertThat(answer.stdout()).startsWith(WorkerToken.sha256(stdin));
    }

    @ParameterizedTest
    @ValueSource(ints = {131_071, 131_072, 400_000})
    void aScriptOfAnyLength(int bytes) throws Exception {
      var script = "#" + "x".repeat(bytes - 9) + "\necho hi";
      assertThat(script).hasSize(bytes);
      var answer = worker.run(script);
      assertThat(answer.stdout()).isEqualTo("hi\n");
      assertThat(answer.stderr()).isEmpty();
    }

    @Test
    void orIsToldWhyItCannotStart() throws Exception {
      var answer = worker.runJson(Map.of("script", ":", "args", Collections.nCopies(300_000, "")));
      assertThat(answer.stderr()).contains("cannot start: Argument list too long");
      assertThat(answer.exit().code()).isEqualTo(126);
    }
  }

  @Nested
  @DisplayName("is refused")
  class IsRefused {
    @ParameterizedTest
    @ValueSource(strings = {"", "echo \0", "\0"})
    void ifBashCannotRunIt(String script) throws Exception {
      var body = script.getBytes(StandardCharsets.UTF_8);
      worker.isRefused(400, body, "text/plain", worker.token(body));
      worker.isStillFresh();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "{\"script\":\"\"}", "{\"script\":\":\",\"unknown\":1}",
        "{\"script\":\":\",\"files\":{\"../x\":\"\"}}", "{\"script\":\"\\u0000\"}"})
    void ifItsDocumentIsMalformed(String document) throws Exception {
      var body = document.getBytes(StandardCharsets.UTF_8);
      worker.isRefused(400, body, "application/json", worker.token(body));
      worker.isStillFresh();
    }
  }
}
