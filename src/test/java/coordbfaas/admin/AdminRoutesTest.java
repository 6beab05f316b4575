package coordbfaas.admin;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.Fact;
import coordbfaas.http.HttpServer;
import coordbfaas.outside.Eventually;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The admin port's routes")
class AdminRoutesTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final HttpServer.Client CLIENT =
      new HttpServer.Client(new InetSocketAddress("127.0.0.1", 1), new CompletableFuture<>(), () -> {}, () -> {});

  private final List<HttpRequest> runs = new ArrayList<>();

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Nested
  @DisplayName("beyond loopback")
  class BeyondLoopback {
    private final AdminRoutes routes = routesAt("0.0.0.0");

    @ParameterizedTest
    @CsvSource({
        "/metrics, coord.internal:9091, 200", "/health, coord:9091, 200", "/ready, coord:9091, 503", "/metrics, '', 200",
        "/pool, coord:9091, 403", "/, coord:9091, 403", "/status.js, evil.example, 403", "/pool, '', 403",
        "/pool, [fdaa:0:1::2]:9091, 200", "/pool, 10.1.2.3:9091, 200", "/, localhost:9091, 200",
        "/pool, 10.1.2.3.evil.example, 403", "/pool, [fdaa::1].evil.example, 403"})
    void tellScrapersByAnyNameAndPeopleByAddressAlone(String path, String host, int status) {
      assertThat(status(routes, HttpRequest.GET(path).addHeader(RawHeader.create("Host", host)))).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"GET, /metrics", "GET, /ready", "GET, /pool", "POST, /run"})
    void keepPagesFromElsewhereOut(String method, String path) {
      for (var header : List.of(RawHeader.create("Origin", "http://10.1.2.4:9091"), RawHeader.create("Sec-Fetch-Site", "same-site")))
        assertThat(status(routes, (method.equals("GET") ? HttpRequest.GET(path) : HttpRequest.POST(path))
            .addHeader(RawHeader.create("Host", "10.1.2.3:9091")).addHeader(header))).isEqualTo(403);
      assertThat(runs).isEmpty();
    }
  }

  @Test
  void haveARunCountAsNobodyElsesAndServedHere() {
    var request = HttpRequest.POST("/run").withEntity("true").addHeader(RawHeader.create("Host", "localhost:9091"))
        .addHeader(RawHeader.create("Fly-Client-IP", "192.0.2.1"));
    assertThat(status(routesAt("127.0.0.1"), request)).isEqualTo(200);
    assertThat(runs).hasSize(1);
    assertThat(runs.getFirst().getHeader("Fly-Client-IP")).isEmpty();
    assertThat(runs.getFirst().getHeader("fly-replay-failed")).isPresent();
  }

  @Test
  void becomeReadyWithTheFactsThatTheyAreTold() {
    var meters = new Meters(new PoolView.About("pool", "instance", 1));
    var observatory = KIT.spawn(Observatory.create(new PoolView.About("pool", "instance", 1), meters, InstantSource.system()));
    var routes = new AdminRoutes(KIT.system(), observatory, meters, this::run, new AdminSettings("127.0.0.1", 0));
    var ready = HttpRequest.GET("/ready").addHeader(RawHeader.create("Host", "localhost"));
    assertThat(status(routes, ready)).isEqualTo(503);
    for (var fact : List.of(new Fact.Serving(), new Fact.PoolBecame(Fact.PoolPhase.OPEN)))
      observatory.tell(new Observatory.Saw(fact, Boards.START));
    assertThat(status(routes, ready)).isEqualTo(200);
  }

  private AdminRoutes routesAt(String bind) {
    var about = new PoolView.About("pool", "instance", 1);
    var meters = new Meters(about);
    return new AdminRoutes(KIT.system(), KIT.spawn(Observatory.create(about, meters, InstantSource.system())), meters, this::run,
        new AdminSettings(bind, 0));
  }

  private CompletableFuture<HttpResponse> run(HttpRequest request, HttpServer.Client client) {
    runs.add(request);
    return CompletableFuture.completedFuture(HttpResponse.create());
  }

  private static int status(AdminRoutes routes, HttpRequest request) {
    return Eventually.await(routes.handle(request, CLIENT)).status().intValue();
  }
}
