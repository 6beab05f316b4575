package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.typesafe.config.ConfigFactory;
import coordbfaas.auth.KeyPair;
import coordbfaas.auth.RunLimits;
import coordbfaas.auth.WorkerToken;
import coordbfaas.outside.Eventually;
import coordbfaas.outside.Listener;
import coordbfaas.outside.RawClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;

/** A worker machine, its basher an actor on loopback, and what its coordinator can do with it. */
final class Worker implements AutoCloseable {
  static final String MACHINE = "m1";
  static final KeyPair KEYS = KeyPair.generate();
  static final RunLimits LIMITS = new RunLimits(60_000, 1L << 30);
  static final ActorTestKit ACTORS = ActorTestKit.create("workers", ConfigFactory.parseString("pekko.daemonic = on")
      .withFallback(ConfigFactory.load()));

  private static final Duration VALIDITY = Duration.ofSeconds(30);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final JsonMapper JSON = new JsonMapper();

  final ActorRef<Basher.Command> basher;
  private final TestProbe<Basher.Listening> listening = ACTORS.createTestProbe();
  private final TestProbe<Object> end = ACTORS.createTestProbe();
  private final Set<Long> othersProcesses;
  private InetSocketAddress address;

  private Worker(Map<String, String> environment) {
    Contained.sandbox(); // its firewall is no worker's process
    othersProcesses = HostProcesses.ofThisJvm();
    var whole = new HashMap<>(Map.of("FLY_MACHINE_ID", MACHINE, "PUBLIC", KEYS.publicText(), "BIND", "127.0.0.1", "PORT", "0"));
    whole.putAll(environment);
    basher = ACTORS.spawn(Basher.create(BasherSettings.of(whole), listening.ref()), "basher-" + UUID.randomUUID());
  }

  /** A worker that may not listen yet. */
  static Worker booting(Map<String, String> environment) {
    return new Worker(environment);
  }

  /** A worker that waits for its run. */
  static Worker boot() {
    return boot(Map.of());
  }

  static Worker boot(Map<String, String> environment) {
    var worker = booting(environment);
    worker.address = worker.listening.receiveMessage(LONG).address();
    return worker;
  }

  InetSocketAddress address() {
    return address;
  }

  /** What the worker says of itself; on a connection of its own, so that none is left open. */
  JsonNode health() throws Exception {
    try (var client = connect()) {
      client.send("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", new byte[0]);
      assertThat(client.readTo("\r\n\r\n")).startsWith("HTTP/1.1 200 ").contains("application/json", "Worker: " + MACHINE);
      return JSON.readTree(client.readToEnd());
    }
  }

  /** The status of its answer to whoever asks for its health. */
  int healthStatus() throws Exception {
    try (var client = connect()) {
      client.send("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", new byte[0]);
      return Integer.parseInt(client.readTo("\r\n").split(" ")[1]);
    }
  }

  String bootId() throws Exception {
    return health().path("boot").textValue();
  }

  /** A coordinator's token for a body. */
  String token(byte[] body) throws Exception {
    return token(body, LIMITS);
  }

  String token(byte[] body, RunLimits limits) throws Exception {
    return token(body, limits, Instant.now(), VALIDITY);
  }

  String token(byte[] body, RunLimits limits, Instant now, Duration validity) throws Exception {
    return new WorkerToken(MACHINE, "run-1", limits, Optional.of(bootId()), Optional.of(WorkerToken.sha256(body)))
        .sign(KEYS, now, validity).text();
  }

  /** Runs a script to its end. */
  Answer run(String script) throws Exception {
    return run(script, LIMITS);
  }

  Answer run(String script, RunLimits limits) throws Exception {
    var answer = start(script, limits);
    answer.readToEnd();
    return answer;
  }

  /** Runs what a JSON request says, to its end. */
  Answer runJson(Map<String, ?> request) throws Exception {
    var body = JSON.writeValueAsBytes(request);
    var answer = start(body, "application/json", token(body));
    answer.readToEnd();
    return answer;
  }

  /** Begins a run; its answer is there as far as it was read. */
  Answer start(String script) throws Exception {
    return start(script, LIMITS);
  }

  Answer start(String script, RunLimits limits) throws Exception {
    var body = script.getBytes(StandardCharsets.UTF_8);
    return start(body, "application/x-www-form-urlencoded", token(body, limits));
  }

  Answer start(byte[] body, String contentType, String token) throws Exception {
    return Answer.of(HTTP.send(run(body, contentType, token).uri(uri("/run")).build(),
        HttpResponse.BodyHandlers.ofInputStream()));
  }

  /** Runs a script for a reader of packed events; the whole answer. */
  HttpResponse<byte[]> runPacked(String script) throws Exception {
    var body = script.getBytes(StandardCharsets.UTF_8);
    var request = run(body, "application/octet-stream", token(body))
        .header("Accept", "application/vnd.coordbfaas.events, text/event-stream");
    return HTTP.send(request.uri(uri("/run")).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Asserts that a request is refused, and returns the answer. */
  HttpResponse<String> isRefused(int status, String path, HttpRequest.Builder request) throws Exception {
    var answer = HTTP.send(request.uri(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(JSON.readTree(answer.body()).path("status").intValue()).isEqualTo(status);
    return answer;
  }

  /** Asserts that a run is refused, and returns the answer. */
  HttpResponse<String> isRefused(int status, byte[] body, String contentType, String token) throws Exception {
    return isRefused(status, "/run", run(body, contentType, token));
  }

  /** A connection that has sent nothing yet. */
  RawClient connect() throws IOException {
    return RawClient.connect(address);
  }

  /** A connection that has sent a script. */
  RawClient connectAndPost(String script, RunLimits limits) throws Exception {
    var body = script.getBytes(StandardCharsets.UTF_8);
    var token = token(body, limits);
    var client = connect();
    client.send("POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token
        + "\r\nContent-Length: " + body.length + "\r\n\r\n", body);
    return client;
  }

  void stop() {
    basher.tell(new Basher.Stop());
  }

  void freeze() {
    basher.tell(new Basher.Freeze());
  }

  void thaw() {
    basher.tell(new Basher.Thaw());
  }

  /** The processes that are there because of this worker. */
  Set<Long> processes() {
    return HostProcesses.ofThisJvmSince(othersProcesses);
  }

  /** Ends its script's sleep, which lets the script go on. */
  void wakeScript() throws Exception {
    Eventually.eventually("the script sleeps", () -> !HostProcesses.named("sleep", processes()).isEmpty());
    HostProcesses.named("sleep", processes()).forEach(ProcessHandle::destroy);
  }

  /** Waits for the actor's end. Then nothing of the worker is left, at that very moment. */
  void ends() {
    end.expectTerminated(basher, LONG);
    assertThat(processes()).as("processes of an ended worker").isEmpty();
    if (address != null) Listener.isGone(address);
  }

  /** Returns when it has not ended for so long. */
  void goesOnFor(Duration time) {
    assertThatThrownBy(() -> end.expectTerminated(basher, time)).isInstanceOf(AssertionError.class);
  }

  /** Waits until the worker has ended, unless nothing ever reached it: then it is as it was. */
  void endsOrIsFresh() throws Exception {
    if (runsAnother()) close();
    else ends();
  }

  private boolean runsAnother() throws Exception {
    try (var client = connectAndPost("echo fresh", LIMITS)) {
      client.waitsFor(SHORT); // one that came as the port was given up may be neither answered nor closed
      return client.readTo("\r\n").contains(" 200 ");
    } catch (IOException ending) {
      return false;
    }
  }

  /** Nothing was used up: a good token still runs a script. */
  void isStillFresh() throws Exception {
    assertThat(run("echo fresh").stdout()).isEqualTo("fresh\n");
  }

  @Override
  public void close() {
    stop();
    ends();
  }

  private static HttpRequest.Builder run(byte[] body, String contentType, String token) {
    return HttpRequest.newBuilder().header("Content-Type", contentType).header("Authorization", "Bearer " + token)
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + address.getPort() + path);
  }
}
