package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.databind.ObjectMapper;
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

  private final JsonParser parser;
  private final ByteArrayFeeder feeder;
  private final Tokens tokens;

  JsonStream(ObjectMapper json, Tokens tokens) {
    try {
      this.parser = json.getFactory().createNonBlockingByteArrayParser();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    this.feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
    this.tokens = tokens;
  }

  void feed(ByteString bytes) {
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

  /** The bytes up to the begin of the token. */
  long tokenBegan() {
    return parser.currentTokenLocation().getByteOffset();
  }

  /** The bytes up to the end of the token. */
  long tokenEnded() {
    return parser.currentLocation().getByteOffset();
  }

  private void takeAll() throws IOException {
    for (var token = parser.nextToken(); token != null && token != JsonToken.NOT_AVAILABLE; token = parser.nextToken())
      tokens.take(token);
  }
}
