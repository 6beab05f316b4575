package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.KeyPair;
import coordbfaas.facts.Observer;
import coordbfaas.http.KeptConnections;
import coordbfaas.outside.Eventually;
import coordbfaas.pool.Grant;
import coordbfaas.pool.PoolSupervisor;
import coordbfaas.pool.WorkerName;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;

/** A request whose pool is a probe and whose worker writes its answer by hand. */
abstract class RequestStory {
  static final String TIMING = "Server-Timing: queue;dur=\\d+\\.\\d";
  static final ActorTestKit KIT = ActorTestKit.create();
  static final Duration LONG = Duration.ofSeconds(20);
  static final Duration SHORT = Duration.ofMillis(300);
  static final Duration MIDDLING = Duration.ofMillis(1_500);
  static final Duration PATIENCE = Duration.ofMillis(10);
  static final Grant GRANT = new Grant(new WorkerName("pool", 0), "m1", "b1", 7);

  static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nWorker: m1\r\n";
  static final String CHUNKED = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
  static final String HI = "event: stdout\ndata: \"hi\"\n\n";
  static final String EXIT = "event: exit\ndata: {\"code\":3,\"reason\":\"exited\",\"durationMs\":1}\n\n";

  final TestProbe<PoolSupervisor.Command> pool = KIT.createTestProbe();
  final TestProbe<HttpResponse> client = KIT.createTestProbe();
  final CompletableFuture<Object> clientGone = new CompletableFuture<>();
  final List<FakeWorker> workers = new ArrayList<>();

  AnswerForm form = new AnswerForm.Events();
  long outputBytes = 1L << 40;
  ActorRef<RequestActor.Command> request;
  PoolSupervisor.Allocate allocate;

  @AfterEach
  void closeWorkers() throws IOException {
    for (var worker : workers) worker.close();
  }

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  FakeWorker aWorkerThat(FakeWorker.Answering answering) {
    workers.add(FakeWorker.that(answering));
    return workers.getLast();
  }

  void begins(Duration time, FakeWorker worker) {
    begins(time, worker.address());
  }

  void begins(Duration time, URI worker) {
    begins(time, worker, ByteString.fromString("echo hi"));
  }

  void begins(Duration time, URI worker, ByteString body) {
    var order = new RunOrder("r1", body, false, form, time, System.nanoTime());
    var with = new RequestActor.Surroundings(pool.getRef(), "pool",
        new KeptConnections(KIT.system(), worker, Duration.ofSeconds(1)), KeyPair.generate(), PATIENCE, outputBytes, Observer.NONE);
    request = KIT.spawn(RequestActor.create(order, with, clientGone, client.getRef()));
    allocate = poolHears(PoolSupervisor.Allocate.class);
  }

  void isGranted(Duration time, FakeWorker worker) {
    begins(time, worker);
    allocate.replyTo().tell(new PoolSupervisor.Granted(GRANT));
  }

  <T extends PoolSupervisor.Command> T poolHears(Class<T> message) {
    return pool.expectMessageClass(message, LONG);
  }

  HttpResponse isAnswered(int status) {
    var answer = client.receiveMessage(LONG);
    assertThat(answer.status().intValue()).isEqualTo(status);
    if (status != 200) assertThat(answer.entity().getContentType().toString()).isEqualTo("application/problem+json");
    assertThat(header(answer, "Coord")).contains("pool");
    assertThat(header(answer, "Run")).contains("r1");
    return answer;
  }

  void isFreedOnce() {
    assertThat(poolHears(PoolSupervisor.Free.class).grant()).isEqualTo(GRANT);
    isOverWithoutAFree();
  }

  /** The actor has ended, its last word is with the pool, and nothing else was said to pool or client. */
  void isOverWithoutAFree() {
    pool.expectTerminated(request, LONG);
    pool.expectNoMessage(Duration.ofMillis(50));
    if (!clientGone.isDone()) client.expectNoMessage(Duration.ofMillis(20));
  }

  static Optional<String> header(HttpResponse answer, String name) {
    return answer.getHeader(name).map(header -> header.value());
  }

  static String read(HttpResponse answer) {
    return Eventually.await(answer.entity().getDataBytes()
        .runFold(ByteString.emptyByteString(), ByteString::concat, KIT.system())).utf8String();
  }
}
