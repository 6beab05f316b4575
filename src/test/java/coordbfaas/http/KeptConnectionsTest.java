package coordbfaas.http;

import static coordbfaas.http.Served.EVENTUALLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("Kept connections")
class KeptConnectionsTest {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration FOR_EVER = Duration.ofHours(1);

  @RegisterExtension
  final Served served = new Served();

  /** Those of requests, in the order in which they came. */
  private final LinkedBlockingQueue<HttpServer.Client> clients = new LinkedBlockingQueue<>();

  private HttpServer echoing() {
    return served.bind((request, client) -> {
      clients.add(client);
      return request.getUri().path().equals("/silent") ? new CompletableFuture<>() : CompletableFuture.completedStage(answer(request));
    });
  }

  private static HttpResponse answer(HttpRequest request) {
    var answer = HttpResponse.create().withEntity(request.getUri().path());
    return request.getUri().path().equals("/last") ? answer.addHeader(Connection.create("close")) : answer;
  }

  private KeptConnections to(HttpServer server, Duration idleTime) {
    return new KeptConnections(served.system(), URI.create("http://127.0.0.1:" + server.address().getPort()), idleTime);
  }

  /** Sends a request and reads its answer. */
  private String ask(KeptConnections connections, String path) throws Exception {
    return ask(connections, "", path);
  }

  private String ask(KeptConnections connections, String purpose, String path) throws Exception {
    var exchange = connections.send(purpose, () -> HttpRequest.GET(path), CONNECT_TIMEOUT);
    var response = exchange.response().toCompletableFuture().get(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
    var text = response.entity().toStrict(EVENTUALLY.toMillis(), served.system()).toCompletableFuture()
        .get(EVENTUALLY.toSeconds(), TimeUnit.SECONDS).getData().utf8String();
    exchange.over(response);
    exchange.cut(); // which it does no more
    return text;
  }

  private HttpServer.Client client() throws InterruptedException {
    return clients.poll(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void bringOneRequestAfterAnother() throws Exception {
    var connections = to(echoing(), FOR_EVER);
    for (var i = 0; i < 50; i++) assertThat(ask(connections, "/" + i)).isEqualTo("/" + i);
    var port = client().address();
    for (var i = 1; i < 50; i++) assertThat(client().address()).isEqualTo(port);
  }

  @Test
  void bringOneRequestAtATime() throws Exception {
    var connections = to(echoing(), FOR_EVER);
    var silent = connections.send(HttpRequest.GET("/silent"), CONNECT_TIMEOUT);
    var first = client();
    assertThat(ask(connections, "/other")).isEqualTo("/other");
    assertThat(client().address()).isNotEqualTo(first.address());
    silent.cut();
    assertThat(first.gone()).succeedsWithin(EVENTUALLY);
    assertThat(silent.response()).failsWithin(EVENTUALLY);
  }

  @Test
  void areNotUsedAfterAnAnswerThatClosesThem() throws Exception {
    var connections = to(echoing(), FOR_EVER);
    ask(connections, "/last");
    assertThat(client().gone()).succeedsWithin(EVENTUALLY);
    assertThat(ask(connections, "/next")).isEqualTo("/next");
  }

  @Test
  void areNotUsedOnceTheServerHasEndedThem() throws Exception {
    var connections = to(echoing(), FOR_EVER);
    ask(connections, "/first");
    var first = client();
    first.cut().run();
    assertThat(first.gone()).succeedsWithin(EVENTUALLY);
    assertThat(askUntilItIsHeard(connections)).isEqualTo("/next");
    assertThat(client().address()).isNotEqualTo(first.address());
  }

  /** That a server has ended a connection is news that takes its time: a request that comes before it is lost. */
  private String askUntilItIsHeard(KeptConnections connections) throws Exception {
    try {
      return ask(connections, "/next");
    } catch (Exception lost) {
      return ask(connections, "/next");
    }
  }

  @Test
  void areClosedWhenTheyAreOld() throws Exception {
    var connections = to(echoing(), Duration.ofMillis(50));
    ask(connections, "/first");
    assertThat(client().gone()).succeedsWithin(EVENTUALLY);
  }

  @Test
  void thatCannotBeMadeSaySo() throws IOException {
    int port;
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    var exchange = new KeptConnections(served.system(), URI.create("http://127.0.0.1:" + port), FOR_EVER)
        .send(HttpRequest.GET("/"), CONNECT_TIMEOUT);
    assertThatThrownBy(() -> exchange.response().toCompletableFuture().get(EVENTUALLY.toSeconds(), TimeUnit.SECONDS))
        .hasCauseInstanceOf(HttpExchange.NotConnected.class);
  }

  @Test
  void areUsedAgainForWhatTheyWereMadeForAlone() throws Exception {
    var connections = to(echoing(), FOR_EVER);
    for (var purpose : List.of("m1", "m2", "m1")) ask(connections, purpose, "/" + purpose);
    var first = client().address();
    assertThat(client().address()).isNotEqualTo(first);
    assertThat(client().address()).isEqualTo(first);
  }

  @Nested
  @DisplayName("whose request is made while its connection is")
  class WhoseRequestIsMadeWhileItsConnectionIs {
    @Test
    void sendsItThen() throws Exception {
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        var accepted = new CompletableFuture<Socket>();
        to(socket).send("", () -> {
          accepted.complete(accept(socket));
          return HttpRequest.PUT("/made");
        }, CONNECT_TIMEOUT);
        try (var connection = accepted.getNow(null)) {
          assertThat(connection.getInputStream().readNBytes(9)).asString().isEqualTo("PUT /made");
        }
      }
    }

    @Test
    void leavesNoConnectionWhenItCannotBeMade() throws Exception {
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        var accepted = new CompletableFuture<Socket>();
        assertThatIllegalStateException().isThrownBy(() -> to(socket).send("", () -> {
          accepted.complete(accept(socket));
          throw new IllegalStateException("no key");
        }, CONNECT_TIMEOUT)).withMessage("no key");
        try (var connection = accepted.getNow(null)) {
          connection.setSoTimeout((int) EVENTUALLY.toMillis());
          assertThat(isOver(connection)).isTrue();
        }
      }
    }

    private KeptConnections to(ServerSocket socket) {
      return new KeptConnections(served.system(), URI.create("http://127.0.0.1:" + socket.getLocalPort()), FOR_EVER);
    }

    private Socket accept(ServerSocket socket) {
      try {
        return socket.accept();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    private boolean isOver(Socket connection) throws IOException {
      try {
        return connection.getInputStream().read() == -1;
      } catch (SocketException reset) {
        return true;
      }
    }
  }
}
