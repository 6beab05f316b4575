package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import coordbfaas.http.KeptConnections;
import coordbfaas.pool.WorkerHealth.Healthy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Asked over HTTP for its health, a worker")
class HttpWorkerHealthTest {
  private static ActorTestKit system;

  /** The paths that were asked for, and the machine that each meant. */
  private final BlockingQueue<List<String>> asked = new LinkedBlockingQueue<>();

  /** The client's port of each request. */
  private final BlockingQueue<Integer> ports = new LinkedBlockingQueue<>();
  private HttpServer worker;
  private KeptConnections workers;
  private HttpWorkerHealth health;

  @BeforeAll
  static void opens() {
    system = ActorTestKit.create("worker-health");
  }

  @AfterAll
  static void closes() {
    system.shutdownTestKit();
  }

  @BeforeEach
  void boots() throws IOException {
    worker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    worker.start();
    workers = new KeptConnections(
        system.system(), URI.create("http://127.0.0.1:" + worker.getAddress().getPort()), Duration.ofHours(1));
    health = new HttpWorkerHealth(system.system(), workers);
  }

  @AfterEach
  void stops() {
    worker.stop(0);
  }

  @Test
  void isMeantByItsMachinesId() throws Exception {
    answers(200, "{\"machine\":\"m1\",\"boot\":\"b1\"}");
    checkUntilHealthy();
    assertThat(asked.poll(5, TimeUnit.SECONDS)).isEqualTo(List.of("/health", "m1"));
  }

  /** Its run need not wait for one then. */
  @Test
  void keepsTheConnectionForItsRunAndForNobodyElse() throws Exception {
    answers(200, "{\"machine\":\"m1\",\"boot\":\"b1\"}");
    checkUntilHealthy();
    var askedOn = ports.poll(5, TimeUnit.SECONDS);
    ports.clear();
    assertThat(portOfARunOn("m2")).isNotEqualTo(askedOn);
    assertThat(portOfARunOn("m1")).isEqualTo(askedOn);
  }

  @Test
  void keepsNoConnectionWhenItIsToBeStopped() throws Exception {
    answers(200, "{\"machine\":\"m1\",\"boot\":\"b1\"}");
    checkUntilHealthy();
    health.forget("m1");
    var askedOn = ports.poll(5, TimeUnit.SECONDS);
    ports.clear();
    assertThat(portOfARunOn("m1")).isNotEqualTo(askedOn);
  }

  private int portOfARunOn(String machine) throws Exception {
    var request = HttpRequest.POST("/run").addHeader(RawHeader.create("fly-force-instance-id", machine));
    var exchange = workers.send(machine, () -> request, Duration.ofSeconds(5));
    exchange.response().toCompletableFuture().get(30, TimeUnit.SECONDS);
    exchange.cut();
    return ports.poll(5, TimeUnit.SECONDS);
  }

  @Test
  void tellsItsMachineAndItsBoot() throws Exception {
    answers(200, "{\"machine\":\"m1\",\"boot\":\"b1\"}");
    assertThat(checkUntilHealthy()).isEqualTo(new Healthy("m1", "b1"));
  }

  @ParameterizedTest
  @CsvSource({"503", "500", "404", "204", "301"})
  void isNotHealthyWithAnotherStatus(int status) {
    answers(status, status == 204 ? "" : "{\"machine\":\"m1\",\"boot\":\"b1\"}");
    isNotHealthy();
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "null", "{}", "[]", "\"ok\"", "ok", "{\"machine\":\"m1\"}", "{\"boot\":\"b1\"}", "{\"machine\":null,\"boot\":null}"})
  void isNotHealthyWithAnotherAnswer(String body) {
    answers(200, body);
    isNotHealthy();
  }

  @Test
  void isNotHealthyWithoutAnEndOfItsAnswer() {
    answers(200, "{\"machine\":\"m1\",\"boot\":\"" + "b".repeat(1 << 16) + "\"}");
    isNotHealthy();
  }

  @Test
  void isNotHealthyWhenNobodyListens() {
    worker.stop(0);
    isNotHealthy();
  }

  private void answers(int status, String body) {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    worker.createContext("/", exchange -> {
      ports.add(exchange.getRemoteAddress().getPort());
      asked.add(List.of(exchange.getRequestURI().toString(), exchange.getRequestHeaders().getFirst("fly-force-instance-id")));
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    });
  }

  private Healthy check() throws Exception {
    return health.check("m1").toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  /** Asked again as a pool does: the first exchange of a JVM may take longer than a worker is given. */
  private Healthy checkUntilHealthy() throws Exception {
    for (var tries = 0; tries < 10; tries++) {
      try {
        return check();
      } catch (ExecutionException notYet) {
        assertThat(notYet).hasCauseInstanceOf(TimeoutException.class);
      }
    }
    return check();
  }

  private void isNotHealthy() {
    assertThatExceptionOfType(ExecutionException.class).isThrownBy(this::check);
  }
}
