package coordbfaas.http;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.RawClient;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The guard against web pages")
class WebPageGuardTest {
  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:8000", "LocalHost:8000", "127.0.0.1", "127.0.0.1:8000", "127.1.2.3:1", "[::1]",
      "[::1]:8000"})
  void letsProgramsOfThisComputerIn(String host) {
    isLetIn("Host: " + host);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1.nip.io:8000",
      "evil.localhost:8000",
      "notlocalhost", "localhost.", "10.0.0.1:8000", "0.0.0.0:8000", "192.168.1.2", "128.0.0.1", "127.0.0", "127.1",
      "2130706433", "0x7f000001",
      "[::]:8000", "[::2]", "[::ffff:7f00:1]", "[fdaa::1]:8000"})
  void refusesANameThatItsOwnerMayPointHere(String host) {
    isRefused("Host header", "Host: " + host);
  }

  @Test
  void refusesWhoeverNamesNoHost() {
    isRefused("Host header");
  }

  @ParameterizedTest
  @CsvSource({
      "localhost:8000, http://localhost:8000", "localhost, http://localhost", "127.0.0.1:8000, http://127.0.0.1:8000",
      "[::1]:8000, http://[::1]:8000",
      "LOCALHOST:8000, http://localhost:8000"})
  void letsAPageOfOurOwnIn(String host, String origin) {
    isLetIn("Host: " + host, "Origin: " + origin, "Sec-Fetch-Site: same-origin");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "null", "http://evil.example", "https://localhost:8000", "http://localhost", "http://localhost:8001",
      "http://localhost:80000", "http://127.0.0.1:8000",
      "http://localhost:8000.evil.example", "http://localhost:8000/", "http://localhost:8000@evil.example",
      "http://evil.example:8000", "file://",
      "chrome-extension://abcdef", "localhost:8000", "http://localhost:8000 http://evil.example",
      "http://evil.example http://localhost:8000"})
  void refusesAPageFromElsewhere(String origin) {
    isRefused("Origin", "Host: localhost:8000", "Origin: " + origin);
    isRefused("Origin", "Host: localhost:8000", "Origin: " + origin, "Sec-Fetch-Site: same-origin");
  }

  @Test
  void refusesASecondOrigin() {
    isRefused("Origin", "Host: localhost:8000", "Origin: http://localhost:8000", "Origin: http://evil.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"same-origin", "none"})
  void letsInWhatTheUserOrOurOwnPageAskedFor(String site) {
    isLetIn("Host: localhost:8000", "Sec-Fetch-Site: " + site);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site", "Same-Origin", "none, cross-site", "other"})
  void refusesWhatAnotherSiteAskedFor(String site) {
    isRefused("Sec-Fetch-Site", "Host: localhost:8000", "Sec-Fetch-Site: " + site);
    isRefused("Sec-Fetch-Site", "Host: localhost:8000", "Origin: http://localhost:8000", "Sec-Fetch-Site: " + site);
  }

  /** The headers as the server's own parser makes them. */
  @Nested
  @DisplayName("of a server")
  class OfAServer {
    @RegisterExtension
    final Served served = new Served();

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "200 | Host: localhost:PORT", "200 | Host: 127.0.0.1:PORT", "200 | Host: [::1]:PORT", "200 | host: LOCALHOST:PORT",
        "200 | Host: localhost:PORT;Origin: http://localhost:PORT", "200 | Host: localhost:PORT;Sec-Fetch-Site: none",
        "200 | Host: localhost;Origin: http://localhost",
        "403 | Host: evil.example:PORT", "403 | Host: localhost:PORT;Origin: null",
        "403 | Host: localhost:PORT;Origin: http://localhost",
        "403 | Host: localhost:PORT;Origin: http://127.0.0.1:PORT", "403 | Host: localhost:PORT;Origin: https://localhost:PORT",
        "403 | Host: localhost:PORT;ORIGIN: http://evil.example",
        "403 | Host: localhost:PORT;Origin: http://localhost:PORT http://evil.example",
        "403 | Host: localhost:PORT;Origin: moz-extension://x", "403 | Host: localhost:PORT;Origin: ???",
        "403 | Host: localhost:PORT;Origin:",
        "403 | Host: localhost:PORT;Sec-Fetch-Site: cross-site", "403 | Host: localhost:PORT;sec-fetch-site: same-site",
        "400 | Host:",
        "403 | Host: localhost:PORT;Origin: http://localhost:PORT;Origin: http://evil.example"})
    void letsInTheSame(int status, String headers) throws Exception {
      var server = served.bind((request, client) -> CompletableFuture.completedStage(
          WebPageGuard.refusal(request).map(why -> Problem.response(403, why)).orElse(HttpResponse.create())));
      var lines = headers.replace("PORT", "" + server.address().getPort()).replace(";", "\r\n");
      try (var client = RawClient.connect(server.address())
          .send("POST /run HTTP/1.1\r\n" + lines + "\r\nContent-Length: 0\r\n\r\n")) {
        assertThat(client.head()).startsWith("HTTP/1.1 " + status + " ");
      }
    }
  }

  private static void isLetIn(String... headers) {
    assertThat(WebPageGuard.refusal(request(headers))).isEmpty();
  }

  private static void isRefused(String why, String... headers) {
    assertThat(WebPageGuard.refusal(request(headers))).hasValueSatisfying(refusal -> assertThat(refusal).contains(why));
  }

  private static HttpRequest request(String... headers) {
    return HttpRequest.POST("/run").addHeaders(Stream.of(headers).map(header -> header.split(":", 2))
        .map(parts -> HttpHeader.parse(parts[0], parts[1].strip())).toList());
  }
}
