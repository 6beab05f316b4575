package coordbfaas.wire;

import org.apache.pekko.util.ByteString;

/** One thing that a run tells. A run tells any number of outputs and then exactly one {@link Exit}. */
public sealed interface RunEvent permits RunEvent.Output, Exit {
  /** Bytes that the run wrote; never empty. */
  sealed interface Output extends RunEvent {
    ByteString bytes();

    /**
     * The beginning of it.
     *
     * @param bytesMax fewer than it has; of text up to three bytes less are taken, so that no character is broken
     */
    default Output first(int bytesMax) {
      var bytes = bytes().toArrayUnsafe();
      var broken = Utf8.isText(bytes, 0, bytes.length) ? Utf8.begunBytes(bytes, 0, bytesMax) : 0;
      var first = ByteString.fromArrayUnsafe(bytes, 0, bytesMax - broken);
      return switch (this) {
        case Stdout stdout -> new Stdout(first);
        case Stderr stderr -> new Stderr(first);
      };
    }
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
