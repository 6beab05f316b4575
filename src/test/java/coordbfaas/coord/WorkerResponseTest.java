package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import coordbfaas.wire.EventCoding;
import coordbfaas.wire.EventFrame;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker's answer as chunks of bytes, read at 42 ms by the coordinator's clock. */
@ParameterizedClass
@EnumSource(EventCoding.class)
@DisplayName("A worker's answer")
@Timeout(60)
class WorkerResponseTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final long NOW_MS = 42;
  private static final long MUCH = 1L << 40;
  private static final Exit LOST = Exit.workerLost(NOW_MS);

  private final EventCoding coding;
  private final ByteString exit;

  WorkerResponseTest(EventCoding coding) {
    this.coding = coding;
    this.exit = coding.write(Exit.exited(3, 1));
  }

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @Nested
  @DisplayName("is taken for a run's")
  class IsTakenForARuns {
    @Test
    void whenTheMachineThatWasMeantBeganIt() {
      assertThat(WorkerResponse.isRunOf("m1", answer(200, "m1"))).isTrue();
    }

    @Test
    void neverWithAnotherStatus() {
      for (var status : List.of(201, 206, 301, 401, 409, 500, 503))
        assertThat(WorkerResponse.isRunOf("m1", answer(status, "m1"))).isFalse();
    }

    @Test
    void neverFromAnotherMachine() {
      for (var other : List.of("m2", "M1", "m1,m1", "m1 ", ""))
        assertThat(WorkerResponse.isRunOf("m1", answer(200, other))).isFalse();
      assertThat(WorkerResponse.isRunOf("m1", answer(200, "m1").removeHeader("worker"))).isFalse();
    }

    @Test
    void neverAsAnotherMediaType() {
      assertThat(WorkerResponse.isRunOf("m1", answer(200, "m1").withEntity(ContentTypes.TEXT_HTML_UTF8, exit))).isFalse();
      assertThat(WorkerResponse.isRunOf("m1", answer(200, "m1").withEntity(ContentTypes.APPLICATION_JSON, exit))).isFalse();
      assertThat(WorkerResponse.isRunOf("m1", answer(200, "m1").withEntity(ContentTypes.APPLICATION_OCTET_STREAM, exit))).isFalse();
    }
  }

  @Nested
  @DisplayName("from a worker that keeps the rules")
  class FromAWorkerThatKeepsTheRules {
    @Test
    void isTheSameWhereverItIsCut() {
      RandomCases.each(300, random -> {
        var outputs = outputs(random);
        var expected = new ArrayList<>(outputs);
        expected.add(Exit.exited(3, NOW_MS));
        assertThat(events(chunks(written(outputs).concat(exit), random))).isEqualTo(expected);
      });
    }

    @Test
    void isDatedByTheCoordinatorsClock() {
      assertThat(events(List.of(coding.write(Exit.signaled(9, 999_999))))).containsExactly(Exit.signaled(9, NOW_MS));
      assertThat(events(List.of(coding.write(Exit.outputLimit(0))))).containsExactly(Exit.outputLimit(NOW_MS));
      assertThat(events(List.of(coding.write(Exit.workerLost(0))))).containsExactly(LOST);
    }

    @Test
    void maySayNothingButItsExit() {
      assertThat(events(List.of(coding.ping(), coding.ping(), exit))).containsExactly(Exit.exited(3, NOW_MS));
    }

    @Test
    void endsWithItsExitThoughTheConnectionStaysOpen() {
      assertThat(events(Source.single(exit).concat(Source.never()), new CompletableFuture<>()))
          .containsExactly(Exit.exited(3, NOW_MS));
    }
  }

  @Nested
  @DisplayName("that breaks off")
  class ThatBreaksOff {
    @Test
    void endsAsWorkerLostWhereverThatIs() {
      var stream = written(List.of(stdout("a"), stdout("b"))).concat(exit);
      for (var size = 0; size < stream.size(); size++) {
        var events = events(List.of(stream.take(size)));
        assertThat(events).last().isEqualTo(LOST);
        assertThat(List.of(stdout("a"), stdout("b")).subList(0, events.size() - 1))
            .isEqualTo(events.subList(0, events.size() - 1));
      }
    }

    @Test
    void endsAsWorkerLostWhenItsConnectionIsReset() {
      var reset = Source.single(written(List.of(stdout("a"), stdout("b"), stdout("c")))).concatLazy(reset());
      assertThat(events(reset, new CompletableFuture<>())).containsExactly(stdout("a"), stdout("b"), stdout("c"), LOST);
    }

    @Test
    void endsAsItSaidWhenThatWasBefore() {
      var reset = Source.single(written(List.of(stdout("a"))).concat(exit)).concatLazy(reset());
      assertThat(events(reset, new CompletableFuture<>())).containsExactly(stdout("a"), Exit.exited(3, NOW_MS));
    }

    /** The reset is seen when the client has taken the first event of many. */
    @Test
    void isToldInFullToAClientThatIsSlow() {
      var said = IntStream.range(0, 50).mapToObj(number -> stdout("line " + number)).toList();
      var reset = new CompletableFuture<ByteString>();
      var over = new CompletableFuture<Object>();
      var worker = Source.single(written(said).concat(exit)).concat(Source.completionStage(reset))
          .watchTermination((same, end) -> {
        end.whenComplete((done, failure) -> over.complete(failure));
        return same;
      });
      var client = WorkerResponse.events(coding, worker, MUCH, new CompletableFuture<>(), () -> NOW_MS).map(EventFrame::event)
          .runWith(Sink.queue(1), KIT.system());

      var told = new ArrayList<RunEvent>();
      told.add(next(client).orElseThrow());
      reset.completeExceptionally(new IOException("Connection reset by peer"));
      assertThat(over.orTimeout(30, TimeUnit.SECONDS).join()).isInstanceOf(Exception.class);
      for (var event = next(client); event.isPresent(); event = next(client)) told.add(event.get());
      assertThat(told).startsWith(said.toArray(RunEvent[]::new)).endsWith(Exit.exited(3, NOW_MS)).hasSize(51);
    }

    private Optional<RunEvent> next(SinkQueueWithCancel<RunEvent> client) {
      return client.pull().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private Source<ByteString, NotUsed> reset() {
      return Source.<ByteString, NotUsed>lazySource(() -> Source.failed(new IOException("Connection reset by peer")))
          .mapMaterializedValue(late -> NotUsed.getInstance());
    }
  }

  @Nested
  @DisplayName("from a hostile worker")
  class FromAHostileWorker {
    @ParameterizedTest
    @ValueSource(strings = {
        "event: exit\ndata: {\"code\":0}\n\n", "event: exit\ndata: {\"code\":0,\"reason\":\"deadline\",\"durationMs\":1}\n\n",
        "event: exit\ndata: {\"code\":0,\"reason\":\"fine\",\"durationMs\":1}\n\n", "event: exit\ndata: 0\n\n",
        "event: exit\ndata: {\n\n",
        "event: exit\ndata: {\"code\":0,\"reason\":\"exited\",\"durationMs\":-1}\n\n",
        "event: exit\ndata: {\"code\":256,\"reason\":\"exited\",\"durationMs\":1}\n\n",
        "event: exit\ndata: {\"code\":137,\"reason\":\"signaled\",\"signal\":\"SIG\\r\\nKILL\",\"durationMs\":1}\n\n",
        "event: stdout\ndata: hi\n\n", "event: stdout\ndata: {\"base64\":\"*\"}\n\n", "event: stdout\n\n", "data: \"hi\"\n\n",
        "event: started\ndata: {}\n\n",
        "id: 1\nevent: stdout\ndata: \"x\"\n\n", "retry: 1\n\n", "\n\n\n\n", "HTTP/1.1 200 OK\r\n\r\n",
        "event: stdout\r\ndata: \"x\"\r\n\r\n",
        "event: stdout\ndata: \"x\"\ndata: \"y\"\n\n", "event: \u00e9xit\ndata: {}\n\n"})
    void isLostWithWhatIsNoEvent(String bytes) {
      assertThat(events(List.of(written(List.of(stdout("a"))), ByteString.fromString(bytes), exit)))
          .containsExactly(stdout("a"), LOST);
    }

    @Test
    void isToldUpToWhatIsNoEventThoughBothCameInOneChunk() {
      var chunk = written(List.of(stdout("a"), stdout("b"))).concat(ByteString.fromString("id: 1\n\n")).concat(exit);
      assertThat(events(List.of(chunk))).containsExactly(stdout("a"), stdout("b"), LOST);
    }

    @Test
    void hasNoMoreOutputThanItMay() {
      var endless = Source.repeat(written(List.of(stdout("four"), new RunEvent.Stderr(ByteString.fromString("more")))));
      assertThat(events(endless, 14, new CompletableFuture<>())).containsExactly(stdout("four"),
          new RunEvent.Stderr(ByteString.fromString("more")), stdout("four"), new RunEvent.Stderr(ByteString.fromString("mo")),
          Exit.outputLimit(NOW_MS));
    }

    @Test
    void mayHaveItsLastByteAndEndAsItSays() {
      assertThat(events(Source.single(written(List.of(stdout("four"))).concat(exit)), 4, new CompletableFuture<>()))
          .containsExactly(stdout("four"), Exit.exited(3, NOW_MS));
    }

    @Test
    void isLostWithOutputOfNothing() {
      for (var nothing : List.of("\"\"", "{\"base64\":\"\"}"))
        assertThat(events(List.of(ByteString.fromString("event: stdout\ndata: " + nothing + "\n\n"), exit)))
            .containsExactly(LOST);
    }

    @Test
    void isLostWithWhatIsNotUtf8() {
      assertThat(events(List.of(ByteString.fromInts('e', 0xFF, '\n', '\n'), exit))).containsExactly(LOST);
    }

    @Test
    void isLostWithAnEventWithoutEnd() {
      var endless = Source.repeat(ByteString.fromString("event: stdout\ndata: \"" + "x".repeat(10_000))).take(1_000_000);
      assertThat(events(endless, new CompletableFuture<>())).containsExactly(LOST);
      var noLine = Source.repeat(ByteString.fromString("x".repeat(10_000))).take(1_000_000);
      assertThat(events(noLine, new CompletableFuture<>())).containsExactly(LOST);
    }

    @Test
    void hasOneExitAndNothingAfterIt() {
      var after = List.of(exit, coding.write(Exit.exited(0, 1)), written(List.of(stdout("late"))),
          ByteString.fromString("garbage\n\n"));
      assertThat(events(after)).containsExactly(Exit.exited(3, NOW_MS));
    }

    @Test
    void hasOneExitWithAllOfItInOneChunk() {
      var stream = written(List.of(stdout("a"))).concat(exit).concat(coding.write(Exit.exited(0, 1)))
          .concat(written(List.of(stdout("late"))));
      assertThat(events(List.of(stream))).containsExactly(stdout("a"), Exit.exited(3, NOW_MS));
    }

    /** Any order of good events, bad ones and noise, cut anywhere: what is told begins as it began and has one exit, its last. */
    @Test
    void tellsABeginningOfWhatWasGoodAndOneExit() {
      RandomCases.each(500, random -> {
        var good = outputs(random);
        var stream = written(good);
        for (var count = random.nextInt(4); count > 0; count--) stream = stream.concat(noise(random));
        var events = events(chunks(stream, random));
        assertThat(events.stream().filter(Exit.class::isInstance)).hasSize(1);
        assertThat(events).last().isInstanceOf(Exit.class);
        var told = events.subList(0, events.size() - 1);
        if (told.size() < good.size()) assertThat(good.subList(0, told.size())).isEqualTo(told);
        else assertThat(told.subList(0, good.size())).isEqualTo(good);
      });
    }

    private ByteString noise(RandomGenerator random) {
      return switch (random.nextInt(5)) {
        case 0 -> ByteString.fromArray(RandomCases.bytes(random, random.nextInt(200)));
        case 1 -> exit;
        case 2 -> ByteString.fromString("\n\n");
        case 3 -> coding.write(new RunEvent.Stderr(ByteString.fromString("more")));
        default -> exit.dropRight(random.nextInt(exit.size()));
      };
    }
  }

  @Nested
  @DisplayName("under a verdict")
  class UnderAVerdict {
    @Test
    void endsWithItThoughTheWorkerIsSilent() {
      assertThat(events(Source.never(), CompletableFuture.completedFuture(Exit.deadline(1))))
          .containsExactly(Exit.deadline(NOW_MS));
    }

    @Test
    void endsWithItThoughTheWorkerWritesOn() {
      var endless = Source.repeat(written(List.of(stdout("y"))));
      assertThat(events(endless, CompletableFuture.completedFuture(Exit.deadline(1)))).last().isEqualTo(Exit.deadline(NOW_MS));
    }

    @Test
    void isCutAtAnEventsEdge() {
      var verdict = new CompletableFuture<Exit>();
      var halfAnEvent = written(List.of(stdout("a"))).concat(written(List.of(stdout("b"))).dropRight(3));
      var worker = Source.single(halfAnEvent).concat(Source.lazySource(() -> {
        verdict.complete(Exit.deadline(1));
        return Source.<ByteString>never();
      }));
      assertThat(events(worker, verdict)).containsExactly(stdout("a"), Exit.deadline(NOW_MS));
    }

    /** Who gives the verdict cuts the worker off at once, and the news of that may come first. */
    @Test
    void endsWithItThoughTheLossOfTheWorkerIsHeardOfBefore() {
      var givenAndNotHeardOf = new CompletableFuture<Exit>() {
        @Override
        public CompletableFuture<Exit> toCompletableFuture() {
          return CompletableFuture.completedFuture(Exit.deadline(1));
        }
      };
      var cutOff = Source.single(written(List.of(stdout("a"))))
          .concatLazy(Source.<ByteString>failed(new IOException("cut off")));
      assertThat(events(cutOff, givenAndNotHeardOf)).endsWith(Exit.deadline(NOW_MS)); // given first, it may come before the a
    }

    @Test
    void endsAsTheWorkerSaidWhenThatWasFirst() {
      var verdict = new CompletableFuture<Exit>();
      var events = events(Source.single(exit), verdict);
      verdict.complete(Exit.deadline(1));
      assertThat(events).containsExactly(Exit.exited(3, NOW_MS));
    }
  }

  private HttpResponse answer(int status, String machine) {
    return HttpResponse.create().withStatus(status).addHeader(RawHeader.create("Worker", machine))
        .withEntity(ContentTypes.parse(coding.mediaType()), exit);
  }

  private List<RunEvent> events(List<ByteString> chunks) {
    return events(Source.from(chunks), new CompletableFuture<>());
  }

  private List<RunEvent> events(Source<ByteString, NotUsed> worker, CompletionStage<Exit> verdict) {
    return events(worker, MUCH, verdict);
  }

  private List<RunEvent> events(Source<ByteString, NotUsed> worker, long outputBytes, CompletionStage<Exit> verdict) {
    return WorkerResponse.events(coding, worker, outputBytes, verdict, () -> NOW_MS).map(EventFrame::event)
        .runWith(Sink.seq(), KIT.system())
        .toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static RunEvent stdout(String text) {
    return new RunEvent.Stdout(ByteString.fromString(text));
  }

  private static List<RunEvent> outputs(RandomGenerator random) {
    var outputs = new ArrayList<RunEvent>();
    for (var count = random.nextInt(6); count > 0; count--) {
      var bytes = random.nextBoolean()
          ? ByteString.fromString(RandomCases.text(random, random.nextInt(1, 40)))
          : ByteString.fromArray(RandomCases.bytes(random, random.nextInt(1, 40)));
      outputs.add(random.nextBoolean() ? new RunEvent.Stdout(bytes) : new RunEvent.Stderr(bytes));
    }
    return outputs;
  }

  private ByteString written(List<RunEvent> events) {
    return events.stream().map(coding::write).reduce(ByteString.emptyByteString(), ByteString::concat);
  }

  private static List<ByteString> chunks(ByteString stream, RandomGenerator random) {
    var chunks = new ArrayList<ByteString>();
    for (var rest = stream; !rest.isEmpty(); rest = rest.drop(chunks.getLast().size()))
      chunks.add(rest.take(random.nextInt(1, 60)));
    return chunks;
  }
}
