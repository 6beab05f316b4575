package coordbfaas.http;

import static coordbfaas.http.Served.EVENTUALLY;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@DisplayName("Reading ahead")
class ReadAheadTest {
  private static final int READ_BYTES = 5;

  @RegisterExtension
  final Served served = new Served();

  @Test
  void passesEveryByteInOrder() {
    RandomCases.each(300, random -> {
      var reads = IntStream.range(0, random.nextInt(100)).mapToObj(i -> ByteString.fromString(i + ".")).toList();
      var slowness = random.nextInt(4);
      var bytesMax = random.nextInt(1, 20);
      var passed = Source.from(reads).async()
          .via(new ReadAhead(bytesMax)).async()
          .mapAsync(1, read -> random.nextInt(4) < slowness ? CompletableFuture.supplyAsync(() -> read)
              : CompletableFuture.completedStage(read))
          .runWith(Sink.seq(), served.system()).toCompletableFuture().get(EVENTUALLY.toSeconds(), TimeUnit.SECONDS);
      assertThat(passed).allSatisfy(piece -> assertThat(piece.size()).isBetween(1, bytesMax));
      assertThat(joined(passed)).isEqualTo(joined(reads));
    });
  }

  @Test
  void seesTheEndThoughNobodyTakesWhatWasRead() {
    var end = Source.from(reads(100)).viaMat(new ReadAhead(101 * READ_BYTES), Keep.right()).to(aSinkThatNeverAsks()).run(served.system());
    assertThat(end).succeedsWithin(EVENTUALLY);
  }

  @Test
  void seesAFailureThoughNobodyTakesWhatWasRead() {
    var failing = Source.from(reads(3)).concat(Source.failed(new IllegalStateException("reset")));
    var end = failing.viaMat(new ReadAhead(4 * READ_BYTES), Keep.right()).to(aSinkThatNeverAsks()).run(served.system());
    assertThat(end).succeedsWithin(EVENTUALLY);
  }

  @Test
  void holdsNoMoreThanItMay() {
    var asked = new AtomicInteger();
    var last = new CompletableFuture<Void>();
    var ended = Source.from(reads(1_000)).map(read -> {
      if (asked.incrementAndGet() == 4) last.complete(null);
      return read;
    }).viaMat(new ReadAhead(3 * READ_BYTES + 1), Keep.right()).to(aSinkThatNeverAsks()).run(served.system());
    assertThat(last).succeedsWithin(EVENTUALLY);
    // The stages are one actor: what it does after the fourth read it has done when the materializer's next stream runs through it.
    Source.from(reads(100)).runWith(Sink.ignore(), served.system()).toCompletableFuture().join();
    assertThat(asked).hasValue(4);
    assertThat(ended.toCompletableFuture()).isNotDone();
  }

  @Test
  void readsOnToTheEndWhenNobodyWantsMore() {
    var queue = Source.<ByteString>queue(10, OverflowStrategy.backpressure()).viaMat(new ReadAhead(4 * READ_BYTES), Keep.both())
        .to(Sink.cancelled())
        .run(served.system());
    for (var read : reads(100)) assertThat(queue.first().offer(read)).succeedsWithin(EVENTUALLY);
    assertThat(queue.second().toCompletableFuture()).isNotDone();
    queue.first().complete();
    assertThat(queue.second()).succeedsWithin(EVENTUALLY);
  }

  private static String joined(Iterable<ByteString> pieces) {
    var all = new StringBuilder();
    pieces.forEach(piece -> all.append(piece.utf8String()));
    return all.toString();
  }

  private static Iterable<ByteString> reads(int count) {
    return IntStream.range(0, count).mapToObj(i -> ByteString.fromString("r".repeat(READ_BYTES))).toList();
  }

  private static Sink<ByteString, ?> aSinkThatNeverAsks() {
    return Sink.fromSubscriber(new Subscriber<>() {
      @Override
      public void onSubscribe(Subscription subscription) {}

      @Override
      public void onNext(ByteString read) {}

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onComplete() {}
    });
  }
}
