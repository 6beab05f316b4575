package coordbfaas.machines;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.apache.pekko.util.ByteString;

/** An answer that is one machine. */
final class OneMachine implements AnswerReader<Machine> {
  private static final long BYTES_MAX = 256L << 20;

  private final JsonStream stream;
  private final MachineDocument machine;
  private boolean begun;
  private boolean over;

  OneMachine(ObjectMapper json) {
    this.stream = new JsonStream(BYTES_MAX, this::take);
    this.machine = new MachineDocument(json, stream);
  }

  @Override
  public void read(ByteString bytes) {
    stream.feed(bytes);
  }

  @Override
  public Machine end() {
    stream.end();
    if (begun && !over) throw UnreadableAnswer.truncated();
    return Answers.machine(machine.kept());
  }

  private void take(JsonToken token) throws IOException {
    if (over) throw UnreadableAnswer.malformed("more than one document");
    begun = true;
    over = machine.take(token);
  }
}
