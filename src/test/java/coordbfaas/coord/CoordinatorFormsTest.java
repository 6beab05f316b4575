package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import coordbfaas.outside.RawClient;
import coordbfaas.program.RunProcesses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms of an answer, byte by byte on a socket. */
@DisplayName("A coordinator answers")
@Timeout(120)
class CoordinatorFormsTest {
  private static final int OUTPUT_MAX = 3_000_000;
  private static final JsonMapper JSON = new JsonMapper();

  private static ACoordinator coordinator;

  private final RunProcesses processes = RunProcesses.ofARun();

  @BeforeAll
  static void start() {
    coordinator = ACoordinator.with(Map.of("POOLSIZE", "2", "MAXREQTIME", "1m", "QUEUETIME", "30s",
        "MAXOUTPUT", Integer.toString(OUTPUT_MAX)));
  }

  @AfterAll
  static void end() {
    coordinator.close();
  }

  @Nested
  @DisplayName("with bare bytes")
  class WithBareBytes {
    @Test
    void asTheContractShows() throws IOException {
      try (var client = ask("/run?raw=1", "HTTP/1.1", "printf 'a\\0\\377'; exit 3")) {
        assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\nContent-Type: application/octet-stream\r\n",
            "\r\nTransfer-Encoding: chunked\r\n", "\r\nTrailer: Exit-Code, Exit-Reason\r\n", "\r\nWorker: ", "\r\nCoord: local\r\n",
            "\r\nRun: ", "\r\nCache-Control: no-store\r\n", "\r\nX-Accel-Buffering: no\r\n");
        assertThat(client.readTo("\r\n0\r\n")).isEqualTo("3\r\na\0\u00ff\r\n0\r\n");
        assertThat(client.readTo("\r\n\r\n")).isEqualTo("Exit-Code: 3\r\nExit-Reason: exited\r\n\r\n");
      }
    }

    @Test
    void ofBothOutputsAsTheyCome() throws IOException {
      try (var client = ask("/run?raw=1", "HTTP/1.1", "echo out; " + processes.sleepQuietly() + "; echo err >&2")) {
        client.readTo("\r\n\r\n4\r\nout\n\r\n");
        processes.wakeUp(); // the script gets no further before somebody has read what it wrote
        assertThat(client.readTo("\r\n\r\n")).isEqualTo("4\r\nerr\n\r\n0\r\nExit-Code: 0\r\nExit-Reason: exited\r\n\r\n");
      }
    }

    @Test
    void andResetsTheConnectionAtTheDeadline() throws IOException {
      try (var client = ask("/run?raw=1&timeout=1s", "HTTP/1.1", "echo x; " + processes.sleep())) {
        assertThat(client.readToReset()).endsWith("\r\n\r\n2\r\nx\n\r\n");
        processes.areGone();
      }
    }

    @Test
    void andTellsTheDeadlineToAClientThatReadsTrailers() throws IOException {
      try (var client = ask("/run?raw=1&timeout=1s", "HTTP/1.1", "echo x; " + processes.sleep(), "TE: trailers")) {
        client.head();
        assertThat(client.readTo("\r\n\r\n")).isEqualTo("2\r\nx\n\r\n0\r\nExit-Code: 124\r\nExit-Reason: deadline\r\n\r\n");
      }
    }

    @Test
    void andTellsThatTheOutputWasTooMuch() throws IOException {
      try (var client = ask("/run?raw=1", "HTTP/1.1", "yes")) {
        client.head();
        assertThat(client.readTo("\r\n0\r\n").chars().filter(letter -> letter == 'y').count()).isEqualTo(OUTPUT_MAX / 2);
        assertThat(client.readTo("\r\n\r\n")).isEqualTo("Exit-Code: 125\r\nExit-Reason: output-limit\r\n\r\n");
      }
    }

    @Test
    void toTheConnectionsEndOverHttp10() throws IOException {
      try (var client = ask("/run?raw=1", "HTTP/1.0", "echo x; exit 3")) {
        assertThat(client.head()).doesNotContain("Trailer", "Transfer-Encoding");
        assertThat(client.readToEnd()).isEqualTo("x\n");
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo x; sleep 1000", "echo x; yes"})
    void andResetsTheConnectionOverHttp10WhenTheRunWasCutShort(String script) throws IOException {
      try (var client = ask("/run?raw=1&timeout=1s", "HTTP/1.0", script)) {
        assertThat(client.readToReset()).contains("\r\n\r\nx\n");
      }
    }
  }

  @Nested
  @DisplayName("with one document")
  class WithOneDocument {
    @Test
    void asTheContractShows() throws IOException {
      try (var client = ask("/run", "HTTP/1.1", "echo hi; echo err >&2; exit 3", "Accept: application/json")) {
        assertThat(client.head()).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\nContent-Type: application/json\r\n",
            "\r\nWorker: ", "\r\nCoord: local\r\n", "\r\nRun: ", "\r\nCache-Control: no-store\r\n", "\r\nX-Accel-Buffering: no\r\n");
      }
      assertThat(document("echo hi; echo err >&2; exit 3").toString()).matches(
          "\\{\"stdout\":\"hi\\\\n\",\"stderr\":\"err\\\\n\",\"code\":3,\"reason\":\"exited\",\"truncated\":false,\"durationMs\":\\d+"
              + ",\"usage\":\\{\"cpuMs\":\\d+,\"maxRssKb\":\\d+}}");
    }

    @Test
    void thatTellsASignal() throws IOException {
      assertThat(document("kill -9 $$").toString()).matches("\\{\"stdout\":\"\",\"stderr\":\"\",\"code\":137,"
          + "\"reason\":\"signaled\",\"signal\":\"SIGKILL\",\"truncated\":false,\"durationMs\":\\d+"
              + ",\"usage\":\\{\"cpuMs\":\\d+,\"maxRssKb\":\\d+}}");
    }

    @Test
    void thatHoldsMoreThanIsKeptInMemory() throws IOException {
      var lines = new StringBuilder();
      for (var line = 1; line <= 200_000; line++) lines.append(line).append('\n');
      var document = document("seq 1 200000; head -c 1000000 /dev/zero >&2");
      assertThat(document.path("stdout").textValue().contentEquals(lines)).isTrue();
      assertThat(document.path("stderr").textValue().length()).isEqualTo(1_000_000);
      assertThat(document.path("truncated").booleanValue()).isFalse();
    }

    @Test
    void inWhichBytesThatAreNotTextAreBase64() throws IOException {
      var document = document("for i in {1..50000}; do printf 'ab\\377\\0'; done; printf ä >&2");
      var expected = ByteString.fromInts('a', 'b', 0xFF, 0).toArray();
      var bytes = document.path("stdout").path("base64").binaryValue();
      assertThat(bytes).hasSize(200_000);
      for (var at = 0; at < bytes.length; at++) if (bytes[at] != expected[at % 4]) assertThat(at).as("as written").isNegative();
      assertThat(document.path("stderr").textValue()).isEqualTo("ä");
    }

    @Test
    void thatSaysItIsTruncatedAtTheLimitAndBreaksNoCharacterThere() throws IOException {
      var document = document("printf x; yes ä | tr -d '\\n'"); // the limit falls into an ä
      assertThat(document.path("reason").textValue()).isEqualTo("output-limit");
      assertThat(document.path("truncated").booleanValue()).isTrue();
      assertThat(document.path("stdout").textValue()).isEqualTo("x" + "ä".repeat((OUTPUT_MAX - 1) / 2));
    }

    @Test
    void thatSaysItIsTruncatedAtTheDeadline() throws IOException {
      var document = document("/run?timeout=1s", "echo x; " + processes.sleep());
      assertThat(document.path("stdout").textValue()).isEqualTo("x\n");
      assertThat(document.path("code").intValue()).isEqualTo(124);
      assertThat(document.path("truncated").booleanValue()).isTrue();
      assertThat(document.path("durationMs").longValue()).isGreaterThanOrEqualTo(1_000);
    }

    private JsonNode document(String script) throws IOException {
      return document("/run", script);
    }

    private JsonNode document(String target, String script) throws IOException {
      try (var client = ask(target, "HTTP/1.0", script, "Accept: application/json")) {
        client.head();
        return JSON.readTree(client.readToEnd());
      }
    }
  }

  @Nested
  @DisplayName("a client that waits")
  class AClientThatWaits {
    /** The goal: no proxy on the way takes a silent run for a dead one. All three forms wait at the same time. */
    @Test
    void withASignOfLifeAfterTenQuietSecondsButNotAmongBareBytes() throws IOException {
      var start = System.nanoTime();
      try (var events = ask("/run", "HTTP/1.1", processes.sleep());
          var document = ask("/run", "HTTP/1.1", processes.sleep(), "Accept: application/json")) {
        events.head();
        document.head();
        assertThat(events.readTo("\n\n\r\n")).isEqualTo("8\r\n: ping\n\n\r\n");
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(10_000_000_000L);
        assertThat(document.readTo("\r\n\n\r\n")).isEqualTo("1\r\n\n\r\n");
        processes.wakeUp();
        assertThat(document.readTo("\r\n0\r\n")).contains("{\"stdout\":");
      }
    }
  }

  /** A client that has sent a script. */
  private static RawClient ask(String target, String protocol, String script, String... headers) throws IOException {
    var more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    return RawClient.connect(coordinator.address()).send("POST " + target + " " + protocol + "\r\nHost: 127.0.0.1:"
        + coordinator.address().getPort() + "\r\nContent-Length: " + script.getBytes(StandardCharsets.UTF_8).length + "\r\n" + more + "\r\n" + script);
  }
}
