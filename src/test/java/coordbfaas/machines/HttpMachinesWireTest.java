package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import coordbfaas.http.HttpServer;
import coordbfaas.machines.WireAnswer.Accepted;
import coordbfaas.machines.WireAnswer.Lost;
import coordbfaas.machines.WireAnswer.Malformed;
import coordbfaas.machines.WireAnswer.NotSent;
import coordbfaas.machines.WireAnswer.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("On the way to the Machines API,")
class HttpMachinesWireTest {
  /** Long enough for what will happen. */
  private static final Duration EVENTUALLY = Duration.ofSeconds(20);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Call<List<Machine>> LIST =
      Call.get(ApiAction.LIST, "app", "/v1/apps/app/machines", () -> new Listing(JSON));
  private static final Call<Machine> GET =
      Call.get(ApiAction.GET, "m1", "/v1/apps/app/machines/m1", () -> new WholeAnswer<>(JSON, Answers::machine));

  private static ActorTestKit kit;

  private final LinkedBlockingQueue<HttpServer.Client> clients = new LinkedBlockingQueue<>();
  private HttpServer server;

  @BeforeAll
  static void opens() {
    kit = ActorTestKit.create("wire", ConfigFactory.load());
  }

  @AfterAll
  static void closes() {
    kit.shutdownTestKit();
  }

  @AfterEach
  void ends() throws Exception {
    if (server != null) server.terminate(Duration.ZERO).toCompletableFuture().get(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
  }

  @Nested
  @DisplayName("a call")
  class ACall {
    @Test
    void carriesTokenNonceAndBody() {
      var asked = new CompletableFuture<String>();
      var wire = to(request -> {
        request.entity().toStrict(EVENTUALLY.toMillis(), kit.system()).thenAccept(body -> asked.complete(
            request.method().value() + " " + request.getUri().toRelative() + "\n" + header(request, "authorization") + "\n"
                + header(request, "fly-machine-lease-nonce") + "\n" + body.getData().utf8String()));
        return json(FaultyWire.MACHINE);
      });
      send(wire, Call.post(ApiAction.START, "m1", "/v1/apps/app/machines/m1/start?x=%C3%A9", GET.reader())
          .under(new LeaseNonce("n1")).with(JSON.createObjectNode().put("key", "é")));
      assertThat(asked).succeedsWithin(EVENTUALLY)
          .isEqualTo("POST /v1/apps/app/machines/m1/start?x=%C3%A9\nFlyV1 fm2_t0ken\nn1\n{\"key\":\"é\"}");
    }

    @Test
    void tellsWhoCallsInWhatAHeaderMayHold() {
      var caller = new CompletableFuture<String>();
      var wire = to(request -> {
        caller.complete(header(request, "user-agent"));
        return json(FaultyWire.MACHINE);
      });
      send(wire, GET);
      assertThat(caller).succeedsWithin(EVENTUALLY).isEqualTo("coordbfaas/pool-1-of-us");
    }

    @Test
    void isNotSentWithoutAConnection() throws IOException {
      int port;
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = socket.getLocalPort();
      }
      assertThat(send(at(port), GET)).isInstanceOf(NotSent.class);
    }

    @Test
    void isGivenUpWhenItsAnswerIsCancelled() throws Exception {
      var wire = toLater(request -> new CompletableFuture<>());
      var answer = wire.send(GET, EVENTUALLY);
      var client = clients.poll(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
      assertThat(answer).isNotDone();
      answer.cancel(false);
      assertThat(client.gone()).succeedsWithin(EVENTUALLY);
    }
  }

  @Nested
  @DisplayName("a refusal")
  class ARefusal {
    @Test
    void tellsItsTextAndWhenToComeBack() {
      var wire = to(request -> json("{\"error\":\"rate limit exceeded\",\"status\":\"unknown\"}").withStatus(429)
          .addHeader(RawHeader.create("Retry-After", "7")).addHeader(RawHeader.create("fly-request-id", "01H-dfw")));
      assertThat(send(wire, GET)).isEqualTo(
          new Refused<>(429, new Refusal("unknown", "rate limit exceeded", true), Optional.of("7"), Optional.of("01H-dfw")));
    }

    @Test
    void tellsADateToComeBackAsItCame() {
      var wire = to(request -> json("{}").withStatus(503)
          .addHeader(RawHeader.create("Retry-After", "Thu, 01 Jan 2026 12:00:03 GMT")));
      assertThat(((Refused<?>) send(wire, GET)).retryAfter()).contains("Thu, 01 Jan 2026 12:00:03 GMT");
    }

    @Test
    void doesNotRepeatTokenOrNonce() {
      var wire = to(request -> HttpResponse.create().withStatus(400).withEntity(
          header(request, "authorization") + " " + header(request, "fly-machine-lease-nonce")));
      var refused = (Refused<?>) send(wire, GET.under(new LeaseNonce("n0nce")));
      assertThat(refused.why().text()).isEqualTo("FlyV1 (hidden) (hidden)");
    }

    @Test
    void isReadToItsMeaningHoweverLongItIs() {
      var wire = to(request -> chunked(502, Source.range(0, 20_000).map(number -> ByteString.fromString("x".repeat(100)))));
      assertThat(((Refused<?>) send(wire, GET)).why().text()).hasSize(301);
    }
  }

  @Nested
  @DisplayName("a listing")
  class AListing {
    @Test
    void ofTenThousandMachinesIsRead() {
      var machines = IntStream.range(0, 10_000).mapToObj(number -> ByteString.fromString(
          (number == 0 ? "[" : ",") + FaultyWire.MACHINE.replace("\"m1\"", "\"m" + number + "\"")
              .replace("\"image\":\"i\"", "\"image\":\"i\",\"env\":{\"X\":\"" + "x".repeat(2000) + "\"}"))).toList();
      var wire = to(request -> chunked(200, Source.from(machines).concat(Source.single(ByteString.fromString("]")))));
      assertThat(accepted(send(wire, LIST))).hasSize(10_000)
          .first().extracting(Machine::id).isEqualTo("m0");
    }

    @Test
    void thatIsCutIsLost() {
      var begun = "[" + FaultyWire.MACHINE + ",";
      assertThat(send(raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + begun), LIST))
          .isInstanceOf(Lost.class);
      assertThat(send(raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
          + Integer.toHexString(begun.length()) + "\r\n" + begun + "\r\n"), LIST)).isInstanceOf(Lost.class);
    }

    @Test
    void thatEndsTooEarlyIsLostEvenIfHttpDoesNotNotice() {
      assertThat(send(raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n["
          + FaultyWire.MACHINE + ","), LIST)).isEqualTo(new Lost<>("truncated"));
    }

    @Test
    void thatIsCutInAnErrorIsLost() {
      assertThat(send(raw("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n{\"err"), LIST)).isInstanceOf(Lost.class);
    }

    @Test
    void thatComesSlowlyIsReadToItsEnd() throws InterruptedException {
      var rest = new CompletableFuture<ByteString>();
      var wire = to(request -> chunked(200, Source.single(ByteString.fromString("[" + FaultyWire.MACHINE))
          .concat(Source.completionStage(rest))));
      var answer = wire.send(LIST, EVENTUALLY);
      assertThat(clients.poll(EVENTUALLY.toSeconds(), TimeUnit.SECONDS)).as("a call that reached the API").isNotNull();
      assertThat(answer).isNotDone();
      rest.complete(ByteString.fromString("," + FaultyWire.MACHINE + "]"));
      assertThat(answer).succeedsWithin(EVENTUALLY);
      assertThat(accepted(answer.join())).hasSize(2);
    }

    @Test
    void thatIsAProxysPageIsMalformed() {
      var wire = to(request -> HttpResponse.create()
          .withEntity(ContentTypes.TEXT_HTML_UTF8, "<html><body>Welcome to the portal!</body></html>")
          .addHeader(RawHeader.create("fly-request-id", "01H-dfw")));
      assertThat(send(wire, LIST)).isEqualTo(new Malformed<>(200, "no JSON", Optional.of("01H-dfw")));
    }
  }

  private HttpMachinesWire to(Function<HttpRequest, HttpResponse> handler) {
    return toLater(request -> CompletableFuture.completedStage(handler.apply(request)));
  }

  private HttpMachinesWire toLater(Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
    server = HttpServer.bind(kit.system(), "127.0.0.1", 0, 100, (request, client) -> {
      clients.add(client);
      return handler.apply(request);
    }).toCompletableFuture().join();
    return at(server.address().getPort());
  }

  private static HttpMachinesWire at(int port) {
    return new HttpMachinesWire(kit.system(), new MachinesSettings(URI.create("http://127.0.0.1:" + port), "app",
        new FlyToken("fm2_t0ken"), "pool/1 of us", new MachinesSettings.Manner(EVENTUALLY, EVENTUALLY, Pace.OFF)), JSON);
  }

  /** A server that sends these bytes to its first client, and closes. */
  private static HttpMachinesWire raw(String answer) {
    try {
      var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(() -> {
        try (socket; var client = socket.accept()) {
          readHead(client);
          client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
          // the story tells what came of it
        }
      });
      return at(socket.getLocalPort());
    } catch (IOException noPort) {
      throw new AssertionError(noPort);
    }
  }

  /** Up to the empty line: what is left unread would make the close a reset. */
  private static void readHead(Socket client) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      var next = client.getInputStream().read();
      if (next < 0) return;
      head.append((char) next);
    }
  }

  private static HttpResponse json(String body) {
    return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, body);
  }

  private static HttpResponse chunked(int status, Source<ByteString, ?> body) {
    return HttpResponse.create().withStatus(status).withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_JSON, body));
  }

  private static String header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value).orElse("none");
  }

  private static <T> T accepted(WireAnswer<T> answer) {
    if (answer instanceof Accepted<T>(var value)) return value;
    throw new AssertionError("not accepted, but " + answer);
  }

  private static <T> WireAnswer<T> send(HttpMachinesWire wire, Call<T> call) {
    var answer = wire.send(call, EVENTUALLY);
    assertThat(answer).succeedsWithin(EVENTUALLY);
    return answer.join();
  }
}
