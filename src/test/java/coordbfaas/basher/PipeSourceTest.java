package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.settings.RandomCases;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("What comes of a pipe")
@Timeout(60)
class PipeSourceTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  void isAllThereWhateverItsSize() throws Exception {
    RandomCases.each(50, random -> {
      var bytes = new byte[random.nextInt(200_000)];
      random.nextBytes(bytes);
      var whole = of(new ByteArrayInputStream(bytes)).runFold(ByteString.emptyByteString(), ByteString::concat, Worker.ACTORS.system());
      assertThat(Contained.get(whole.toCompletableFuture()).toArray()).isEqualTo(bytes);
    });
    assertThat(closed.getCount()).isZero();
  }

  @Test
  void isPassedOnBeforeMoreComes() throws Exception {
    SinkQueueWithCancel<ByteString> pieces;
    try (var script = new PipedOutputStream()) {
      pieces = taking(new PipedInputStream(script));
      for (var piece : List.of("one", "two")) {
        script.write(piece.getBytes(StandardCharsets.US_ASCII));
        script.flush();
        assertThat(next(pieces)).isEqualTo(piece);
      }
    }
    assertThat(next(pieces)).isEqualTo("(end)");
    closed.await();
  }

  @Test
  void isReadNoFurtherAheadThanItMay() {
    var read = new AtomicInteger();
    var taken = new AtomicInteger();
    var furthest = new AtomicInteger();
    var pieces = taking(new PieceByPiece(buffer -> {
      furthest.accumulateAndGet(read.incrementAndGet() - taken.get(), Math::max);
      buffer[0] = 'x';
      return 1;
    }));
    for (var piece = 0; piece < 1_000; piece++) {
      assertThat(next(pieces)).isEqualTo("x");
      taken.incrementAndGet();
    }
    pieces.cancel();
    assertThat(furthest).hasValueLessThanOrEqualTo(PipeSource.AHEAD + 2); // the queue's one, and one that is not counted yet
  }

  @Test
  void isNotClosedWhileItIsRead() throws Exception {
    var inRead = new CountDownLatch(1);
    var mayReturn = new CountDownLatch(1);
    var over = of(new PieceByPiece(buffer -> {
      inRead.countDown();
      mayReturn.await();
      return 1;
    })).watchTermination(Keep.right()).toMat(Sink.cancelled(), Keep.left()).run(Worker.ACTORS.system());
    inRead.await();
    Contained.get(over);
    assertThat(closed.getCount()).isEqualTo(1);
    mayReturn.countDown();
    closed.await();
  }

  @Test
  void failsWithWhatBrokeIt() throws Exception {
    assertFailure("broken", buffer -> {
      throw new IOException("broken");
    });
  }

  @Test
  void failsWithWhatNobodyExpected() throws Exception {
    assertFailure("unforeseen", buffer -> {
      throw new IllegalStateException("unforeseen");
    });
  }

  private void assertFailure(String message, PieceByPiece.Pieces breaking) throws Exception {
    var pieces = taking(new PieceByPiece(breaking));
    assertThatThrownBy(() -> next(pieces)).hasStackTraceContaining(message);
    closed.await();
  }

  private Source<ByteString, ?> of(InputStream pipe) {
    return Source.fromGraph(new PipeSource(() -> new FilterInputStream(pipe) {
      @Override
      public void close() throws IOException {
        super.close();
        closed.countDown();
      }
    }, threads));
  }

  private SinkQueueWithCancel<ByteString> taking(InputStream pipe) {
    return of(pipe).runWith(Sink.<ByteString>queue().withAttributes(Attributes.inputBuffer(1, 1)), Worker.ACTORS.system());
  }

  private static String next(SinkQueueWithCancel<ByteString> pieces) {
    return Contained.get(pieces.pull().toCompletableFuture()).map(ByteString::utf8String).orElse("(end)");
  }

  private static final class PieceByPiece extends InputStream {
    interface Pieces {
      int next(byte[] buffer) throws IOException, InterruptedException;
    }

    private final Pieces pieces;

    PieceByPiece(Pieces pieces) {
      this.pieces = pieces;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      try {
        return pieces.next(buffer);
      } catch (InterruptedException end) {
        throw new IOException(end);
      }
    }
  }
}
