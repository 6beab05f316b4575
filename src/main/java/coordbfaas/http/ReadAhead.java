package coordbfaas.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractGraphStageWithMaterializedValue;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * The inbound side of a connection, read whether or not anyone wants more of it, so that its end is seen at once.
 *
 * <p>Its materialized value is completed when the peer's side has ended, by a close or a reset. With {@code bytesMax} waiting for
 * the downstream, in however many reads they came, the peer is back-pressured and its end is seen after they are taken; so what
 * waits is less than that and one read. It is passed on in pieces of at most {@code bytesMax}, that the downstream be left with no
 * more either. When the downstream has had enough, what still comes is thrown away: the stage lives as long as the connection.
 */
final class ReadAhead extends AbstractGraphStageWithMaterializedValue<FlowShape<ByteString, ByteString>, CompletionStage<Done>> {
  private final Inlet<ByteString> in = Inlet.create("ReadAhead.in");
  private final Outlet<ByteString> out = Outlet.create("ReadAhead.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final int bytesMax;

  ReadAhead(int bytesMax) {
    this.bytesMax = bytesMax;
  }

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public Pair<GraphStageLogic, CompletionStage<Done>> createLogicAndMaterializedValuePair(Attributes inherited) {
    var ended = new CompletableFuture<Done>();
    return Pair.create(new Logic(ended), ended);
  }

  private final class Logic extends GraphStageLogic {
    private final CompletableFuture<Done> ended;
    private ByteString waiting = ByteString.emptyByteString();

    Logic(CompletableFuture<Done> ended) {
      super(shape);
      this.ended = ended;
      setHandler(in, new Inbound());
      setHandler(out, new Downstream());
    }

    @Override
    public void preStart() {
      pull(in);
    }

    @Override
    public void postStop() {
      ended.complete(Done.done());
    }

    private void readOn() {
      if (waiting.size() < bytesMax && !hasBeenPulled(in) && !isClosed(in)) pull(in);
    }

    private void passOn() {
      push(out, waiting.take(bytesMax));
      keep(waiting.drop(bytesMax));
    }

    /** A few bytes are copied, for they may be all that is left of a large array, or many small ones. */
    private void keep(ByteString bytes) {
      waiting = bytes.size() < bytesMax ? bytes.compact() : bytes;
    }

    private final class Inbound extends AbstractInHandler {
      @Override
      public void onPush() {
        var read = grab(in);
        if (!isClosed(out)) keep(waiting.concat(read));
        if (isAvailable(out)) passOn();
        readOn();
      }

      @Override
      public void onUpstreamFinish() {
        ended.complete(Done.done());
        if (waiting.isEmpty()) completeStage();
      }

      @Override
      public void onUpstreamFailure(Throwable failure) {
        ended.complete(Done.done());
        failStage(failure);
      }
    }

    private final class Downstream extends AbstractOutHandler {
      @Override
      public void onPull() {
        if (!waiting.isEmpty()) passOn();
        if (waiting.isEmpty() && isClosed(in)) completeStage();
        else readOn();
      }

      @Override
      public void onDownstreamFinish(Throwable cause) {
        waiting = ByteString.emptyByteString();
        if (isClosed(in)) completeStage();
        else readOn();
      }
    }
  }
}
