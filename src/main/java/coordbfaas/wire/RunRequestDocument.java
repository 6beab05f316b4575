package coordbfaas.wire;

import coordbfaas.settings.GoDuration;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.util.ByteString;
import org.apache.pekko.util.ByteStringBuilder;

/** Writes a request as the JSON document that {@link RunRequestReader} reads. What was not asked for is left out. Pure. */
public final class RunRequestDocument {
  private static final byte[] QUOTE = ascii("\"");

  private final ByteStringBuilder document = ByteString.createBuilder();

  private RunRequestDocument() {}

  /**
   * Writes a request.
   *
   * @param request its script is text: a document has no other form for one
   */
  public static ByteString of(RunRequest request) {
    return new RunRequestDocument().write(request);
  }

  private ByteString write(RunRequest request) {
    put("{\"script\":").put(string(request.script()));
    if (!request.stdin().isEmpty()) put(",\"stdin\":").put(bytes(request.stdin()));
    if (!request.args().isEmpty()) args(request.args());
    if (!request.env().isEmpty()) {
      var env = new TreeMap<String, ByteString>();
      request.env().forEach((name, value) -> env.put(name, string(ByteString.fromString(value))));
      members("env", env);
    }
    if (!request.files().isEmpty()) {
      var files = new TreeMap<String, ByteString>();
      request.files().forEach((path, content) -> files.put(path, bytes(content)));
      members("files", files);
    }
    request.timeout().ifPresent(timeout -> put(",\"timeout\":\"" + GoDuration.format(timeout) + "\""));
    return put("}").document.result();
  }

  private void args(List<String> args) {
    var before = ",\"args\":[";
    for (var arg : args) {
      put(before).put(string(ByteString.fromString(arg)));
      before = ",";
    }
    put("]");
  }

  private void members(String field, Map<String, ByteString> members) {
    var before = ",\"" + field + "\":{";
    for (var member : members.entrySet()) {
      put(before).put(string(ByteString.fromString(member.getKey()))).put(":").put(member.getValue());
      before = ",";
    }
    put("}");
  }

  /** The shorter of the two forms; text full of control characters takes six bytes for each. */
  private static ByteString bytes(ByteString bytes) {
    var array = bytes.toArrayUnsafe();
    var base64Bytes = EventStream.BASE64.length + (array.length + 2) / 3 * 4 + EventStream.BASE64_END.length;
    if (Utf8.isText(array, 0, array.length)) {
      var string = string(bytes);
      if (string.size() <= base64Bytes) return string;
    }
    return ByteString.fromArrayUnsafe(EventStream.BASE64)
        .concat(ByteString.fromArrayUnsafe(Base64.getEncoder().encode(array)))
        .concat(ByteString.fromArrayUnsafe(EventStream.BASE64_END));
  }

  private static ByteString string(ByteString text) {
    return JsonString.write(QUOTE, text.toArrayUnsafe(), QUOTE);
  }

  private RunRequestDocument put(String text) {
    return put(ByteString.fromArrayUnsafe(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private RunRequestDocument put(ByteString bytes) {
    document.append(bytes);
    return this;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
