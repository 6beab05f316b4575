package coordbfaas.coord;

import coordbfaas.wire.EventFrame;
import coordbfaas.wire.RunDocument;
import coordbfaas.wire.RunEvent;
import java.io.IOException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run whose client wants to be told of it at once, when it is over. Blocks; for one thread at a time. */
final class KeptRun implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptRun.class);

  private final KeptOutput stdout = new KeptOutput();
  private final KeptOutput stderr = new KeptOutput();
  private boolean whole = true;
  private boolean over;

  /** Takes the next event; what is to be sent then is nothing before the exit, and the document with it. */
  Source<ByteString, NotUsed> take(EventFrame frame) {
    return switch (frame) {
      case EventFrame.Output output -> {
        if (whole) keep(output.event());
        yield Source.empty();
      }
      case EventFrame.End(var exit) -> {
        over = true;
        yield RunDocument.of(stdout, stderr, exit, whole);
      }
    };
  }

  /** Whether the document has begun, in whose midst there can be no white space. */
  boolean isOver() {
    return over;
  }

  @Override
  public void close() {
    stdout.close();
    stderr.close();
  }

  /** Without room for it, the rest of the output is dropped, which the document says: the run's end is worth telling. */
  private void keep(RunEvent.Output output) {
    try {
      switch (output) {
        case RunEvent.Stdout(var bytes) -> stdout.add(bytes);
        case RunEvent.Stderr(var bytes) -> stderr.add(bytes);
      }
    } catch (IOException full) {
      whole = false;
      LOG.warn("output dropped cause={}", full.getClass().getSimpleName());
    }
  }
}
