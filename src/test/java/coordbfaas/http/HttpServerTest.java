package coordbfaas.http;

import static coordbfaas.http.Served.EVENTUALLY;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.http.HttpServer.Client;
import coordbfaas.outside.RawClient.Way;
import coordbfaas.outside.RawClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An HTTP server")
class HttpServerTest extends ServerStory {
  @Nested
  @DisplayName("whose client leaves")
  class WhoseClientLeaves {
    private final CompletableFuture<Done> answerEnded = new CompletableFuture<>();

    @ParameterizedTest
    @EnumSource
    void cutsAnAnswerThatIsSilent(Way way) throws Exception {
      var server = served.bind((request, client) -> answer(client, chunked(Source.<ByteString>never())));
      try (var client = RawClient.connect(server.address()).get("/")) {
        client.head();
        isLeftBy(client, way);
      }
    }

    @ParameterizedTest
    @EnumSource
    void cutsAnAnswerThatFellSilent(Way way) throws Exception {
      var begun = Source.single(ByteString.fromString("begun")).concat(Source.never());
      var server = served.bind((request, client) -> answer(client, chunked(begun)));
      try (var client = RawClient.connect(server.address()).get("/")) {
        client.head();
        assertThat(client.bytes(10)).isEqualTo("5\r\nbegun\r\n");
        isLeftBy(client, way);
      }
    }

    @ParameterizedTest
    @EnumSource
    void cutsAnAnswerThatItDidNotRead(Way way) throws Exception {
      var endless = Source.repeat(ByteString.fromString("x".repeat(64 * 1024)));
      var server = served.bind((request, client) -> answer(client, chunked(endless)));
      try (var client = RawClient.connect(server.address()).get("/")) {
        client.head();
        isLeftBy(client, way);
      }
    }

    @ParameterizedTest
    @EnumSource
    void tellsSoBeforeTheAnswerBegan(Way way) throws Exception {
      var server = served.bind((request, client) -> {
        clients.add(client);
        return new CompletableFuture<>();
      });
      try (var client = RawClient.connect(server.address()).get("/")) {
        var asHandled = handled();
        assertThat(asHandled.gone().toCompletableFuture()).isNotDone();
        client.leave(way);
        assertThat(asHandled.gone()).succeedsWithin(EVENTUALLY);
      }
    }

    @ParameterizedTest
    @EnumSource
    void endsTheBodyThatItDidNotFinish(Way way) throws Exception {
      var bodyEnded = new CompletableFuture<Throwable>();
      var server = served.bind((request, client) -> {
        clients.add(client);
        request.entity().getDataBytes().runWith(Sink.ignore(), served.system())
            .whenComplete((done, failure) -> bodyEnded.complete(failure));
        return new CompletableFuture<>();
      });
      try (var client = RawClient.connect(server.address())
          .send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nbegun")) {
        var asHandled = handled();
        client.leave(way);
        assertThat(asHandled.gone()).succeedsWithin(EVENTUALLY);
        assertThat(bodyEnded).succeedsWithin(EVENTUALLY).isNotNull();
      }
    }

    @Test
    void servesTheOthersOn() throws Exception {
      var server = served.bind((request, client) -> request.getUri().path().equals("/silent")
          ? answer(client, chunked(Source.<ByteString>never()))
          : CompletableFuture.completedStage(HttpResponse.create().withEntity("ok")));
      try (var stays = RawClient.connect(server.address()).get("/")) {
        assertThat(stays.answer().body()).isEqualTo("ok");
        for (var way : Way.values()) {
          try (var leaves = RawClient.connect(server.address()).get("/silent")) {
            leaves.head();
            leaves.leave(way);
            assertThat(handled().gone()).succeedsWithin(EVENTUALLY);
          }
          assertThat(stays.get("/").answer().body()).isEqualTo("ok");
        }
      }
    }

    private CompletionStage<HttpResponse> answer(Client client, HttpResponse response) {
      clients.add(client);
      return CompletableFuture.completedStage(response);
    }

    private HttpResponse chunked(Source<ByteString, NotUsed> body) {
      var watched = body.watchTermination((mat, end) -> {
        end.whenComplete((done, failure) -> answerEnded.complete(Done.done()));
        return mat;
      });
      return HttpResponse.create().withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, watched));
    }

    private void isLeftBy(RawClient client, Way way) throws Exception {
      var asHandled = handled();
      assertThat(asHandled.gone().toCompletableFuture()).isNotDone();
      assertThat(answerEnded).isNotDone();
      client.leave(way);
      assertThat(asHandled.gone()).succeedsWithin(EVENTUALLY);
      assertThat(answerEnded).succeedsWithin(EVENTUALLY);
    }
  }

  @Nested
  @DisplayName("whose client stays")
  class WhoseClientStays {
    @Test
    void answersManyRequestsOnOneConnection() throws Exception {
      var server = served.bind(HttpServerTest.this::echo);
      try (var client = RawClient.connect(server.address())) {
        for (var i = 0; i < 50; i++) {
          var body = "x".repeat(i * 100);
          var answer = client.send("POST /" + i + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n"
              + body).answer();
          assertThat(answer.head()).startsWith("HTTP/1.1 200 OK");
          assertThat(answer.body()).isEqualTo(body);
        }
        assertThat(clients).hasSize(50).allSatisfy(asHandled -> assertThat(asHandled.gone().toCompletableFuture()).isNotDone());
        client.leave(Way.CLOSE);
        for (var asHandled : clients) assertThat(asHandled.gone()).succeedsWithin(EVENTUALLY);
      }
    }

    @Test
    void answersRequestsThatCameTogetherOneByOneAndInOrder() throws Exception {
      var server = served.bind((request, client) -> CompletableFuture.supplyAsync(
          () -> HttpResponse.create().withEntity(request.getUri().path()),
          CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS)));
      try (var client = RawClient.connect(server.address()).get("/1").get("/2").get("/3").get("/4").get("/5").get("/6")) {
        for (var i = 1; i <= 6; i++) assertThat(client.answer().body()).isEqualTo("/" + i);
      }
    }

    @Test
    void tellsWhereItIs() throws Exception {
      var server = served.bind(HttpServerTest.this::echo);
      try (var client = RawClient.connect(server.address()).get("/")) {
        client.answer();
        var asHandled = handled();
        assertThat(asHandled.address().getAddress().isLoopbackAddress()).isTrue();
        assertThat(asHandled.address().getPort()).isPositive().isNotEqualTo(server.address().getPort());
      }
    }

    @Test
    void keepsToOneAnswerWhenAskedToClose() throws Exception {
      var server = served.bind(HttpServerTest.this::echo);
      try (var client = RawClient.connect(server.address())
          .send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
        assertThat(client.answer().head()).startsWith("HTTP/1.1 200");
        client.isCut();
        assertThat(handled().gone()).succeedsWithin(EVENTUALLY);
      }
    }

    @Test
    void waitsForABodyThatComesSlowly() throws Exception {
      var server = served.bind(HttpServerTest.this::echo);
      try (var client = RawClient.connect(server.address())
          .send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\n")) {
        for (var letter : "slowly".split("")) {
          client.hasNoAnswerYet();
          client.send(letter);
        }
        assertThat(client.answer().body()).isEqualTo("slowly");
      }
    }
  }

  @Nested
  @DisplayName("whose handler fails")
  class WhoseHandlerFails {
    @Test
    void answers500WithoutAWordOfWhy() throws Exception {
      var server = served.bind((request, client) -> switch (request.getUri().path()) {
        case "/throws" -> throw new IllegalStateException("s3cret");
        case "/fails" -> CompletableFuture.failedStage(new IllegalStateException("s3cret"));
        case "/answers-nothing" -> null;
        default -> CompletableFuture.completedStage(HttpResponse.create().withEntity("ok"));
      });
      try (var client = RawClient.connect(server.address())) {
        for (var path : new String[] {"/throws", "/fails", "/answers-nothing"}) {
          var answer = client.get(path).answer();
          assertThat(answer.head()).startsWith("HTTP/1.1 500 ").contains("Content-Type: application/problem+json\r\n");
          assertThat(answer.body()).contains("\"status\":500").doesNotContain("s3cret");
          assertThat(client.get("/").answer().body()).isEqualTo("ok");
        }
      }
    }

    @Test
    void answersAlthoughNobodyReadTheBody() throws Exception {
      var server = served.bind((request, client) -> {
        throw new IllegalStateException("on purpose");
      });
      try (var client = RawClient.connect(server.address())
          .send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nbegun")) {
        assertThat(client.answer().head()).startsWith("HTTP/1.1 500 ");
      }
    }
  }

  @Nested
  @DisplayName("sent what is not HTTP")
  class SentWhatIsNotHttp {
    @ParameterizedTest
    @ValueSource(strings = {
        "s3crets3crets3crets3cret\r\n\r\n", "s3cret s3cret s3cret\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET /%zz?s3cret HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\ns3cret\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: s3cret\r\n\r\n",
        "GET /\0s3cret HTTP/1.1\r\nHost: localhost\r\n\r\n"})
    void answersWithAProblemThatQuotesNothing(String request) throws Exception {
      var server = served.bind(HttpServerTest.this::echo);
      try (var client = RawClient.connect(server.address()).send(request)) {
        var answer = client.answer();
        assertThat(answer.head()).matches("(?s)HTTP/1.1 (400|501|505) .*").contains("Content-Type: application/problem+json\r\n");
        assertThat(answer.body()).contains("\"type\":\"about:blank\"").doesNotContain("s3cret");
        client.isCut();
        assertThat(clients).isEmpty();
      }
    }

    @Test
    void answersWithAProblemForATargetOrHeaderTooLong() throws Exception {
      var server = served.bind(HttpServerTest.this::echo);
      try (var client = RawClient.connect(server.address()).get("/" + "x".repeat(10_000))) {
        assertThat(client.answer().head()).startsWith("HTTP/1.1 414 ").contains("application/problem+json");
      }
      try (var client = RawClient.connect(server.address())
          .send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(10_000) + "\r\n\r\n")) {
        assertThat(client.answer().head()).startsWith("HTTP/1.1 431 ").contains("application/problem+json");
      }
    }
  }

  @Nested
  @DisplayName("with as many connections as it may have")
  class WithAsManyConnectionsAsItMayHave {
    @Test
    void takesTheNextWhenOneHasEnded() throws Exception {
      var server = served.bind(2, HttpServerTest.this::echo);
      try (var first = RawClient.connect(server.address()); var second = RawClient.connect(server.address());
          var third = RawClient.connect(server.address())) {
        first.get("/").answer();
        second.get("/").answer();
        third.get("/").hasNoAnswerYet();
        first.leave(Way.CLOSE);
        assertThat(third.answer().head()).startsWith("HTTP/1.1 200");
        second.get("/").answer();
      }
    }
  }
}
