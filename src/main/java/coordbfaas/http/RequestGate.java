package coordbfaas.http;

import java.time.Duration;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Lets a connection's requests through to the HTTP layer, one at a time, and no part of one that is not to be served.
 *
 * <pre>
 *   WAITING ──first byte──► HEAD ──passed on──► BODY ──last byte──► ANSWERING ──answer over──► WAITING
 *      └─ said nothing: closed └── refused, or too slow ──┴──► REFUSED
 * </pre>
 *
 * <p>A head is passed on only when it is whole and good, so the HTTP layer never waits for one. In place of one that is refused
 * it gets a harmless one, which is answered with the refusal: in its turn, and closing the connection. If a body is refused, the
 * request is answered so before its handler does, for the HTTP layer would cut the connection without a word.
 */
final class RequestGate extends GraphStage<FlowShape<ByteString, ByteString>> {
  private enum Phase { WAITING, HEAD, BODY, ANSWERING, REFUSED }

  private static final ByteString STAND_IN = ByteString.fromString("GET / HTTP/1.1\r\nHost: refused\r\n\r\n");

  private final Inlet<ByteString> in = Inlet.create("RequestGate.in");
  private final Outlet<ByteString> out = Outlet.create("RequestGate.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final Turn turn;
  private final Duration readTimeout;
  private final Duration idleTime;

  /**
   * @param readTimeout from a request's first byte to its last, and from the connection's start to the first request's first
   * @param idleTime from the end of an answer to the next request's first byte
   */
  RequestGate(Turn turn, Duration readTimeout, Duration idleTime) {
    this.turn = turn;
    this.readTimeout = readTimeout;
    this.idleTime = idleTime;
  }

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes inherited) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic {
    private static final String PATIENCE = "patience";

    private final RequestReader reader = new RequestReader();
    private Phase phase = Phase.WAITING;
    private boolean answeredEarly;
    private ByteString rest = ByteString.emptyByteString();

    Logic() {
      super(shape);
      setHandler(in, new Inbound());
      setHandler(out, new Downstream());
    }

    @Override
    public void preStart() {
      var answered = createAsyncCallback((Object nothing) -> answered());
      turn.whenOver(() -> answered.invoke(turn));
      scheduleOnce(PATIENCE, readTimeout);
    }

    @Override
    public void onTimer(Object key) {
      switch (phase) {
        case WAITING -> completeStage();
        case HEAD, BODY -> refuse(new RefusedRequest(408, "the request did not arrive in time"));
        case ANSWERING, REFUSED -> { }
      }
    }

    /** Passes on what may be, as soon as it is wanted. */
    private void proceed() {
      while (isAvailable(out) && phase != Phase.ANSWERING && phase != Phase.REFUSED) {
        if (rest.isEmpty()) {
          if (isClosed(in)) completeStage();
          else if (!hasBeenPulled(in)) pull(in);
          return;
        }
        if (phase == Phase.WAITING) begin();
        read();
      }
    }

    private void begin() {
      phase = Phase.HEAD;
      answeredEarly = false;
      turn.begin();
      scheduleOnce(PATIENCE, readTimeout);
    }

    private void read() {
      try {
        var read = reader.read(rest);
        rest = read.rest();
        if (!read.passed().isEmpty()) pass(read.passed());
        if (read.ended()) end();
      } catch (RefusedRequest refused) {
        refuse(refused);
      }
    }

    private void pass(ByteString bytes) {
      phase = Phase.BODY;
      push(out, bytes);
    }

    private void end() {
      phase = Phase.ANSWERING;
      rest = rest.compact(); // it may wait for long, and the array may be large in which it came
      cancelTimer(PATIENCE);
      if (answeredEarly) await();
    }

    private void await() {
      phase = Phase.WAITING;
      turn.end();
      scheduleOnce(PATIENCE, idleTime);
    }

    private void answered() {
      if (phase == Phase.ANSWERING) await();
      else answeredEarly = true;
      proceed();
    }

    private void refuse(RefusedRequest why) {
      rest = ByteString.emptyByteString();
      turn.refuse(why);
      if (phase == Phase.HEAD) emit(out, STAND_IN);
      phase = Phase.REFUSED;
      cancel(in);
    }

    private final class Inbound extends AbstractInHandler {
      @Override
      public void onPush() {
        rest = grab(in);
        proceed();
      }

      @Override
      public void onUpstreamFinish() {
        if (rest.isEmpty()) completeStage();
      }
    }

    private final class Downstream extends AbstractOutHandler {
      @Override
      public void onPull() {
        proceed();
      }
    }
  }
}
