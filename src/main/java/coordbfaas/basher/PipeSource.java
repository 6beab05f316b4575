package coordbfaas.basher;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.SourceShape;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * What comes of a pipe, as it comes, read by a thread that may wait. Pekko's source of an {@link InputStream} is an actor of its
 * own, which is asked by a message for each piece; here the thread goes on reading while no more than {@link #AHEAD} pieces
 * wait, and so hears of the end by itself.
 */
final class PipeSource extends GraphStage<SourceShape<ByteString>> {
  /** Pieces that were read, or are being read, and nobody has taken. */
  static final int AHEAD = 2;

  /** Who writes lines needs no more; a flood fills it, and gets the larger one from then on. */
  private static final int LINES_BYTES = GatheredInput.FLOOD_BYTES;

  private static final int FLOOD_BYTES = 64 * 1024;

  private final Outlet<ByteString> out = Outlet.create("PipeSource.out");
  private final SourceShape<ByteString> shape = SourceShape.of(out);
  private final Supplier<InputStream> pipe;
  private final Executor threads;

  /**
   * @param pipe asked when the stream begins; closed when it is over, and nobody reads any more
   * @param threads those that may wait
   */
  PipeSource(Supplier<InputStream> pipe, Executor threads) {
    this.pipe = pipe;
    this.threads = threads;
  }

  @Override
  public SourceShape<ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inherited) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {
    private final Queue<ByteString> waiting = new ArrayDeque<>();
    private final AsyncCallback<ByteString> came = createAsyncCallback(this::came);
    private final AsyncCallback<Exception> broke = createAsyncCallback(this::failStage);
    private boolean ended;
    private Reader reader;

    Logic() {
      super(shape);
      setHandler(out, new AbstractOutHandler() {
        @Override
        public void onPull() {
          passOn();
        }
      });
    }

    @Override
    public void preStart() {
      reader = new Reader(pipe.get(), threads, came::invoke, broke::invoke);
      reader.more(AHEAD);
    }

    @Override
    public void postStop() {
      reader.noMore();
    }

    /** A piece, or none at the end. */
    private void came(ByteString piece) {
      if (piece.isEmpty()) ended = true;
      else waiting.add(piece);
      if (isAvailable(out)) passOn();
      else endIfOver();
    }

    private void passOn() {
      var piece = waiting.poll();
      if (piece != null) {
        push(out, piece);
        reader.more(1);
      }
      endIfOver();
    }

    private void endIfOver() {
      if (ended && waiting.isEmpty()) completeStage();
    }
  }

  /** Reads so many pieces as are wanted, by one thread at a time; that closes the pipe too, as the other might be in it. */
  private static final class Reader implements Runnable {
    private static final int NEVER = Integer.MIN_VALUE / 2;

    private final InputStream pipe;
    private final Executor threads;
    private final Consumer<ByteString> came;
    private final Consumer<Exception> broke;
    private final AtomicInteger wanted = new AtomicInteger();
    private byte[] buffer = new byte[LINES_BYTES];

    Reader(InputStream pipe, Executor threads, Consumer<ByteString> came, Consumer<Exception> broke) {
      this.pipe = pipe;
      this.threads = threads;
      this.came = came;
      this.broke = broke;
    }

    void more(int pieces) {
      if (wanted.getAndAdd(pieces) == 0) threads.execute(this);
    }

    void noMore() {
      if (wanted.getAndSet(NEVER) == 0) close();
    }

    @Override
    public void run() {
      try {
        int left;
        do {
          var piece = read();
          came.accept(piece);
          left = piece.isEmpty() ? NEVER : wanted.decrementAndGet();
        } while (left > 0);
        if (left < 0) close();
      } catch (IOException | RuntimeException failure) { // whatever it is, the stream has to end
        broke.accept(failure);
        close();
      }
    }

    private ByteString read() throws IOException {
      var count = pipe.read(buffer, 0, buffer.length);
      if (count < 0) return ByteString.emptyByteString();
      var piece = ByteString.fromArray(buffer, 0, count);
      if (count == buffer.length && count < FLOOD_BYTES) buffer = new byte[FLOOD_BYTES];
      return piece;
    }

    private void close() {
      try {
        pipe.close();
      } catch (IOException closed) {
        // nothing more can be done with it
      }
    }
  }
}
