package coordbfaas.conform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Predicate;

/** The document form of a {@link ModelServer}. */
final class ModelDocument implements ModelAnswer.Form {
  private final ModelAnswer answer;
  private final Predicate<Fault> has;
  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private int number;

  ModelDocument(ModelAnswer answer, Predicate<Fault> has) {
    this.answer = answer;
    this.has = has;
  }

  @Override
  public void begin(int run) throws IOException {
    this.number = run;
    if (!has.test(Fault.DOCUMENT_DEADLINE_504)) answer.head("application/json", number);
  }

  @Override
  public void output(ModelRun.Output output) {
    (output.stderr() ? stderr : stdout).writeBytes(output.bytes());
  }

  @Override
  public void quiet() throws IOException {
    if (!has.test(Fault.SILENT)) answer.part(" ");
  }

  @Override
  public boolean end(ModelRun.End end, long ms) throws IOException {
    if (has.test(Fault.DOCUMENT_DEADLINE_504)) {
      answer.problem(504, true, false);
      return false;
    }
    var reason = has.test(Fault.DOCUMENT_ALWAYS_EXITED) ? "exited" : end.reason();
    answer.part("{\"stdout\":" + value(stdout) + ",\"stderr\":" + value(stderr) + ",\"code\":" + end.code()
        + ",\"reason\":\"" + reason + "\""
        + (has.test(Fault.NO_TRUNCATED) ? "" : ",\"truncated\":" + isCut(end)) + ModelEvents.signal(end, has)
        + ",\"durationMs\":" + ms + "}\n");
    return answer.last("");
  }

  /** Whether it did not come to its own end; the model drops nothing otherwise. */
  private static boolean isCut(ModelRun.End end) {
    return !end.reason().equals("exited") && !end.reason().equals("signaled");
  }

  private String value(ByteArrayOutputStream output) {
    var bytes = output.toByteArray();
    if (has.test(Fault.REPLACES)) return ModelEvents.quoted(new String(bytes, StandardCharsets.UTF_8));
    return ModelEvents.text(bytes).map(ModelEvents::quoted)
        .orElseGet(() -> "{\"base64\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}");
  }
}
