package coordbfaas.http;

import static coordbfaas.http.Served.EVENTUALLY;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.http.HttpServer.Limits;
import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An HTTP server whose clients are slow")
class SlowClientsTest extends ServerStory {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofMinutes(5);

  /** What a request is when it has begun: in its first line, in a header, in a body with a length, in a chunk. */
  @ParameterizedTest
  @ValueSource(strings = {
      "P", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: localhost\r\nX: slow",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nbegun",
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbeg"})
  void refusesWhatIsNotThereInTime(String begun) throws Exception {
    var server = served.bind(new Limits(10, SHORT, LONG), this::echo);
    try (var client = RawClient.connect(server.address())) {
      var start = System.nanoTime();
      var answer = client.send(begun).answer();
      assertThat(answer.head()).startsWith("HTTP/1.1 408 ").contains("application/problem+json", "Connection: close");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
      client.isCut();
    }
  }

  @Test
  void countsFromTheFirstByteHoweverOftenAnotherComes() throws Exception {
    var server = served.bind(new Limits(10, SHORT, LONG), this::echo);
    try (var client = RawClient.connect(server.address()).send("GET /")) {
      var sender = Thread.ofVirtual().start(() -> sendOn(client));
      assertThat(client.answer().head()).startsWith("HTTP/1.1 408 ");
      client.isCut();
      sender.join();
      assertThat(clients).isEmpty();
    }
  }

  /** Sends a byte after another, as long as the connection is there. */
  private static void sendOn(RawClient client) {
    try {
      while (true) {
        client.send("a");
        var sent = System.nanoTime();
        Eventually.eventually("a moment is over", () -> System.nanoTime() - sent > 20_000_000);
      }
    } catch (IOException cut) {
      // as it should be
    }
  }

  @Test
  void countsEachRequestOfAConnectionForItself() throws Exception {
    var server = served.bind(new Limits(10, SHORT, LONG), this::echo);
    try (var client = RawClient.connect(server.address())) {
      var start = System.nanoTime();
      while (System.nanoTime() - start < 2 * SHORT.toNanos())
        assertThat(client.get("/").answer().head()).startsWith("HTTP/1.1 200 ");
      assertThat(client.send("GET").answer().head()).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void closesAConnectionOnWhichNothingIsSaid() throws Exception {
    var server = served.bind(new Limits(10, SHORT, LONG), this::echo);
    try (var client = RawClient.connect(server.address())) {
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void closesAConnectionThatIsQuietAfterItsAnswer() throws Exception {
    var server = served.bind(new Limits(10, LONG, SHORT), this::echo);
    try (var client = RawClient.connect(server.address()).get("/")) {
      assertThat(client.answer().head()).startsWith("HTTP/1.1 200 ");
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void leavesOpenWhatIsQuietBecauseOfItsAnswer() throws Exception {
    var rest = new CompletableFuture<ByteString>();
    var body = Source.single(ByteString.fromString("begun")).concat(Source.completionStage(rest));
    var server = served.bind(new Limits(10, SHORT, SHORT), (request, client) -> CompletableFuture.completedStage(
        HttpResponse.create().withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, body))));
    try (var client = RawClient.connect(server.address()).get("/")) {
      client.head();
      assertThat(client.readTo("begun\r\n")).isEqualTo("5\r\nbegun\r\n");
      for (var quiet = Duration.ZERO; quiet.compareTo(SHORT.multipliedBy(3)) < 0; quiet = quiet.plusMillis(200))
        client.hasNoAnswerYet();
      rest.complete(ByteString.fromString("ended"));
      assertThat(client.readTo("0\r\n\r\n")).isEqualTo("5\r\nended\r\n0\r\n\r\n");
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void servesTheNextOnesWhenTheSlowOnesAreCut() throws Exception {
    var server = served.bind(new Limits(50, SHORT, LONG), this::echo);
    var slow = new ArrayList<RawClient>();
    try {
      for (var number = 0; number < 50; number++) slow.add(RawClient.connect(server.address()).send("GET / HT"));
      try (var client = RawClient.connect(server.address()).get("/")) {
        assertThat(client.answer().head()).startsWith("HTTP/1.1 200 ");
      }
      for (var one : slow) assertThat(one.answer().head()).startsWith("HTTP/1.1 408 ");
    } finally {
      for (var one : slow) one.close();
    }
  }

  /** It sends requests and reads none of the answers, until the server takes no more of them. */
  @Test
  void cutsAClientThatReadsNoAnswer() throws Exception {
    var large = HttpResponse.create().withEntity("x".repeat(1 << 20));
    var server = served.bind(new Limits(10, LONG, SHORT), (request, client) -> {
      clients.add(client);
      return CompletableFuture.completedStage(large);
    });
    try (var client = RawClient.connect(server.address())) {
      for (var number = 0; number < 20; number++) client.get("/");
      assertThat(handled().gone()).succeedsWithin(EVENTUALLY);
    }
  }

  /** All of the answer was given to the connection, in one piece, and the kernel took no more than a part. */
  @Test
  void cutsAClientThatReadsNothingOfItsLastAnswer() throws Exception {
    var large = HttpResponse.create().withEntity(HttpEntities.create(ByteString.fromArrayUnsafe(new byte[1 << 24])));
    var server = served.bind(new Limits(1, LONG, SHORT), (request, client) -> CompletableFuture.completedStage(large));
    try (var client = RawClient.connect(server.address()).send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var next = RawClient.connect(server.address()).get("/")) {
      assertThat(next.head()).startsWith("HTTP/1.1 200 ");
      client.readToReset();
    }
  }

  /** It goes on sending after it was refused; were that not limited, it would have its connection for ever. */
  @Test
  void cutsAClientThatGoesOnAfterItsRefusal() throws Exception {
    var server = served.bind(new Limits(10, LONG, LONG), this::echo);
    try (var client = RawClient.connect(server.address()).send("nonsense\r\n\r\n")) {
      var sender = Thread.ofVirtual().start(() -> sendOn(client));
      assertThat(client.answer().head()).startsWith("HTTP/1.1 400 ");
      sender.join(EVENTUALLY);
      assertThat(sender.isAlive()).isFalse();
    }
  }

  @Test
  void looksAtNoRequestBeforeTheOneBeforeItIsAnswered() throws Exception {
    var rest = new CompletableFuture<ByteString>();
    var server = served.bind(new Limits(10, LONG, LONG), (request, client) -> {
      clients.add(client);
      return CompletableFuture.completedStage(HttpResponse.create().withEntity(
          HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, Source.completionStage(rest))));
    });
    try (var client = RawClient.connect(server.address()).get("/").get("/")) {
      handled();
      client.head();
      client.hasNoAnswerYet();
      assertThat(clients).isEmpty();
      rest.complete(ByteString.fromString("ended"));
      handled();
      assertThat(client.readTo("0\r\n\r\n")).isEqualTo("5\r\nended\r\n0\r\n\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void tellsAClientThatIsStillSendingWhyItIsRefused() throws Exception {
    var server = served.bind(10, (request, client) -> RequestBody.read(served.system(), request, 1_000)
        .thenApply(body -> HttpResponse.create())
        .exceptionally(failure -> ((RequestBody.Refused) failure.getCause()).response()));
    try (var client = RawClient.connect(server.address())) {
      client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\n" + "x".repeat(30_000_000));
      assertThat(client.answer().head()).startsWith("HTTP/1.1 413 ");
      client.isCut();
    }
  }
}
