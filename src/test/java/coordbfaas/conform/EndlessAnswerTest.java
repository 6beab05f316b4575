package coordbfaas.conform;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import coordbfaas.wire.ServerUrl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("An answer that never ends")
@Timeout(60)
class EndlessAnswerTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

  private static final String TOO_MUCH = "expected an end within " + Answer.KEPT_BYTES_MAX + " bytes, saw more";

  /** What is done with an answer. */
  private interface Reading {
    void of(Answer answer) throws IOException;
  }

  @Test
  void isAMismatchWhenItIsMoreThanCanBeKept() throws Exception {
    endsAsMismatch(TOO_MUCH, "x".repeat(64 * 1024), Answer::rest);
  }

  @Test
  void isAMismatchAsEvents() throws Exception {
    endsAsMismatch(TOO_MUCH, "event: stdout\ndata: \"flood\\n\"\n\n".repeat(1000), answer -> new Events(answer).rest());
  }

  @Test
  void isAMismatchAsOneLine() throws Exception {
    endsAsMismatch(TOO_MUCH, "x".repeat(64 * 1024), answer -> new Events(answer).rest());
  }

  @Test
  void isAMismatchAsOneEvent() throws Exception {
    endsAsMismatch("saw \"x\\nx\\nx\"", "x\n", answer -> new Events(answer).rest());
  }

  private static void endsAsMismatch(String told, String again, Reading reading) throws Exception {
    try (var port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var server = Thread.ofVirtual().start(() -> write(port, again.getBytes(StandardCharsets.US_ASCII)));
      try (var connection = Connection.open(ServerUrl.parse("http://127.0.0.1:" + port.getLocalPort()), 5000)) {
        ThrowingCallable read = () -> reading.of(connection.answer());
        assertThatExceptionOfType(Mismatch.class).isThrownBy(read)
            .withMessageContaining(told);
      }
      server.join();
    }
  }

  private static void write(ServerSocket port, byte[] again) {
    try (var client = port.accept()) {
      client.getOutputStream().write(HEAD.getBytes(StandardCharsets.US_ASCII));
      while (true) client.getOutputStream().write(again);
    } catch (IOException left) {
      // the client has enough
    }
  }
}
