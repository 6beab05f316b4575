package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The network policies of an app")
@Timeout(60)
class NetworkPoliciesTest {
  private static final MachinesSettings.Manner MANNER =
      new MachinesSettings.Manner(Duration.ofSeconds(10), Duration.ofSeconds(20), Pace.OFF);

  @ParameterizedTest
  @ValueSource(strings = {
      "[{\"id\":\"p1\",\"name\":\"coordbfaas\"}]", "{\"network_policies\":[{\"name\":\"x\"}]}", "{\"data\":{\"policies\":[\"p1\"]}}"})
  void areThereWhateverTheListIsCalled(String body) {
    assertThat(seen(200, body)).isEqualTo(new NetworkPolicies.Some());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "{}", "{\"network_policies\":[]}", "{\"network_policies\":null,\"next\":\"\"}", ""})
  void areMissingWhenTheApiSaysSo(String body) {
    assertThat(seen(200, body)).isEqualTo(new NetworkPolicies.None());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      403 | {"error":"unauthorized"} | status 403
      404 | {"error":"not found"}    | status 404
      200 | <html>                   | no JSON""")
  void areNotKnownToBeMissingWhenItSaysSomethingElse(int status, String body, String why) {
    assertThat(seen(status, body)).isEqualTo(new NetworkPolicies.Unknown(why));
  }

  @Test
  void areAskedForWithTheToken() throws Exception {
    var asked = new CompletableFuture<String>();
    var api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.createContext("/", exchange -> {
      asked.complete(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
          + exchange.getRequestHeaders().getFirst("Authorization"));
      exchange.sendResponseHeaders(200, 2);
      exchange.getResponseBody().write("[]".getBytes(StandardCharsets.UTF_8));
      exchange.close();
    });
    api.start();
    var kit = ActorTestKit.create();
    try {
      var url = URI.create("http://127.0.0.1:" + api.getAddress().getPort());
      var settings = new MachinesSettings(url, "app", new FlyToken("FlyV1 fm2_t"), "", MANNER);
      assertThat(NetworkPolicies.of(kit.system(), settings).toCompletableFuture().get()).isEqualTo(new NetworkPolicies.None());
      assertThat(asked.get()).isEqualTo("GET /v1/apps/app/network_policies/ FlyV1 fm2_t");
    } finally {
      kit.shutdownTestKit();
      api.stop(0);
    }
  }

  @Test
  void areNotKnownWhenNobodyAnswers() throws Exception {
    var kit = ActorTestKit.create();
    try {
      var settings = new MachinesSettings(URI.create("http://127.0.0.1:1"), "app", new FlyToken("t"), "", MANNER);
      assertThat(NetworkPolicies.of(kit.system(), settings).toCompletableFuture().get())
          .isEqualTo(new NetworkPolicies.Unknown("NotConnected"));
    } finally {
      kit.shutdownTestKit();
    }
  }

  private static NetworkPolicies.Seen seen(int status, String body) {
    return NetworkPolicies.in(status, ByteString.fromString(body), new ObjectMapper());
  }
}
