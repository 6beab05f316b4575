package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The head of a request that is passed on")
class PassedHeadTest {
  private static PassedHead head(String... lines) {
    return PassedHead.of(ByteString.fromString(String.join("\r\n", lines) + "\r\n\r\n"));
  }

  @Test
  void isPassedOnButForWhatIsTheConnections() {
    var head = head("POST /run?raw=1 HTTP/1.0", "Host: localhost", "TE: trailers", "CONNECTION: keep-alive", "Expect: 100-continue",
        "Content-Length: 3", "X-Ours:  a: b ");
    assertThat(head.bytes().decodeString(StandardCharsets.ISO_8859_1)).isEqualTo(
        "POST /run?raw=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nX-Ours:  a: b \r\nConnection: close\r\n\r\n");
  }

  @Test
  void tellsWhatItIsFor() {
    assertThat(head("POST /run HTTP/1.1").isRun()).isTrue();
    assertThat(head("POST /run?timeout=1s HTTP/1.1").isRun()).isTrue();
    assertThat(head("POST http://localhost:1/run HTTP/1.1").isRun()).isTrue();
    assertThat(head("GET /run HTTP/1.1").isRun()).isFalse();
    assertThat(head("POST /running HTTP/1.1").isRun()).isFalse();
    assertThat(head("GET http://localhost HTTP/1.1").target()).isEqualTo("/");
  }

  @Test
  void tellsTheMachine() {
    assertThat(head("GET / HTTP/1.1", "Fly-Force-Instance-Id: \t0123 ").machine()).contains("0123");
    assertThat(head("GET / HTTP/1.1").machine()).isEmpty();
  }

  @Test
  void endsWhereTheBodyBegins() {
    assertThat(PassedHead.length(ByteString.fromString("GET / HTTP/1.1\r\n\r\n\r\n\r\n"))).isEqualTo(18);
  }
}
