package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;

/** An answer of up to 1 MiB that is one JSON document, or empty: read as a missing node. */
final class WholeAnswer<T> implements AnswerReader<T> {
  private static final int BYTES_MAX = 1 << 20;

  private final ObjectMapper json;
  private final Function<JsonNode, T> meaning;
  private final JsonStream stream;
  private final TokenBuffer document;
  private boolean empty = true;
  private int depth;

  /** @param meaning throws {@link UnreadableAnswer} if it has none */
  WholeAnswer(ObjectMapper json, Function<JsonNode, T> meaning) {
    this.json = json;
    this.meaning = meaning;
    this.stream = new JsonStream(BYTES_MAX, this::take);
    this.document = stream.buffer();
  }

  @Override
  public void read(ByteString bytes) {
    stream.feed(bytes);
  }

  @Override
  public T end() {
    stream.end();
    if (depth > 0) throw UnreadableAnswer.truncated();
    try {
      return meaning.apply(empty ? json.missingNode() : json.readTree(document.asParser(json)));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  private void take(JsonToken token) throws IOException {
    if (!empty && depth == 0) throw UnreadableAnswer.malformed("more than one document");
    empty = false;
    stream.copyTokenTo(document);
    if (token.isStructStart()) depth++;
    if (token.isStructEnd()) depth--;
  }
}
