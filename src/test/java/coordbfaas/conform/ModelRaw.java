package coordbfaas.conform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Predicate;

/** The raw form of a {@link ModelServer}. */
final class ModelRaw implements ModelAnswer.Form {
  private final ModelAnswer answer;
  private final boolean trailersTaken;
  private final Predicate<Fault> has;
  private final ByteArrayOutputStream heldBack = new ByteArrayOutputStream();
  private boolean empty = true;

  ModelRaw(ModelAnswer answer, ModelRequest request, Predicate<Fault> has) {
    this.answer = answer;
    this.trailersTaken = request.field("TE").equals(Optional.of("trailers"));
    this.has = has;
  }

  @Override
  public void begin(int number) throws IOException {
    answer.head(has.test(Fault.RAW_IS_TEXT) ? "text/plain" : "application/octet-stream", number);
  }

  @Override
  public void output(ModelRun.Output output) throws IOException {
    if (output.stderr() && has.test(Fault.RAW_WITHOUT_STDERR)) return;
    empty = false;
    if (has.test(Fault.RAW_HELD_BACK)) heldBack.writeBytes(output.bytes());
    else answer.part(output.bytes());
  }

  @Override
  public void quiet() {
    // nothing is added
  }

  @Override
  public boolean end(ModelRun.End end, long ms) throws IOException {
    answer.part(heldBack.toByteArray());
    if (has.test(Fault.RAW_ADDS_A_LINE) || has.test(Fault.RAW_NEVER_EMPTY) && empty) answer.part("\n");
    var cut = end.reason().equals("deadline") && !has.test(Fault.RAW_DEADLINE_ENDS_WELL);
    if (cut && (!trailersTaken || has.test(Fault.RAW_DEADLINE_ALWAYS_RESETS))) return answer.reset();
    var reason = has.test(Fault.RAW_ALWAYS_EXITED) ? "exited" : end.reason();
    return answer.last(has.test(Fault.NO_TRAILERS) ? "" : "Exit-Code: " + end.code() + "\r\nExit-Reason: " + reason + "\r\n");
  }
}
