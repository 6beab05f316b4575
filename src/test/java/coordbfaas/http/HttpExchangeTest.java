package coordbfaas.http;

import static coordbfaas.http.Served.EVENTUALLY;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.http.HttpExchange.NotConnected;
import coordbfaas.settings.RandomCases;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@DisplayName("An HTTP exchange")
class HttpExchangeTest {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  @RegisterExtension
  final Served served = new Served();

  private final LinkedBlockingQueue<HttpServer.Client> clients = new LinkedBlockingQueue<>();

  @Nested
  @DisplayName("with a server that answers")
  class WithAServerThatAnswers {
    @Test
    void bringsTheAnswerAndEndsItsConnection() throws Exception {
      var server = served.bind((request, client) -> {
        clients.add(client);
        return CompletableFuture.completedStage(HttpResponse.create()
            .withEntity(request.getUri().path() + " at " + request.getHeader("host").orElseThrow().value()));
      });
      for (var i = 0; i < 5; i++) {
        var response = get(send(server, HttpRequest.GET("/path")).response());
        assertThat(response.status().intValue()).isEqualTo(200);
        assertThat(text(response)).isEqualTo("/path at 127.0.0.1:" + server.address().getPort());
        assertThat(handled().gone()).succeedsWithin(EVENTUALLY);
      }
    }

    @Test
    void isNotTakenForAClientThatLeftWhileItsAnswerIsSilent() throws Exception {
      var rest = new CompletableFuture<ByteString>();
      var server = served.bind((request, client) -> {
        clients.add(client);
        return CompletableFuture.completedStage(HttpResponse.create().withEntity(HttpEntities.createChunked(
            ContentTypes.APPLICATION_OCTET_STREAM, Source.single(ByteString.fromString("begun "))
                .concat(Source.completionStage(rest)))));
      });
      var response = get(send(server, HttpRequest.GET("/")).response());
      var begun = new CompletableFuture<Void>();
      var body = response.entity().getDataBytes()
          .map(bytes -> {
            begun.complete(null);
            return bytes;
          })
          .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), served.system());
      assertThat(begun).succeedsWithin(EVENTUALLY);
      assertThat(handled().gone().toCompletableFuture()).isNotDone();
      rest.complete(ByteString.fromString("ended"));
      assertThat(get(body).utf8String()).isEqualTo("begun ended");
    }

    @Test
    void carriesBigBodiesBothWays() throws Exception {
      var sent = IntStream.range(0, 2_560)
          .mapToObj(i -> ByteString.fromArray(RandomCases.bytes(new SplittableRandom(i), 8 * 1024))).toList();
      var server = served.bind((request, client) -> CompletableFuture.completedStage(HttpResponse.create()
          .withEntity(HttpEntities.createChunked(
              ContentTypes.APPLICATION_OCTET_STREAM, request.entity().withoutSizeLimit().getDataBytes()))));
      for (var entity : new RequestEntity[] {
          HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM, 20L << 20, Source.from(sent)),
          HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, Source.from(sent))}) {
        var response = get(send(server, HttpRequest.POST("/").withEntity(entity)).response());
        var digest = MessageDigest.getInstance("SHA-256");
        var length = get(response.entity().withoutSizeLimit().getDataBytes().runFold(0L, (count, bytes) -> {
          digest.update(bytes.toArrayUnsafe());
          return count + bytes.size();
        }, served.system()));
        assertThat(length).isEqualTo(20L << 20);
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(sha256(sent));
      }
    }

    private String sha256(Iterable<ByteString> chunks) throws Exception {
      var digest = MessageDigest.getInstance("SHA-256");
      chunks.forEach(chunk -> digest.update(chunk.toArrayUnsafe()));
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  @Nested
  @DisplayName("that is cut")
  class ThatIsCut {
    @Test
    void isNoticedByTheServerDuringASilentAnswer() throws Exception {
      var server = served.bind((request, client) -> {
        clients.add(client);
        return CompletableFuture.completedStage(HttpResponse.create().withEntity(HttpEntities.createChunked(
            ContentTypes.APPLICATION_OCTET_STREAM, Source.single(ByteString.fromString("begun")).concat(Source.never()))));
      });
      var exchange = send(server, HttpRequest.GET("/"));
      var body = get(exchange.response()).entity().getDataBytes().runWith(Sink.ignore(), served.system());
      var client = handled();
      assertThat(client.gone().toCompletableFuture()).isNotDone();
      exchange.cut();
      assertThat(client.gone()).succeedsWithin(EVENTUALLY);
      assertThat(body.toCompletableFuture()).failsWithin(EVENTUALLY);
    }

    @Test
    void isNoticedByTheServerBeforeTheAnswerBegan() throws Exception {
      var server = served.bind((request, client) -> {
        clients.add(client);
        return new CompletableFuture<>();
      });
      var exchange = send(server, HttpRequest.GET("/"));
      var client = handled();
      exchange.cut();
      assertThat(client.gone()).succeedsWithin(EVENTUALLY);
      assertThat(exchange.response().toCompletableFuture()).failsWithin(EVENTUALLY);
    }

    @Test
    void isOverEvenIfNobodyReadTheAnswer() throws Exception {
      var server = served.bind((request, client) -> {
        clients.add(client);
        return CompletableFuture.completedStage(HttpResponse.create().withEntity(HttpEntities.createChunked(
            ContentTypes.APPLICATION_OCTET_STREAM, Source.repeat(ByteString.fromString("x".repeat(64 * 1024))))));
      });
      var exchange = send(server, HttpRequest.GET("/"));
      get(exchange.response());
      exchange.cut();
      assertThat(handled().gone()).succeedsWithin(EVENTUALLY);
    }

    @Test
    void mayBeCutAgainWhenItIsOver() throws Exception {
      var server = served.bind((request, client) -> CompletableFuture.completedStage(HttpResponse.create().withEntity("ok")));
      var exchange = send(server, HttpRequest.GET("/"));
      assertThat(text(get(exchange.response()))).isEqualTo("ok");
      exchange.cut();
      exchange.cut();
      assertThat(exchange.response()).succeedsWithin(EVENTUALLY);
    }
  }

  @Nested
  @DisplayName("without an answer")
  class WithoutAnAnswer {
    @Test
    void wasNotSentWhenTheConnectionIsRefused() throws Exception {
      int port;
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
      assertThat(failure(to("http://127.0.0.1:" + port))).isInstanceOf(NotConnected.class);
    }

    @Test
    void wasNotSentWhenTheHostIsUnknownWhateverItsName() {
      assertThat(failure(to("http://_api.invalid:4280"))).isInstanceOf(NotConnected.class);
      assertThat(failure(to("http://worker-app.invalid"))).isInstanceOf(NotConnected.class);
    }

    @Test
    void wasPerhapsSentWhenTheServerClosesItsSide() throws Exception {
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        var exchange = to("http://127.0.0.1:" + socket.getLocalPort());
        var accepted = socket.accept();
        assertThat(accepted.getInputStream().readNBytes(4)).asString().isEqualTo("GET ");
        accepted.close();
        assertThat(failure(exchange)).isNotInstanceOf(NotConnected.class);
      }
    }

    @Test
    void wasPerhapsSentWhenTheServerResets() throws Exception {
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        var exchange = to("http://127.0.0.1:" + socket.getLocalPort());
        var accepted = socket.accept();
        assertThat(accepted.getInputStream().readNBytes(4)).asString().isEqualTo("GET ");
        accepted.setSoLinger(true, 0);
        accepted.close();
        assertThat(failure(exchange)).isNotInstanceOf(NotConnected.class);
      }
    }

    @Test
    void wasPerhapsSentWhenTheAnswerIsNoHttp() throws Exception {
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        var exchange = to("http://127.0.0.1:" + socket.getLocalPort());
        try (var accepted = socket.accept()) {
          accepted.getOutputStream().write("nonsense nonsense nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          assertThat(failure(exchange)).isNotInstanceOf(NotConnected.class);
        }
      }
    }

    private Throwable failure(HttpExchange exchange) {
      try {
        exchange.response().toCompletableFuture().get(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException failed) {
        return failed.getCause();
      } catch (Exception other) {
        throw new AssertionError("neither an answer nor a failure", other);
      }
      throw new AssertionError("an answer came");
    }
  }

  private HttpExchange send(HttpServer server, HttpRequest request) {
    return HttpExchange.send(served.system(), URI.create("http://127.0.0.1:" + server.address().getPort()), request,
        CONNECT_TIMEOUT);
  }

  private HttpExchange to(String base) {
    return HttpExchange.send(served.system(), URI.create(base), HttpRequest.GET("/"), CONNECT_TIMEOUT);
  }

  private HttpServer.Client handled() throws InterruptedException {
    var client = clients.poll(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
    assertThat(client).as("a request that reached the server").isNotNull();
    return client;
  }

  private String text(HttpResponse response) throws Exception {
    return get(response.entity().toStrict(EVENTUALLY.toMillis(), served.system())).getData().utf8String();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
  }
}
