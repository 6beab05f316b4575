package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The document of one machine, read token by token: what {@link Answers} reads of it is kept, the rest is passed over.
 *
 * <p>Workers may write its metadata, as much as they please. So of it are kept 4096 characters in all, whatever fits as it
 * comes: no machine takes more of our memory, and none is so large that it, or a list with it, could not be read.
 */
final class MachineDocument {
  private static final Set<String> TEXTS = Set.of("id", "name", "state", "instance_id", "nonce", "host_status", "image");
  private static final List<String> WAY_TO_METADATA = List.of("config", "metadata");
  private static final int CHARACTERS_MAX = 4 << 10;

  private final JsonStream stream;
  private final ObjectNode machine;
  private final Deque<ObjectNode> kept = new ArrayDeque<>(); // the machine, its config, its metadata: those we are in
  private String field = "";
  private int depth;
  private int metadataLeft = CHARACTERS_MAX;

  /** @param stream stands before the document, or at its first token */
  MachineDocument(ObjectMapper json, JsonStream stream) {
    this.stream = stream;
    this.machine = json.createObjectNode();
  }

  /**
   * Takes the token at which the stream stands.
   *
   * @return whether it is the document's last
   */
  boolean take(JsonToken token) throws IOException {
    switch (token) {
      case START_OBJECT, START_ARRAY -> begin(token);
      case END_OBJECT, END_ARRAY     -> end();
      case FIELD_NAME                -> field = isKept() ? stream.text() : "";
      case VALUE_STRING              -> text();
      default                        -> {} // nothing of it is read
    }
    return depth == 0;
  }

  /** What was kept. */
  ObjectNode kept() {
    return machine;
  }

  private void begin(JsonToken token) {
    if (token == JsonToken.START_OBJECT && depth == 0) kept.push(machine);
    else if (token == JsonToken.START_OBJECT && isKept() && depth <= WAY_TO_METADATA.size()
        && WAY_TO_METADATA.get(depth - 1).equals(field)) kept.push(kept.element().putObject(field));
    depth++;
  }

  private void end() {
    if (isKept()) kept.pop();
    depth--;
  }

  private void text() throws IOException {
    if (!isKept()) return;
    var length = stream.textLength();
    if (depth <= WAY_TO_METADATA.size()) {
      if (TEXTS.contains(field) && length <= CHARACTERS_MAX) kept.element().put(field, stream.text());
    } else if (field.length() + length <= metadataLeft) {
      metadataLeft -= field.length() + length;
      kept.element().put(field, stream.text());
    }
  }

  private boolean isKept() {
    return depth > 0 && depth == kept.size();
  }
}
