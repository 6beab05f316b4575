package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.http.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A client's address")
class ClientAddressTest {
  private static final ClientAddress PEER = from("172.16.0.1");

  @Test
  void isThePeersWhateverItSaysExceptOnFly() {
    assertThat(ClientAddress.of(saying("203.0.113.7"), peer("172.16.0.1"), false)).isEqualTo(PEER);
    assertThat(ClientAddress.of(saying("203.0.113.7"), peer("172.16.0.1"), true)).isEqualTo(from("203.0.113.7"));
    assertThat(ClientAddress.of(saying("2001:db8::7"), peer("172.16.0.1"), true)).isEqualTo(from("2001:db8::1"));
    assertThat(ClientAddress.of(HttpRequest.POST("/run"), peer("172.16.0.1"), true)).isEqualTo(PEER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "203.0.113", "203.0.113.256", "203.0.113.7, 203.0.113.8", "1:2:3", ":::", "fe80::1%lo",
      "203.0.113.7:80", "[2001:db8::7]", "dead.beef"})
  void isThePeersIfFlysHeaderHoldsNone(String told) {
    assertThat(ClientAddress.of(saying(told), peer("172.16.0.1"), true)).isEqualTo(PEER);
  }

  @Test
  void isThePeersIfThereAreTwoOfFlysHeaders() {
    var request = saying("203.0.113.7").addHeader(RawHeader.create("Fly-Client-IP", "203.0.113.8"));
    assertThat(ClientAddress.of(request, peer("172.16.0.1"), true)).isEqualTo(PEER);
  }

  @Test
  void isOneForAllOfANetworkOf64Bits() {
    assertThat(from("2001:db8:1:2::1")).isEqualTo(from("2001:db8:1:2:ffff:ffff:ffff:ffff")).isNotEqualTo(from("2001:db8:1:3::1"));
    assertThat(from("203.0.113.7")).isNotEqualTo(from("203.0.113.8")).isEqualTo(from("::ffff:203.0.113.7"));
    assertThat(from("0.0.0.1")).isNotEqualTo(from("0:0:0:1::"));
  }

  private static ClientAddress from(String address) {
    return ClientAddress.of(HttpRequest.POST("/run"), peer(address), false);
  }

  private static HttpRequest saying(String address) {
    return HttpRequest.POST("/run").addHeader(RawHeader.create("Fly-Client-IP", address));
  }

  private static HttpServer.Client peer(String address) {
    return new HttpServer.Client(new InetSocketAddress(address, 4711), new CompletableFuture<>(), () -> {}, () -> {});
  }
}
