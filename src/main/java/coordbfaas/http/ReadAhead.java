package coordbfaas.http;

import java.util.ArrayDeque;
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
 * <p>Its materialized value is completed when the peer's side has ended, by a close or a reset. Up to {@code readsMax} reads
 * wait for the downstream; with so many waiting, the peer is back-pressured and its end is seen after they are taken. When
 * the downstream has had enough, what still comes is thrown away: the stage lives as long as the connection.
 */
final class ReadAhead extends AbstractGraphStageWithMaterializedValue<FlowShape<ByteString, ByteString>, CompletionStage<Done>> {
  private final Inlet<ByteString> in = Inlet.create("ReadAhead.in");
  private final Outlet<ByteString> out = Outlet.create("ReadAhead.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final int readsMax;

  ReadAhead(int readsMax) {
    this.readsMax = readsMax;
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
    private final ArrayDeque<ByteString> reads = new ArrayDeque<>();

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
      if (reads.size() < readsMax && !hasBeenPulled(in) && !isClosed(in)) pull(in);
    }

    private final class Inbound extends AbstractInHandler {
      @Override
      public void onPush() {
        var read = grab(in);
        if (isAvailable(out)) push(out, read);
        else if (!isClosed(out)) reads.add(read);
        readOn();
      }

      @Override
      public void onUpstreamFinish() {
        ended.complete(Done.done());
        if (reads.isEmpty()) completeStage();
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
        if (!reads.isEmpty()) push(out, reads.remove());
        if (reads.isEmpty() && isClosed(in)) completeStage();
        else readOn();
      }

      @Override
      public void onDownstreamFinish(Throwable cause) {
        reads.clear();
        if (isClosed(in)) completeStage();
        else readOn();
      }
    }
  }
}
