package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.RawClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A worker's server")
@Timeout(60)
class BasherHttpTest {
  private final Worker worker = Worker.boot(Map.of("MAXBODY", "1000", "READTIMEOUT", "300ms"));

  @AfterEach
  void leavesNothing() throws Exception {
    worker.isStillFresh();
    worker.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/run/", "/RUN", "/health/x", "/run%2F", "//run"})
  void knowsNoOtherPath(String path) throws Exception {
    worker.isRefused(404, path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString("echo hi")));
  }

  @ParameterizedTest
  @CsvSource({"GET, /run, POST", "PUT, /run, POST", "DELETE, /run, POST", "OPTIONS, /run, POST", "POST, /health, GET",
      "DELETE, /health, GET"})
  void knowsNoOtherMethod(String method, String path, String allowed) throws Exception {
    var answer = worker.isRefused(405, path, HttpRequest.newBuilder().method(method, HttpRequest.BodyPublishers.noBody()));
    assertThat(answer.headers().firstValue("Allow")).contains(allowed);
  }

  @Test
  void takesNoBodyBeyondItsLimit() throws Exception {
    try (var client = beginsARun(worker.token(new byte[1001]), 1001)) {
      assertThat(client.readTo("\r\n\r\n")).startsWith("HTTP/1.1 413 ").contains("application/problem+json");
    }
  }

  @Test
  void takesABodyOfItsLimit() throws Exception {
    var body = "x".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    worker.isRefused(401, body, "text/plain", "x"); // that is, for its token
  }

  @Test
  void waitsForABodyNoLongerThanItsTimeout() throws Exception {
    try (var client = beginsARun(worker.token(new byte[10]), 10).send("echo")) {
      assertThat(client.readTo("\r\n\r\n")).startsWith("HTTP/1.1 408 ").contains("application/problem+json");
    }
  }

  @Test
  void refusesABadTokenBeforeAnyOfTheBodyCame() throws Exception {
    try (var client = beginsARun("x", 1000)) {
      assertThat(client.readTo("\r\n\r\n")).startsWith("HTTP/1.1 401 ").contains("application/problem+json");
    }
  }

  /** A connection that has sent the head of a run, and nothing of its body. */
  private RawClient beginsARun(String token, int bodyBytes) throws Exception {
    return worker.connect().send("POST /run HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
        + "\r\nContent-Length: " + bodyBytes + "\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "Host: localhost\r\nOrigin: http://evil.example", "Host: localhost\r\nOrigin: null",
      "Host: localhost\r\nOrigin: https://localhost", "Host: localhost\r\nOrigin: http://localhost:1",
      "Host: localhost\r\nSec-Fetch-Site: cross-site", "Host: localhost\r\nSec-Fetch-Site: same-site",
      "Host: evil.example", "Host: evil.example:8001", "Host: 127.0.0.1.evil.example", "Host: 10.0.0.1"})
  void refusesWhatAWebPageMayHaveSent(String headers) throws Exception {
    for (var request : new String[] {"POST /run", "GET /health"}) {
      try (var client = worker.connect()) {
        client.send(request + " HTTP/1.1\r\n" + headers + "\r\nContent-Length: 0\r\n\r\n", new byte[0]);
        assertThat(client.readTo("\r\n\r\n")).startsWith("HTTP/1.1 403 ").contains("application/problem+json");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host: localhost\r\nSec-Fetch-Site: same-origin",
      "Host: 127.0.0.1:8001\r\nOrigin: http://127.0.0.1:8001", "Host: [::1]\r\nSec-Fetch-Site: none"})
  void answersThisComputersOwnPrograms(String headers) throws Exception {
    try (var client = worker.connect()) {
      client.send("GET /health HTTP/1.1\r\n" + headers + "\r\n\r\n", new byte[0]);
      assertThat(client.readTo("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST /run HTTP/9.9\r\n\r\n", "GET /health HTTP/1.1\r\n\r\n",
      "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"})
  void refusesWhatIsNoHttp(String bytes) throws Exception {
    try (var client = worker.connect()) {
      client.send(bytes, new byte[0]);
      assertThat(client.readTo("\r\n\r\n")).matches("(?s)HTTP/1.1 (400|403|505) .*").contains("application/problem+json");
    }
  }
}
