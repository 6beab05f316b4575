package coordbfaas.conform;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The event stream of a {@link ModelServer}. */
final class ModelEvents implements ModelAnswer.Form {
  private static final Map<Integer, String> SIGNALS = Map.of(9, "KILL", 11, "SEGV", 15, "TERM");

  private final ModelAnswer answer;
  private final int number;
  private final Predicate<Fault> has;
  private final ByteArrayOutputStream heldBack = new ByteArrayOutputStream();
  private final byte[][] halves = {new byte[0], new byte[0]};
  private boolean begun;

  ModelEvents(ModelAnswer answer, int number, Predicate<Fault> has) {
    this.answer = answer;
    this.number = number;
    this.has = has;
  }

  @Override
  public void begin(int ignored) throws IOException {
    if (!has.test(Fault.LATE_HEAD)) head();
  }

  private void head() throws IOException {
    if (!begun) answer.head(has.test(Fault.PLAIN_TYPE) ? "text/plain" : "text/event-stream", number);
    begun = true;
  }

  @Override
  public void output(ModelRun.Output output) throws IOException {
    head();
    var which = output.stderr() ? 1 : 0;
    var bytes = joined(halves[which], output.bytes());
    var atEdges = has.test(Fault.REPLACES_AT_EDGES) || has.test(Fault.BASE64_AT_EDGES);
    var whole = atEdges ? bytes.length : bytes.length - begunCharacter(bytes);
    halves[which] = Arrays.copyOfRange(bytes, whole, bytes.length);
    if (whole > 0) event(output.stderr() ? "stderr" : "stdout", altered(Arrays.copyOf(bytes, whole)));
  }

  @Override
  public void quiet() throws IOException {
    if (!begun) return;
    if (!has.test(Fault.SILENT)) answer.part(": ping\n\n");
  }

  @Override
  public boolean end(ModelRun.End end, long ms) throws IOException {
    head();
    for (var which = 0; which < 2; which++)
      if (halves[which].length > 0 && !has.test(Fault.DROPS_HALF_CHARACTERS))
        event(which == 1 ? "stderr" : "stdout", altered(halves[which]));
    if (has.test(Fault.EMPTY_OUTPUT)) event("stdout", new byte[0]);
    answer.part(heldBack.toByteArray());
    if (end.reason().equals("deadline") && has.test(Fault.NO_EXIT_AT_DEADLINE)) return answer.last("");
    var exit = frame("exit", exit(end, has.test(Fault.NO_DURATION) ? 0 : ms));
    answer.part(has.test(Fault.TWO_EXITS) ? exit + exit : exit);
    return answer.last("");
  }

  private String exit(ModelRun.End end, long ms) {
    var code = "\"code\":" + end.code();
    var reason = "\"reason\":\"" + end.reason() + "\"" + signal(end, has);
    return "{" + (has.test(Fault.REASON_FIRST) ? reason + "," + code : code + "," + reason) + ",\"durationMs\":" + ms + "}";
  }

  /** The member that tells a signal; nothing if none ended it. */
  static String signal(ModelRun.End end, Predicate<Fault> has) {
    if (end.signal() == 0) return "";
    return ",\"signal\":\"" + (has.test(Fault.SIGNAL_WITHOUT_SIG) ? "" : "SIG") + SIGNALS.getOrDefault(end.signal(), "?") + "\"";
  }

  private void event(String name, byte[] bytes) throws IOException {
    var text = frame(name, data(bytes));
    if (has.test(Fault.HOLDS_BACK)) heldBack.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    else answer.part(text);
  }

  private String frame(String name, String data) {
    var space = has.test(Fault.NO_SPACE_AFTER_COLON) ? "" : " ";
    return "event:" + space + name + "\ndata:" + space + data + "\n\n";
  }

  private String data(byte[] bytes) {
    var text = has.test(Fault.REPLACES) || has.test(Fault.REPLACES_AT_EDGES)
        ? Optional.of(new String(bytes, StandardCharsets.UTF_8)) : text(bytes);
    if (has.test(Fault.DATA_AS_IT_IS) && text.isPresent()) return text.get();
    if (has.test(Fault.SURROGATES_AS_TEXT) && text.isEmpty()) return "\"\\ud834\"";
    return text.map(ModelEvents::quoted).orElseGet(() -> "{\"base64\":\"" + Base64.getEncoder().encodeToString(bytes) + "\"}");
  }

  private byte[] altered(byte[] bytes) {
    var latin1 = new String(bytes, StandardCharsets.ISO_8859_1);
    if (has.test(Fault.DROPS_NUL)) latin1 = latin1.replace("\0", "");
    if (has.test(Fault.LF_FOR_CR_LF)) latin1 = latin1.replace("\r\n", "\n");
    if (has.test(Fault.WHOLE_LINES_ALONE)) latin1 = latin1.substring(0, latin1.lastIndexOf('\n') + 1);
    if (has.test(Fault.SEVEN_BITS)) latin1 = latin1.chars().map(octet -> octet & 0x7F)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    return latin1.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String quoted(String text) {
    return JsonNodeFactory.instance.textNode(text).toString();
  }

  static Optional<String> text(byte[] bytes) {
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    }
  }

  /** How many bytes at the end may be the beginning of a character: what a decoder leaves when more is to come. */
  private static int begunCharacter(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE);
    var in = ByteBuffer.wrap(bytes);
    decoder.decode(in, CharBuffer.allocate(bytes.length + 1), false);
    return in.remaining();
  }

  private static byte[] joined(byte[] one, byte[] other) {
    var both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}
