package coordbfaas.conform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import coordbfaas.wire.ServerUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A document that comes in pieces")
@Timeout(30)
class DocumentInPiecesTest {
  private static final List<String> DEADLINE = List.of(
      "{\"stdout\":\"\",\"stderr\":\"\",\"code\":124,", "\"reason\":\"deadline\",\"truncated\":", "false,\"durationMs\":7}");

  private final HttpServer server = start();

  @AfterEach
  void close() {
    server.stop(0);
  }

  @Test
  void isReadWholeBeforeItIsJudged() {
    var check = Checks.all().stream().filter(one -> one.name().equals("document.white-space")).findFirst().orElseThrow();
    var target = ServerUrl.parse("http://127.0.0.1:" + server.getAddress().getPort());
    assertThat(new Checking(target, ModelServer.TERMS).run(check).verdict())
        .isEqualTo(new Finding.Skipped("the server's deadline comes before white space would"));
  }

  private static HttpServer start() {
    try {
      var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/run", exchange -> {
        try (exchange) {
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, 0);
          for (var piece : DEADLINE) {
            exchange.getResponseBody().write(piece.getBytes(StandardCharsets.US_ASCII));
            exchange.getResponseBody().flush();
          }
        }
      });
      server.start();
      return server;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
