package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * The answer to a list, read machine by machine as it comes: of ten thousand machines what we need is kept, never their text.
 * Without the array's end it is truncated: a shorter list would be a lie. At most 256 MiB, 1 MiB for each machine.
 */
final class Listing implements AnswerReader<List<Machine>> {
  private static final long BYTES_MAX = 256L << 20;
  private static final long MACHINE_BYTES_MAX = 1L << 20;

  private final ObjectMapper json;
  private final JsonStream stream;
  private final List<Machine> machines = new ArrayList<>();
  private TokenBuffer machine;
  private int depth; // 1: within the array, between machines
  private boolean over;
  private long read;
  private long machineBegan;

  Listing(ObjectMapper json) {
    this.json = json;
    this.stream = new JsonStream(json, token -> {
      if (machine == null) between(token);
      else within(token);
    });
  }

  @Override
  public void read(ByteString bytes) {
    read += bytes.size();
    if (read > BYTES_MAX) throw UnreadableAnswer.malformed("over " + BYTES_MAX + " bytes");
    stream.feed(bytes);
    if (machine != null) requireSmall(read);
  }

  @Override
  public List<Machine> end() {
    stream.end();
    if (!over) throw UnreadableAnswer.truncated();
    return List.copyOf(machines);
  }

  private void between(JsonToken token) throws IOException {
    if (token == JsonToken.START_ARRAY && depth == 0 && !over) {
      depth = 1;
    } else if (token == JsonToken.START_OBJECT && depth == 1) {
      machine = stream.buffer();
      machineBegan = stream.tokenBegan();
      within(token);
    } else if (token == JsonToken.END_ARRAY) {
      depth = 0;
      over = true;
    } else {
      throw UnreadableAnswer.malformed(
          depth == 0 ? "no list (expected: a list of machines)" : "in its list something else (expected: a machine)");
    }
  }

  private void within(JsonToken token) throws IOException {
    stream.copyTokenTo(machine);
    if (token.isStructStart()) depth++;
    if (token.isStructEnd()) depth--;
    if (depth > 1) return;
    requireSmall(stream.tokenEnded());
    machines.add(Answers.machine(json.readTree(machine.asParser(json))));
    machine = null;
  }

  private void requireSmall(long soFar) {
    if (soFar - machineBegan > MACHINE_BYTES_MAX)
      throw UnreadableAnswer.malformed("a machine of over " + MACHINE_BYTES_MAX + " bytes");
  }
}
