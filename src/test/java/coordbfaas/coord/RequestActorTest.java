package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.pool.PoolSupervisor;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A request")
@Timeout(60)
class RequestActorTest extends RequestStory {
  @Nested
  @DisplayName("that waits for a worker")
  class ThatWaits {
    @Test
    void asksThePoolOnceWithTheTimeThatItHas() {
      begins(LONG, aWorkerThat(connection -> {}));
      assertThat(allocate.timeLeft()).isPositive().isLessThanOrEqualTo(LONG);
      assertThat(allocate.run()).isEqualTo("r1");
      clientGone.complete(null);
      poolHears(PoolSupervisor.Withdraw.class);
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhyItIsRefusedAndWhenToComeAgain(PoolSupervisor.Reason reason) {
      begins(LONG, aWorkerThat(connection -> {}));
      allocate.replyTo().tell(new PoolSupervisor.Refused(reason, Duration.ofSeconds(17)));
      var answer = isAnswered(503);
      assertThat(header(answer, "Retry-After")).contains("17");
      isOverWithoutAFree();
    }

    @Test
    void withdrawsAtItsDeadlineAndNotBefore() {
      var start = System.nanoTime();
      begins(SHORT, aWorkerThat(connection -> {}));
      isAnswered(504);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.plus(PATIENCE).toNanos());
      assertThat(poolHears(PoolSupervisor.Withdraw.class).requester()).isEqualTo(allocate.requester());
      isOverWithoutAFree();
    }

    @Test
    void withdrawsWhenItsClientLeaves() {
      begins(LONG, aWorkerThat(connection -> {}));
      clientGone.complete(null);
      assertThat(poolHears(PoolSupervisor.Withdraw.class).requester()).isEqualTo(allocate.requester());
      isOverWithoutAFree();
    }

    @Test
    void withdrawsWhenItsClientHadLeftBeforeItBegan() {
      clientGone.complete(null);
      begins(LONG, aWorkerThat(connection -> {}));
      poolHears(PoolSupervisor.Withdraw.class);
      isOverWithoutAFree();
    }
  }

  @Nested
  @DisplayName("that has asked its worker")
  class ThatHasAsked {
    @Test
    void sendsTheScriptToTheMachineOfItsGrantAlone() {
      var worker = aWorkerThat(connection -> connection.say(CHUNKED).chunk(EXIT));
      isGranted(LONG, worker);
      isAnswered(200);
      assertThat(worker.requests()).singleElement().asString()
          .startsWith("POST /run HTTP/1.1\r\n").contains("\r\nfly-force-instance-id: m1\r\n", "\r\nAuthorization: Bearer ey")
          .endsWith("\r\n\r\necho hi");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "HTTP/1.1 401 Unauthorized\r\nWorker: m1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 409 Conflict\r\nWorker: m1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 Internal Server Error\r\nWorker: m1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nWorker: m1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nWorker: m2\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nWorker: m1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nWorker: m1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nWorker: m1\r\nWorker: m2\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 Unauthorized\r\nWorker: m1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nWorker: m1\r\n\r\n", "HTTP/1.1 999 What\r\nWorker: m1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nWorker: m1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n"})
    void isABadGatewayWhenTheAnswerIsNoRuns(String answer) {
      var worker = aWorkerThat(connection -> connection.say(answer));
      isGranted(LONG, worker);
      isAnswered(502);
      isFreedOnce();
      worker.isLeft();
      worker.wasAskedOnce();
    }

    @Test
    void isABadGatewayWhenTheWorkerHangsUp() {
      var worker = aWorkerThat(FakeWorker.Connection::close);
      isGranted(LONG, worker);
      isAnswered(502);
      isFreedOnce();
      worker.wasAskedOnce();
    }

    @Test
    void isABadGatewayWhenTheWorkersHeadersNeverEnd() {
      var worker = aWorkerThat(connection -> {
        connection.say("HTTP/1.1 200 OK\r\n");
        while (true) connection.say("X: " + "x".repeat(5_000) + "\r\n");
      });
      isGranted(LONG, worker);
      isAnswered(502);
      isFreedOnce();
      worker.isLeft();
    }

    @Test
    void isABadGatewayWhenNobodyListens() throws IOException {
      var closed = aWorkerThat(connection -> {});
      closed.close();
      isGranted(LONG, closed);
      isAnswered(502);
      isFreedOnce();
    }

    @Test
    void isAGatewayTimeoutAtTheDeadlineAndNotBefore() {
      var start = System.nanoTime();
      var worker = aWorkerThat(connection -> {});
      isGranted(SHORT, worker);
      isAnswered(504);
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(SHORT.plus(PATIENCE).toNanos());
      isFreedOnce();
      worker.isLeft();
      worker.wasAskedOnce();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nWorker: m1\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nWorker: m1\r\n\r\n"})
    void isAGatewayTimeoutWhenTheAnswerNeverReallyBegins(String beginning) {
      var worker = aWorkerThat(connection -> connection.say(beginning));
      isGranted(SHORT, worker);
      isAnswered(504);
      isFreedOnce();
      worker.isLeft();
      worker.wasAskedOnce();
    }

    @Test
    void cutsTheWorkersConnectionWhenItsClientLeaves() {
      var worker = aWorkerThat(connection -> {});
      isGranted(LONG, worker);
      worker.isAsked();
      clientGone.complete(null);
      isFreedOnce();
      worker.isLeft();
    }
  }

  @Nested
  @DisplayName("that is answered")
  class ThatIsAnswered {
    @Test
    void passesTheEventsOnAndFreesItsMachine() {
      var worker = aWorkerThat(connection -> connection.say(CHUNKED).chunk(HI + EXIT).say("0\r\n\r\n"));
      isGranted(LONG, worker);
      assertThat(read(isAnswered(200)))
          .matches("(?s)" + HI + "event: exit\ndata: \\{\"code\":3,\"reason\":\"exited\",\"durationMs\":\\d+}\n\n");
      isFreedOnce();
      worker.wasAskedOnce();
    }

    @Test
    void hasTheHeadersOfTheContractAndNoneOfTheWorkers() {
      var more = "fly-replay: app=evil\r\nSet-Cookie: a=b\r\nCache-Control: public\r\nCoord: evil\r\nLocation: /\r\n";
      isGranted(LONG, aWorkerThat(connection -> connection.say(HEAD + more + "Transfer-Encoding: chunked\r\n\r\n").chunk(EXIT)));
      var answer = isAnswered(200);
      var headers = new ArrayList<String>();
      answer.getHeaders().forEach(header -> headers.add(header.name() + ": " + header.value()));
      assertThat(headers).hasSize(6).contains("Worker: m1", "Coord: pool", "Run: r1", "Cache-Control: no-store",
          "X-Accel-Buffering: no").anyMatch(header -> header.matches(TIMING + ", first-byte;dur=\\d+\\.\\d"));
      assertThat(answer.entity().getContentType().toString()).isEqualTo("text/event-stream");
    }

    @ParameterizedTest
    @CsvSource({"a close, false", "a reset, true"})
    void endsAsWorkerLostWhenTheWorkerDies(String death, boolean reset) {
      isGranted(LONG, aWorkerThat(connection -> {
        connection.say(CHUNKED).chunk(HI);
        if (reset) connection.reset();
        else connection.close();
      }));
      assertThat(read(isAnswered(200))).endsWith("\n\n").contains("event: exit\ndata: {\"code\":125,\"reason\":\"worker-lost\"")
          .containsOnlyOnce("event: exit");
      isFreedOnce();
    }

    @Test
    void endsAsWorkerLostWhenTheWorkerEndsWithoutAnExit() {
      isGranted(LONG, aWorkerThat(connection -> connection.say(CHUNKED).chunk(HI).say("0\r\n\r\n")));
      assertThat(read(isAnswered(200))).startsWith(HI + "event: exit\ndata: {\"code\":125,\"reason\":\"worker-lost\"");
      isFreedOnce();
    }

    @Test
    void endsAtTheDeadlineWhenTheWorkerIsSilent() {
      var start = System.nanoTime();
      var worker = aWorkerThat(connection -> connection.say(CHUNKED).chunk(HI));
      isGranted(MIDDLING, worker);
      assertThat(read(isAnswered(200))).startsWith(HI + "event: exit\ndata: {\"code\":124,\"reason\":\"deadline\"")
          .containsOnlyOnce("event: exit");
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(MIDDLING.plus(PATIENCE).toNanos());
      isFreedOnce();
      worker.isLeft();
    }

    @Test
    void endsAtItsLimitOfOutputWhenTheWorkerWritesWithoutEnd() {
      outputBytes = 9_999;
      var worker = aWorkerThat(connection -> {
        connection.say(CHUNKED);
        while (true) connection.chunk(HI.repeat(1_000));
      });
      isGranted(LONG, worker);
      assertThat(read(isAnswered(200))).startsWith(HI.repeat(4_999)
          + "event: stdout\ndata: \"h\"\n\nevent: exit\ndata: {\"code\":125,\"reason\":\"output-limit\"");
      isFreedOnce();
      worker.isLeft();
    }

    @Test
    void endsAtTheDeadlineWhenTheWorkerWritesWithoutEnd() {
      var worker = aWorkerThat(connection -> {
        connection.say(CHUNKED);
        while (true) connection.chunk(HI.repeat(1_000));
      });
      isGranted(MIDDLING, worker);
      assertThat(read(isAnswered(200)).replace(HI, ""))
          .matches("event: exit\ndata: \\{\"code\":124,\"reason\":\"deadline\",\"durationMs\":\\d+}\n\n");
      isFreedOnce();
      worker.isLeft();
    }

    @Test
    void cutsTheWorkersConnectionWhenItsClientLeaves() {
      var worker = aWorkerThat(connection -> connection.say(CHUNKED).chunk(HI));
      isGranted(LONG, worker);
      var answer = isAnswered(200);
      var read = answer.entity().getDataBytes().runFold(ByteString.emptyByteString(), ByteString::concat, KIT.system());
      clientGone.complete(null);
      isFreedOnce();
      worker.isLeft();
      Eventually.eventually("the answer is cut", () -> read.toCompletableFuture().isCompletedExceptionally());
    }

    @Test
    void isCutWithinTheGraceWhenItsClientDoesNotRead() {
      var worker = aWorkerThat(connection -> {
        connection.say(CHUNKED);
        while (true) connection.chunk(HI.repeat(1_000));
      });
      isGranted(MIDDLING, worker);
      isAnswered(200);
      isFreedOnce();
      worker.isLeft();
    }
  }

  @Test
  void leavesNothingWithItsConnection() {
    isGranted(LONG, aWorkerThat(connection -> connection.say(CHUNKED).chunk(EXIT)));
    read(isAnswered(200));
    isFreedOnce();
    Eventually.eventually("nobody waits for the client to leave", () -> clientGone.getNumberOfDependents() == 0);
  }

  /** Its client may read for a minute yet. */
  @Test
  void keepsNoBodyThatItsWorkerHas() {
    form = new AnswerForm.Document();
    var body = begunWithALargeBody(aWorkerThat(connection -> connection.say(CHUNKED).chunk(HI.repeat(100_000) + EXIT)));
    allocate.replyTo().tell(new PoolSupervisor.Granted(GRANT));
    var read = isAnswered(200).entity().getDataBytes().runWith(Sink.queue(1), KIT.system());
    poolHears(PoolSupervisor.Free.class);
    Eventually.eventually("the body is garbage", () -> {
      System.gc();
      return body.refersTo(null);
    });
    read.cancel();
    isOverWithoutAFree();
  }

  private WeakReference<byte[]> begunWithALargeBody(FakeWorker worker) {
    var body = new byte[1 << 20];
    begins(LONG, worker.address(), ByteString.fromArrayUnsafe(body));
    return new WeakReference<>(body);
  }
}
