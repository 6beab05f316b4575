package coordbfaas.conform;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The body of an answer, read as it comes, and how it ended. */
final class Body {
  /** How a body ended. */
  enum Ending {
    COMPLETE("its proper end"),
    CUT("a close in its midst"),
    RESET("a reset");

    private final String words;

    Ending(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  private enum Framing { COUNTED, CHUNKED, UNTIL_CLOSE }

  private final Connection connection;
  private final Framing framing;
  private final List<Field> trailers = new ArrayList<>();
  private long left; // of the counted body, or of the chunk
  private boolean inChunks;
  private Optional<Ending> ending = Optional.empty();

  private Body(Connection connection, Framing framing, long left) {
    this.connection = connection;
    this.framing = framing;
    this.left = left;
  }

  static Body counted(Connection connection, long bytes) {
    return new Body(connection, Framing.COUNTED, bytes);
  }

  static Body chunked(Connection connection) {
    return new Body(connection, Framing.CHUNKED, 0);
  }

  static Body untilClose(Connection connection) {
    return new Body(connection, Framing.UNTIL_CLOSE, Long.MAX_VALUE);
  }

  boolean isChunked() {
    return framing == Framing.CHUNKED;
  }

  /** The next bytes that came, not over a chunk's edge; empty when it has ended. */
  Optional<byte[]> next() throws IOException {
    if (ending.isPresent()) return Optional.empty();
    try {
      if (left == 0) ending = advance();
      if (ending.isPresent()) return Optional.empty();
      var bytes = connection.some(left);
      left -= bytes.length;
      if (bytes.length > 0) return Optional.of(bytes);
      ending = Optional.of(framing == Framing.UNTIL_CLOSE ? Ending.COMPLETE : Ending.CUT);
    } catch (Connection.Reset reset) {
      ending = Optional.of(Ending.RESET);
    }
    return Optional.empty();
  }

  /** Known once {@link #next} was empty. */
  Ending ending() {
    return ending.orElseThrow();
  }

  /** Complete once {@link #next} was empty. */
  List<Field> trailers() {
    return trailers;
  }

  /** Goes to the next chunk; the ending if there is none. */
  private Optional<Ending> advance() throws IOException {
    if (framing == Framing.COUNTED) return Optional.of(Ending.COMPLETE);
    if (inChunks && !crlf()) return Optional.of(Ending.CUT);
    inChunks = true;
    var size = connection.line();
    if (size.isEmpty()) return Optional.of(Ending.CUT);
    Expect.holds(size.get().matches("[0-9A-Fa-f]{1,8}[ \t]*(;.*)?"), "a chunk's size", Excerpt.of(size.get()));
    left = Long.parseLong(size.get().replaceFirst("[ \t]*(;.*)?$", ""), 16);
    return left > 0 ? Optional.empty() : Optional.of(readTrailers());
  }

  private boolean crlf() throws IOException {
    var line = connection.line();
    line.ifPresent(text -> Expect.holds(text.isEmpty(), "CR LF after a chunk", Excerpt.of(text)));
    return line.isPresent();
  }

  private Ending readTrailers() throws IOException {
    for (var line = connection.line(); line.isPresent(); line = connection.line()) {
      if (line.get().isEmpty()) return Ending.COMPLETE;
      trailers.add(Answer.field(line.get()));
    }
    return Ending.CUT;
  }
}
