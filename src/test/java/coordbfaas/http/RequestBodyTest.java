package coordbfaas.http;

import static coordbfaas.http.Served.EVENTUALLY;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.RawClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The body of a request")
class RequestBodyTest {
  private static final int BYTES_MAX = 1_000;

  @RegisterExtension
  final Served served = new Served();

  private final CompletableFuture<Integer> refusal = new CompletableFuture<>();

  @Nested
  @DisplayName("within its limits")
  class WithinItsLimits {
    @Test
    void isReadWhole() throws Exception {
      try (var client = RawClient.connect(echo().address())) {
        for (var length : new int[] {0, 1, BYTES_MAX - 1, BYTES_MAX})
          assertThat(client.send(post("x".repeat(length))).answer().body()).isEqualTo("x".repeat(length));
      }
    }

    @Test
    void isReadWholeFromChunksOfOneByte() throws Exception {
      try (var client = RawClient.connect(echo().address())) {
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        client.send("1\r\nx\r\n".repeat(BYTES_MAX) + "0\r\n\r\n");
        assertThat(client.answer().body()).isEqualTo("x".repeat(BYTES_MAX));
      }
    }

    @Test
    void isReadWholeFromChunks() throws Exception {
      try (var client = RawClient.connect(echo().address())) {
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var i = 0; i < BYTES_MAX / 10; i++) client.send("a\r\n0123456789\r\n");
        assertThat(client.send("0\r\n\r\n").answer().body()).isEqualTo("0123456789".repeat(BYTES_MAX / 10));
      }
    }
  }

  @Test
  void mayComeInOneChunkHoweverLarge() throws Exception {
    var bytes = 3 << 20;
    var server = served.bind((request, client) -> RequestBody.read(served.system(), request, bytes)
        .thenApply(body -> HttpResponse.create().withEntity(Integer.toString(body.size())))
        .exceptionallyCompose(this::refused));
    for (var size : new int[] {bytes, bytes + 1}) try (var client = RawClient.connect(server.address())) {
      client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(size) + "\r\n");
      client.send("x".repeat(size) + "\r\n0\r\n\r\n");
      assertThat(client.answer().body()).contains(Integer.toString(bytes));
    }
    assertThat(refusal).isCompletedWithValue(413);
  }

  @ParameterizedTest
  @CsvSource({"application/json, true", "application/json; charset=utf-8, true", "Application/JSON;version=1, true",
      "application/json-seq, false", "text/json, false", "application/problem+json, false", "application/x-json, false"})
  void isJsonByItsTypeWhateverItsParametersAre(String type, boolean json) throws Exception {
    var server = served.bind((request, client) -> CompletableFuture.completedStage(
        HttpResponse.create().withEntity(Boolean.toString(RequestBody.isJson(request)))));
    try (var client = RawClient.connect(server.address())) {
      client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: 2\r\n\r\n{}");
      assertThat(client.answer().body()).isEqualTo(Boolean.toString(json));
    }
  }

  @Nested
  @DisplayName("beyond its limits")
  class BeyondItsLimits {
    @Test
    void isTooLargeByItsLengthBeforeAnyOfItCame() throws Exception {
      try (var client = RawClient.connect(echo().address())) {
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + (BYTES_MAX + 1) + "\r\n\r\n");
        isRefused(client, 413, "at most 1000 bytes");
      }
    }

    @Test
    void isTooLargeWhileItIsRead() throws Exception {
      try (var client = RawClient.connect(echo().address())) {
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var i = 0; i <= BYTES_MAX / 10; i++) client.send("a\r\n0123456789\r\n");
        isRefused(client, 413, "at most 1000 bytes");
      }
    }

    @Test
    void isTooLargeThoughAllOfItIsThereAlready() throws Exception {
      try (var client = RawClient.connect(echo().address())) {
        var chunk = Integer.toHexString(2 * BYTES_MAX) + "\r\n" + "x".repeat(2 * BYTES_MAX) + "\r\n";
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n");
        isRefused(client, 413, "at most 1000 bytes");
      }
    }

    private void isRefused(RawClient client, int status, String why) throws Exception {
      var answer = client.answer();
      assertThat(answer.head()).startsWith("HTTP/1.1 " + status + " ").contains("application/problem+json");
      assertThat(answer.body()).contains(why);
      client.isCut();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isNotWholeWhenItsSenderLeaves(RawClient.Way way) throws Exception {
    try (var client = RawClient.connect(echo().address())) {
      client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nbegun");
      client.leave(way);
      assertThat(refusal).succeedsWithin(EVENTUALLY).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3E8\r\n"})
  void isRefusedWhileOthersTakeAllTheRoom(String framing) throws Exception {
    var budget = new BodyBudget(BYTES_MAX);
    var server = served.bind((request, client) -> RequestBody.read(served.system(), request, BYTES_MAX, budget)
        .thenApply(body -> HttpResponse.create().withEntity(body.toArray()))
        .exceptionallyCompose(this::refused));
    var half = "x".repeat(BYTES_MAX / 2 + 1);
    try (var slow = RawClient.connect(server.address())) {
      slow.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + framing + half);
      Eventually.eventually("its bytes are there", () -> budget.leftBytes() == BYTES_MAX - half.length());
      assertThat(statusOf(server, half)).isEqualTo(503);
      slow.leave(RawClient.Way.RESET);
      Eventually.eventually("who left gave it back", () -> statusOf(server, half) == 200);
    }
  }

  private static int statusOf(HttpServer server, String body) throws Exception {
    try (var client = RawClient.connect(server.address())) {
      client.send(post(body));
      return Integer.parseInt(client.answer().head().substring(9, 12));
    }
  }

  private static String post(String body) {
    return "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private HttpServer echo() {
    return served.bind((request, client) -> RequestBody.read(served.system(), request, BYTES_MAX)
        .thenApply(body -> HttpResponse.create().withEntity(body.toArray()))
        .exceptionallyCompose(this::refused));
  }

  private CompletionStage<HttpResponse> refused(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (!(cause instanceof RequestBody.Refused refused)) return CompletableFuture.failedStage(failure);
    refusal.complete(refused.response().status().intValue());
    return CompletableFuture.completedStage(refused.response());
  }
}
