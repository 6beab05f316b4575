import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import coordbfaas.wire.EventStream;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import coordbfaas.wire.TextChunks;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Executors;
import org.apache.pekko.util.ByteString;

/**
 * Our public API before a contender, as far as a change of form goes: the body is passed as its script, and its answer comes
 * back in the form that was asked for, as it comes. All that it tells is stdout. A whole answer with a status of success is
 * {@code exited} with 0, another whole one with 1, one that breaks off is {@code worker-lost}: what the contender does not know,
 * the shim does not make up. There is no deadline, no limit and no refusal but the contender's own.
 */
final class Shim implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final HttpServer server;
  private final Contenders.Contender contender;

  private Shim(HttpServer server, Contenders.Contender contender) {
    this.server = server;
    this.contender = contender;
  }

  static Shim before(Contenders.Contender contender) throws IOException {
    var shim = new Shim(HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0), contender);
    shim.server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    shim.server.createContext("/run", shim::run);
    shim.server.start();
    return shim;
  }

  int port() {
    return server.getAddress().getPort();
  }

  private void run(HttpExchange exchange) throws IOException {
    try (exchange) {
      var begun = System.nanoTime();
      var script = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + contender.program().port() + contender.path()))
          .POST(BodyPublishers.ofString(contender.body().apply(script), StandardCharsets.ISO_8859_1)).build();
      answer(exchange, client.send(request, BodyHandlers.ofInputStream()), begun);
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  private static void answer(HttpExchange exchange, HttpResponse<InputStream> answer, long begun) throws IOException {
    try (var output = answer.body()) {
      if (String.valueOf(exchange.getRequestURI().getQuery()).contains("raw=1")) raw(exchange, output);
      else if (String.valueOf(exchange.getRequestHeaders().getFirst("Accept")).contains("application/json"))
        document(exchange, output, answer.statusCode(), begun);
      else events(exchange, output, answer.statusCode(), begun);
    }
  }

  private static void raw(HttpExchange exchange, InputStream output) throws IOException {
    begin(exchange, "application/octet-stream");
    var buffer = new byte[CHUNK_BYTES];
    for (int count; (count = output.read(buffer)) >= 0;) write(exchange, buffer, count);
  }

  private static void document(HttpExchange exchange, InputStream output, int status, long begun) throws IOException {
    var bytes = output.readAllBytes();
    var exit = exit(status, begun);
    var document = JsonNodeFactory.instance.objectNode().put("stdout", new String(bytes, StandardCharsets.UTF_8)).put("stderr", "")
        .put("code", exit.code()).put("reason", exit.reason().word()).put("truncated", false).put("durationMs", exit.durationMs());
    begin(exchange, "application/json");
    exchange.getResponseBody().write(document.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void events(HttpExchange exchange, InputStream output, int status, long begun) throws IOException {
    begin(exchange, "text/event-stream");
    var chunks = new TextChunks();
    var buffer = new byte[CHUNK_BYTES];
    Exit exit;
    try {
      for (int count; (count = output.read(buffer)) >= 0;) {
        var chunk = chunks.next(ByteString.fromArray(Arrays.copyOf(buffer, count)));
        if (chunk.isPresent()) event(exchange, new RunEvent.Stdout(chunk.get()));
      }
      exit = exit(status, begun);
    } catch (IOException brokenOff) {
      exit = Exit.workerLost(ms(begun));
    }
    var rest = chunks.end();
    if (rest.isPresent()) event(exchange, new RunEvent.Stdout(rest.get()));
    event(exchange, exit);
  }

  private static Exit exit(int status, long begun) {
    return Exit.exited(status / 100 == 2 ? 0 : 1, ms(begun));
  }

  private static long ms(long begun) {
    return (System.nanoTime() - begun) / 1_000_000;
  }

  private static void begin(HttpExchange exchange, String type) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().flush();
  }

  private static void event(HttpExchange exchange, RunEvent event) throws IOException {
    var bytes = EventStream.encode(event).toArray();
    write(exchange, bytes, bytes.length);
  }

  private static void write(HttpExchange exchange, byte[] bytes, int count) throws IOException {
    exchange.getResponseBody().write(bytes, 0, count);
    exchange.getResponseBody().flush();
  }

  @Override
  public void close() {
    server.stop(0);
    client.shutdownNow();
  }
}
