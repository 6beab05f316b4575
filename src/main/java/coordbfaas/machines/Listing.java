package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * The answer to a list, read machine by machine as it comes: of ten thousand machines what we need is kept, never their text.
 * Without the array's end it is truncated: a shorter list would be a lie. At most 256 MiB.
 */
final class Listing implements AnswerReader<List<Machine>> {
  private static final long BYTES_MAX = 256L << 20;

  private final ObjectMapper json;
  private final JsonStream stream;
  private final List<Machine> machines = new ArrayList<>();
  private MachineDocument machine;
  private boolean begun;
  private boolean over;

  Listing(ObjectMapper json) {
    this.json = json;
    this.stream = new JsonStream(BYTES_MAX, token -> {
      if (machine == null) between(token);
      else within(token);
    });
  }

  @Override
  public void read(ByteString bytes) {
    stream.feed(bytes);
  }

  @Override
  public List<Machine> end() {
    stream.end();
    if (!over) throw UnreadableAnswer.truncated();
    return List.copyOf(machines);
  }

  private void between(JsonToken token) throws IOException {
    if (token == JsonToken.START_ARRAY && !begun) {
      begun = true;
    } else if (token == JsonToken.START_OBJECT && begun && !over) {
      machine = new MachineDocument(json, stream);
      within(token);
    } else if (token == JsonToken.END_ARRAY) {
      over = true;
    } else {
      throw UnreadableAnswer.malformed(begun && !over
          ? "in its list something else (expected: a machine)" : "no list (expected: a list of machines)");
    }
  }

  private void within(JsonToken token) throws IOException {
    if (!machine.take(token)) return;
    machines.add(Answers.listed(machine.kept()));
    machine = null;
  }
}
