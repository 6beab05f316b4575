package coordbfaas.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@DisplayName("A connection's log")
class QuietTest {
  private static final Logger ROOT = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

  @RegisterExtension
  final Served served = new Served();

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    ROOT.addAppender(log);
  }

  @AfterEach
  void listenNoMore() {
    ROOT.detachAppender(log);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 200 OK\r\nsesame\u0001: x\r\n\r\n", "sesame\r\n\r\n"})
  void saysNothingOfWhatAServerAnswered(String answer) throws Exception {
    try (var server = new ServerSocket(0)) {
      var answered = CompletableFuture.runAsync(() -> answerOnce(server, answer));
      var exchange = HttpExchange.send(
          served.system(), URI.create("http://127.0.0.1:" + server.getLocalPort()), HttpRequest.create("/"), Served.EVENTUALLY);
      assertThat(exchange.response()).failsWithin(Served.EVENTUALLY);
      assertThat(answered).succeedsWithin(Served.EVENTUALLY);
    }
    served.system().terminate();
    assertThat(served.system().getWhenTerminated()).succeedsWithin(Served.EVENTUALLY);
    assertThat(log.list).isEmpty();
  }

  private static void answerOnce(ServerSocket server, String answer) {
    try (var connection = server.accept()) {
      connection.getInputStream().read();
      connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
      connection.getOutputStream().flush();
      while (connection.getInputStream().read() >= 0) {} // until the client has had enough
    } catch (java.io.IOException reset) {
      // the client may leave as it likes
    }
  }
}
