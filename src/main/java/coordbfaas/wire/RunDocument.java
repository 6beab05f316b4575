package coordbfaas.wire;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Iterator;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Writes a whole run as one JSON document: both outputs, {@code code}, {@code reason}, {@code signal} if it was ended by one,
 * {@code limit} if one made it fail, {@code truncated}, {@code durationMs} and {@code usage} if that is known. It
 * may be far larger than memory, so it is written piece by piece, as fast as somebody reads it.
 */
public final class RunDocument {
  /** What may stand before a document: it keeps a silent connection from looking idle. */
  public static final ByteString WHITE_SPACE = ByteString.fromString("\n");

  /** What was kept of one output. */
  public interface Kept {
    /** Whether it is text, as a whole. */
    boolean isText();

    /** Its bytes, in pieces of which all but the last have a multiple of three bytes; each is made when it is asked for. */
    Iterator<ByteString> pieces();
  }

  private static final byte[] NOTHING = {};

  private RunDocument() {}

  /**
   * Writes a document.
   *
   * @param whole whether all that the worker told of both outputs was kept
   */
  public static Source<ByteString, NotUsed> of(Kept stdout, Kept stderr, Exit exit, boolean whole) {
    var truncated = !whole || !cameToItsOwnEnd(exit.reason());
    return text("{\"stdout\":").concat(output(stdout))
        .concat(text(",\"stderr\":")).concat(output(stderr))
        .concat(text("," + EventStream.ending(exit) + ",\"truncated\":" + truncated
            + "," + EventStream.taken(exit) + "}\n"));
  }

  /** Whoever was cut short may have written, or been about to write, what nobody will read. */
  private static boolean cameToItsOwnEnd(Exit.Reason reason) {
    return switch (reason) {
      case EXITED, SIGNALED -> true;
      case DEADLINE, OUTPUT_LIMIT, WORKER_LOST -> false;
    };
  }

  private static Source<ByteString, NotUsed> output(Kept output) {
    var pieces = Source.fromIterator(output::pieces);
    return output.isText()
        ? text("\"").concat(pieces.map(RunDocument::string)).concat(text("\""))
        : text("{\"base64\":\"").concat(pieces.map(RunDocument::base64)).concat(text("\"}"));
  }

  private static ByteString string(ByteString piece) {
    return JsonString.write(NOTHING, piece.toArrayUnsafe(), NOTHING);
  }

  private static ByteString base64(ByteString piece) {
    return ByteString.fromArrayUnsafe(Base64.getEncoder().encode(piece.toArrayUnsafe()));
  }

  private static Source<ByteString, NotUsed> text(String text) {
    return Source.single(ByteString.fromArrayUnsafe(text.getBytes(StandardCharsets.US_ASCII)));
  }
}
