package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;

/** An answer of up to 1 MiB that is one JSON document, or empty: read as a missing node. */
final class WholeAnswer<T> implements AnswerReader<T> {
  private static final int BYTES_MAX = 1 << 20;

  private final ObjectMapper json;
  private final Function<JsonNode, T> meaning;
  private ByteString body = ByteString.emptyByteString();

  /** @param meaning throws {@link UnreadableAnswer} if it has none */
  WholeAnswer(ObjectMapper json, Function<JsonNode, T> meaning) {
    this.json = json;
    this.meaning = meaning;
  }

  @Override
  public void read(ByteString bytes) {
    if (body.size() + bytes.size() > BYTES_MAX) throw UnreadableAnswer.malformed("over " + BYTES_MAX + " bytes");
    body = body.concat(bytes);
  }

  @Override
  public T end() {
    return meaning.apply(document());
  }

  private JsonNode document() {
    var bytes = body.toArrayUnsafe();
    try {
      return bytes.length == 0 ? json.missingNode() : json.readTree(bytes);
    } catch (JsonEOFException early) {
      throw UnreadableAnswer.truncated();
    } catch (JsonProcessingException malformed) {
      // The library calls a word that is cut in its middle a strange word.
      var place = malformed.getLocation();
      if (place != null && place.getByteOffset() >= bytes.length) throw UnreadableAnswer.truncated();
      throw UnreadableAnswer.malformed("no JSON");
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
