package coordbfaas.cli;

import coordbfaas.wire.RunRequest;
import coordbfaas.wire.RunRequestDocument;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/** Gathers all that goes into a request, and never holds more of it than may be sent. */
final class RunInput {
  /** What Java makes of bytes in an argument that are no text. */
  private static final char NO_TEXT = '\uFFFD';

  private final RunOptions options;
  private int bytesLeft;

  private RunInput(RunOptions options) {
    this.options = options;
    this.bytesLeft = options.bodyBytesMax();
  }

  /**
   * The request as it is sent.
   *
   * @param stdin read to its end; empty if it is not to be sent
   */
  static byte[] document(RunOptions options, Optional<InputStream> stdin) throws RunFailure {
    return new RunInput(options).document(stdin);
  }

  private byte[] document(Optional<InputStream> stdin) throws RunFailure {
    var script = text("SCRIPT", options.script());
    if (script.isEmpty()) throw new RunFailure(ExitCode.USAGE, "SCRIPT: empty (expected: bash source)");
    for (var arg : options.args()) text("ARGUMENT", arg);
    for (var variable : options.env().entrySet()) text("--env", variable.getKey() + variable.getValue());
    var files = new HashMap<String, ByteString>();
    for (var file : options.files().entrySet()) files.put(text("--file", file.getKey()), file(file.getValue()));
    var input = stdin.isPresent() ? stdin(stdin.get()) : ByteString.emptyByteString();

    var document = RunRequestDocument.of(new RunRequest(
        ByteString.fromString(script), input, options.args(), options.env(), files, options.timeout()));
    if (document.size() > options.bodyBytesMax()) throw tooLarge();
    return document.toArrayUnsafe();
  }

  private static String text(String name, String text) throws RunFailure {
    if (text.indexOf(NO_TEXT) >= 0) throw new RunFailure(ExitCode.USAGE, name + ": not text (expected: UTF-8)");
    return text;
  }

  private ByteString file(String local) throws RunFailure {
    try (var file = Files.newInputStream(Path.of(local))) {
      return bytes(file);
    } catch (IOException | InvalidPathException unreadable) {
      throw new RunFailure(ExitCode.NO_INPUT, local + ": cannot be read (" + unreadable.getClass().getSimpleName() + ")");
    }
  }

  private ByteString stdin(InputStream stdin) throws RunFailure {
    try {
      return bytes(stdin);
    } catch (IOException unreadable) {
      throw new RunFailure(ExitCode.NO_INPUT, "stdin: cannot be read: " + unreadable.getMessage());
    }
  }

  /** No form of them in the request is shorter than they are, so there is no need to read on once they are too many. */
  private ByteString bytes(InputStream source) throws IOException, RunFailure {
    var bytes = source.readNBytes(bytesLeft + 1);
    if (bytes.length > bytesLeft) throw tooLarge();
    bytesLeft -= bytes.length;
    return ByteString.fromArrayUnsafe(bytes);
  }

  private RunFailure tooLarge() {
    return new RunFailure(ExitCode.REFUSED, "the request is larger than " + options.bodyBytesMax()
        + " bytes (--max-body; the server's own limit is its MAXBODY); nothing was run");
  }
}
