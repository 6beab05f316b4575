package coordbfaas.basher;

import coordbfaas.wire.RunRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the frame in which a waiting process gets its script: see {@code reaper.pl}, which reads it. */
final class ScriptFrame {
  // All that a script finds in its environment beside what its request gives.
  private static final Map<String, String> ENVIRONMENT = Map.of(
      "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME", Walls.DIRECTORY,
      "LANG", "C.UTF-8");

  private ScriptFrame() {}

  /** Script, arguments, environment and files: their lengths, their counts and their bytes; stdin follows the frame. */
  static byte[] of(RunRequest request) {
    var env = new TreeMap<>(ENVIRONMENT);
    env.putAll(request.env());

    var fields = new ArrayList<byte[]>();
    fields.add(request.script().toArrayUnsafe());
    fields.add(count(request.args().size()));
    request.args().forEach(arg -> fields.add(Frame.utf8(arg)));
    fields.add(count(env.size()));
    env.forEach((name, value) -> fields.addAll(List.of(Frame.utf8(name), Frame.utf8(value))));
    fields.add(count(request.files().size()));
    request.files().forEach((path, content) -> fields.addAll(List.of(Frame.utf8(path), content.toArrayUnsafe())));
    return Frame.of(fields);
  }

  private static byte[] count(int count) {
    return Frame.utf8(Integer.toString(count));
  }
}
