package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.pekko.util.ByteString;

/** JSON that is read as it comes, and tells what is no JSON from what is cut short: only the end of it can do that. */
final class JsonStream {
  /** Takes the tokens, one after the other; the parser stands at the one that is given. */
  interface Tokens {
    void take(JsonToken token) throws IOException;
  }

  // Keys are workers' to choose as well: long ones are read, and none is remembered for the next.
  private static final JsonFactory FACTORY = JsonFactory.builder()
      .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
      .streamReadConstraints(StreamReadConstraints.builder().maxNameLength(1 << 20).build())
      .build();

  private final JsonParser parser;
  private final ByteArrayFeeder feeder;
  private final long bytesMax;
  private final Tokens tokens;
  private long read;

  /** @param bytesMax more of them are {@link UnreadableAnswer malformed} */
  JsonStream(long bytesMax, Tokens tokens) {
    try {
      this.parser = FACTORY.createNonBlockingByteArrayParser();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    this.feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
    this.bytesMax = bytesMax;
    this.tokens = tokens;
  }

  void feed(ByteString bytes) {
    read += bytes.size();
    if (read > bytesMax) throw UnreadableAnswer.malformed("over " + bytesMax + " bytes");
    var array = bytes.toArrayUnsafe();
    try {
      feeder.feedInput(array, 0, array.length);
      takeAll();
    } catch (IOException malformed) {
      throw UnreadableAnswer.malformed("no JSON");
    }
  }

  /** All bytes have come: whatever cannot be read now was read up to its last byte, and lacks more. */
  void end() {
    feeder.endOfInput();
    try {
      takeAll();
    } catch (IOException early) {
      throw UnreadableAnswer.truncated();
    }
  }

  /** A buffer for tokens of this stream. */
  TokenBuffer buffer() {
    return new TokenBuffer(parser);
  }

  void copyTokenTo(TokenBuffer buffer) throws IOException {
    buffer.copyCurrentEvent(parser);
  }

  /** The token, if it is a text or a field's name. */
  String text() throws IOException {
    return parser.getText();
  }

  /** The length of {@link #text}, in characters. */
  int textLength() throws IOException {
    return parser.getTextLength();
  }

  private void takeAll() throws IOException {
    for (var token = parser.nextToken(); token != null && token != JsonToken.NOT_AVAILABLE; token = parser.nextToken())
      tokens.take(token);
  }
}
