package coordbfaas.http;

import static coordbfaas.http.Served.EVENTUALLY;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.RawClient.Way;
import coordbfaas.outside.RawClient;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An HTTP server that is terminated")
class HttpServerTerminationTest extends ServerStory {
  @Test
  void waitsForTheAnswerInProgress() throws Exception {
    var rest = new CompletableFuture<ByteString>();
    var body = Source.single(ByteString.fromString("begun ")).concat(Source.completionStage(rest));
    var server = served.bind((request, client) -> CompletableFuture.completedStage(HttpResponse.create()
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, 11, body))));
    try (var client = RawClient.connect(server.address())
        .send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
      client.head();
      var terminated = server.terminate(Duration.ofMinutes(5)).toCompletableFuture();
      assertThat(client.bytes(6)).isEqualTo("begun ");
      client.hasNoAnswerYet();
      assertThat(terminated).isNotDone();
      rest.complete(ByteString.fromString("ended"));
      assertThat(client.bytes(5)).isEqualTo("ended");
      assertThat(terminated).succeedsWithin(EVENTUALLY);
    }
  }

  @Test
  void cutsWhatIsLeftAfterTheGrace() throws Exception {
    var server = served.bind((request, client) -> {
      clients.add(client);
      return request.getUri().path().equals("/waits") ? new CompletableFuture<>()
          : CompletableFuture.completedStage(HttpResponse.create()
          .withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, Source.<ByteString>never())));
    });
    try (var silent = RawClient.connect(server.address()).get("/");
        var waits = RawClient.connect(server.address()).get("/waits");
        var idle = RawClient.connect(server.address())) {
      silent.head();
      handled();
      handled();
      assertThat(server.terminate(Duration.ofMillis(50))).succeedsWithin(EVENTUALLY);
      silent.isCut();
      waits.isCut();
      idle.isCut();
    }
  }

  @Test
  void leavesWhoWasAnsweredTheEndOfTheAnswer() throws Exception {
    var large = "x".repeat(3 << 20);
    var server = served.bind((request, client) -> CompletableFuture.completedStage(HttpResponse.create().withEntity(large)));
    try (var kept = RawClient.connect(server.address()).get("/")) {
      kept.head();
      assertThat(kept.bytes(1)).isEqualTo("x"); // so all of it has been handed on to be sent
      assertThat(server.terminate(Duration.ZERO)).succeedsWithin(EVENTUALLY);
      assertThat(kept.readToEnd()).hasSize(large.length() - 1);
    }
  }

  @Test
  void takesNoFurtherConnection() throws Exception {
    var server = served.bind(this::echo);
    try (var busy = RawClient.connect(server.address()).get("/")) {
      busy.answer();
      var terminated = server.terminate(Duration.ofMinutes(5));
      refusesConnections(server);
      assertThat(terminated.toCompletableFuture()).isNotDone();
      busy.leave(Way.CLOSE);
      assertThat(terminated).succeedsWithin(EVENTUALLY);
    }
  }

  @Test
  void leavesNobodyWaitingForAConnection() throws Exception {
    var server = served.bind(1, (request, client) -> {
      clients.add(client);
      return new CompletableFuture<>();
    });
    try (var busy = RawClient.connect(server.address()).get("/"); var waiting = RawClient.connect(server.address()).get("/")) {
      var asHandled = handled();
      assertThat(server.terminate(Duration.ofMillis(50))).succeedsWithin(EVENTUALLY);
      assertThat(asHandled.gone()).succeedsWithin(EVENTUALLY);
      busy.isCut();
      waiting.isCut();
    }
  }

  @Test
  void isDoneAtOnceWithoutConnections() {
    var server = served.bind(this::echo);
    assertThat(server.terminate(Duration.ofMinutes(5))).succeedsWithin(EVENTUALLY);
  }

  private void refusesConnections(HttpServer server) throws Exception {
    var patience = System.nanoTime() + EVENTUALLY.toNanos();
    while (System.nanoTime() < patience) {
      try {
        RawClient.connect(server.address()).close();
      } catch (ConnectException refused) {
        return;
      } catch (SocketException reset) {
        // the port was given up between the connection's arrival and its acceptance
      }
    }
    throw new AssertionError("the port still takes connections");
  }
}
