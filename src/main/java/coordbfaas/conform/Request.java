package coordbfaas.conform;

import coordbfaas.wire.ServerUrl;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request that is well-formed.
 *
 * @param path with its query; the target's prefix comes before it
 * @param fields beside {@code Host} and {@code Content-Length}
 */
record Request(String method, String path, List<Field> fields, byte[] body) {
  static Request run(String script) {
    return run(script.getBytes(StandardCharsets.UTF_8));
  }

  static Request run(byte[] script) {
    return new Request("POST", "/run", List.of(), script);
  }

  static Request json(String document) {
    return run(document).with("Content-Type", "application/json");
  }

  Request to(String otherPath) {
    return new Request(method, otherPath, fields, body);
  }

  Request by(String otherMethod) {
    return new Request(otherMethod, path, fields, body);
  }

  Request query(String query) {
    return to(path + (path.contains("?") ? "&" : "?") + query);
  }

  Request with(String name, String value) {
    var more = new ArrayList<>(fields);
    more.add(new Field(name, value));
    return new Request(method, path, List.copyOf(more), body);
  }

  /** As it is written; without a length if it has neither a body nor a method that is for one. */
  byte[] bytes(ServerUrl target) {
    var head = new StringBuilder(start(target));
    for (var field : fields) head.append(field.name()).append(": ").append(field.value()).append("\r\n");
    if (body.length > 0 || method.equals("POST")) head.append("Content-Length: ").append(body.length).append("\r\n");
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  /** The request line and the {@code Host} field. */
  String start(ServerUrl target) {
    return method + " " + target.prefix() + path + " HTTP/1.1\r\nHost: " + target.authority() + "\r\n";
  }
}
