package coordbfaas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.wire.Exit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The output of a run")
class RunOutputTest {
  private static final String EXIT = "event: exit\ndata: {\"code\":7,\"reason\":\"exited\",\"durationMs\":5}\n\n";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final RunOutput output = new RunOutput(out, err);

  @Nested
  @DisplayName("as events")
  class AsEvents {
    @Test
    void goesWhereTheScriptWroteIt() throws Exception {
      var exit = output.passEvents(stream("event: stdout\ndata: \"a\\n\"\n\n: ping\n\nevent: stderr\ndata: \"b\"\n\n"
          + "event: stdout\ndata: {\"base64\":\"/wA=\"}\n\n" + EXIT));
      assertThat(exit).isEqualTo(Exit.exited(7, 5));
      assertThat(out.toByteArray()).containsExactly('a', '\n', 0xFF, 0);
      assertThat(err.toByteArray()).containsExactly('b');
    }

    /** What comes is asked for a byte at a time, and each event must be out before the next byte is asked for. */
    @Test
    void isPassedOnEventByEvent() throws Exception {
      var first = "event: stdout\ndata: \"a\"\n\n";
      var bytes = (first + EXIT).getBytes(StandardCharsets.UTF_8);
      output.passEvents(new InputStream() {
        private int at;

        @Override
        public int read() {
          return at < bytes.length ? bytes[at++] & 0xFF : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
          assertThat(out.size()).isEqualTo(at < first.length() ? 0 : 1);
          buffer[offset] = (byte) read();
          return 1;
        }
      });
    }

    @Test
    void endsWithTheExitWhateverFollows() throws Exception {
      assertThat(output.passEvents(stream(EXIT + "nonsense\n\n")).code()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "event: exit\ndata: {\"code\":0", "event: exit\ndata: {\"code\":0,\"reason\":\"exited\"}\n\n",
        "<html>\n\n", "event: exit\ndata: {\"code\":0,\"reason\":\"deadline\",\"durationMs\":1}\n\n"})
    void thatNeverTellsHowTheRunEndedIsAFailure(String rest) {
      assertThatThrownBy(() -> output.passEvents(stream("event: stdout\ndata: \"a\"\n\n" + rest)))
          .isInstanceOfSatisfying(RunFailure.class, failure -> assertThat(failure.exitCode()).isEqualTo(76))
          .hasMessageContaining("how the run ended is not known");
      assertThat(out).hasToString("a");
    }

    @Test
    void thatCannotBeWrittenIsAFailureOfItsOwn() {
      var closed = new OutputStream() {
        @Override
        public void write(int octet) throws IOException {
          throw new IOException("Broken pipe");
        }
      };
      assertThatThrownBy(() -> new RunOutput(closed, err).passEvents(stream("event: stdout\ndata: \"a\"\n\n" + EXIT)))
          .isInstanceOf(RunOutput.Unwritable.class);
      assertThatThrownBy(() -> new RunOutput(closed, err).passDocument(stream("{}")))
          .isInstanceOf(RunOutput.Unwritable.class);
    }
  }

  @Nested
  @DisplayName("as a document")
  class AsADocument {
    @Test
    void isPassedOnWithoutTheWhiteSpaceBeforeIt() throws Exception {
      var document = "{\"stdout\":\"a\",\"stderr\":{\"base64\":\"/w==\"},\"code\":143,\"reason\":\"signaled\","
          + "\"signal\":\"SIGTERM\",\"truncated\":false,\"durationMs\":3}\n";
      assertThat(output.passDocument(stream("\n\n" + document))).isEqualTo(Exit.signaled(15, 3));
      assertThat(out).hasToString(document);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"stdout\":\"a\"", "{\"code\":0}", "{\"code\":0,\"reason\":\"done\",\"durationMs\":1}",
        "{\"code\":0,\"reason\":\"deadline\",\"durationMs\":1}", "{\"code\":0,\"reason\":\"exited\",\"durationMs\":1}{}",
        "{\"code\":12345678901,\"reason\":\"exited\",\"durationMs\":1}"})
    void thatNeverTellsHowTheRunEndedIsAFailure(String document) {
      assertThatThrownBy(() -> output.passDocument(stream(document)))
          .isInstanceOfSatisfying(RunFailure.class, failure -> assertThat(failure.exitCode()).isEqualTo(76));
    }
  }

  @Nested
  @DisplayName("that is none")
  class ThatIsNone {
    @Test
    void isOneLineWithAllThatTheServerSays() throws Exception {
      var failure = refusal("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 3\r\n"
          + "\r\n{\"title\":\"Service Unavailable\",\"status\":503,\"x\":{},\"detail\":\"no\\nw\\u001borker\"}");
      assertThat(failure.getMessage()).isEqualTo("refused: 503 Service Unavailable: no w orker (Retry-After: 3)");
      assertThat(failure.exitCode()).isEqualTo(75);
    }

    @Test
    void isItsStatusIfTheServerSaysNothingMore() throws Exception {
      assertThat(refusal("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>").getMessage())
          .isEqualTo("refused: 502 Bad Gateway");
      assertThat(refusal("HTTP/1.1 301 \r\nLocation: https://a/\r\nContent-Length: 0\r\n\r\n").getMessage())
          .isEqualTo("refused: 301, to https://a/");
      assertThat(refusal("HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: 9\r\n\r\n{\"tit")
          .getMessage()).isEqualTo("refused: 400 Bad Request");
    }

    @ParameterizedTest
    @CsvSource({"301,65", "400,65", "403,65", "404,65", "413,65", "429,75", "500,69", "502,69", "503,75", "504,124"})
    void hasACodeByItsStatus(int status, int code) {
      assertThat(Refusal.exitCode(status)).isEqualTo(code);
    }
  }

  @Nested
  @DisplayName("over HTTP")
  class OverHttp {
    @Test
    void isReadOutOfItsChunks() throws Exception {
      var answer = answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
          + "content-type: Text/Event-Stream; charset=utf-8\r\n\r\n5;x=y\r\nhello\r\n00A\r\n, 10 bytes\r\n0\r\nA: b\r\n\r\nrest");
      assertThat(answer.isOf("text/event-stream")).isTrue();
      assertThat(new String(answer.body().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("hello, 10 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "Transfer-Encoding: chunked\r\n\r\n6\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n",
        "Content-Length: 6\r\n\r\nhello", "Content-Length: 5"})
    void isNeverTakenForWholeIfItIsNot(String rest) {
      assertThatThrownBy(() -> answer("HTTP/1.1 200 OK\r\n" + rest).body().readAllBytes()).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ""})
    void thatIsNoAnswerIsRefused(String text) {
      assertThatThrownBy(() -> answer(text)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void hasNothingToSayOfAnEndThatTheCodeTells() {
    assertThat(Run.end(Exit.exited(7, 5))).isEqualTo(Optional.empty());
    assertThat(Run.end(Exit.signaled(9, 5))).isEqualTo(Optional.empty());
    assertThat(Run.end(Exit.deadline(1500))).contains("deadline: the run was ended after 1.5s");
    assertThat(Run.end(Exit.outputLimit(1)).orElseThrow()).startsWith("output-limit: ");
    assertThat(Run.end(Exit.workerLost(1)).orElseThrow()).startsWith("worker-lost: ");
  }

  private static RunFailure refusal(String answer) throws IOException {
    return Refusal.of(answer(answer));
  }

  private static ServerAnswer answer(String text) throws IOException {
    return ServerAnswer.read(stream(text));
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
