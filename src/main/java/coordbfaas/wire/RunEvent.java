package coordbfaas.wire;

import org.apache.pekko.util.ByteString;

/** One thing that a run tells. A run tells any number of outputs and then exactly one {@link Exit}. */
public sealed interface RunEvent permits RunEvent.Output, Exit {
  /** Bytes that the run wrote; never empty. */
  sealed interface Output extends RunEvent {
    ByteString bytes();
  }

  record Stdout(ByteString bytes) implements Output {
    @Override
    public String toString() {
      return "Stdout[" + bytes.size() + " bytes]";
    }
  }

  record Stderr(ByteString bytes) implements Output {
    @Override
    public String toString() {
      return "Stderr[" + bytes.size() + " bytes]";
    }
  }
}
