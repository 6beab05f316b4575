package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import coordbfaas.settings.RandomCases;
import coordbfaas.wire.RunRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A script's frame")
class ScriptFrameTest {
  @Test
  void isReadBackWhole() {
    RandomCases.each(500, random -> {
      var request = new RunRequest(bytes(random), bytes(random), texts(random), variables(random), files(random),
          Optional.empty());
      var frame = Frame.read(ScriptFrame.of(request));
      assertThat(frame.script()).isEqualTo(request.script());
      assertThat(frame.args()).isEqualTo(request.args());
      assertThat(frame.env()).containsAllEntriesOf(request.env());
      assertThat(frame.files()).isEqualTo(request.files());
    });
  }

  @Test
  void givesEveryScriptAPathAHomeAndALocale() {
    assertThat(env(Map.of())).containsOnly(
        entry("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), entry("HOME", "/tmp/work"),
        entry("LANG", "C.UTF-8"));
  }

  @Test
  void letsARequestOverrideThem() {
    assertThat(env(Map.of("PATH", "/bin", "X", ""))).containsOnly(
        entry("PATH", "/bin"), entry("HOME", "/tmp/work"), entry("LANG", "C.UTF-8"), entry("X", ""));
  }

  @Test
  void leavesStdinToWhatFollowsIt() {
    var script = ByteString.fromString("cat");
    var withStdin = new RunRequest(script, ByteString.fromString("in"), List.of(), Map.of(), Map.of(), Optional.empty());
    assertThat(ScriptFrame.of(withStdin)).isEqualTo(ScriptFrame.of(RunRequest.of(script)));
  }

  private static Map<String, String> env(Map<String, String> given) {
    var request = new RunRequest(ByteString.fromString(":"), ByteString.emptyByteString(), List.of(), given, Map.of(),
        Optional.empty());
    return Frame.read(ScriptFrame.of(request)).env();
  }

  /** A frame as {@code reaper.pl} takes it apart: {@code unpack('(N/a*)*')}, then lists by the counts before them. */
  private record Frame(ByteString script, List<String> args, Map<String, String> env, Map<String, ByteString> files) {
    static Frame read(byte[] bytes) {
      var frame = ByteBuffer.wrap(bytes);
      assertThat(frame.getInt()).isEqualTo(frame.remaining());
      var script = field(frame);
      var args = new ArrayList<String>();
      for (var count = count(frame); count > 0; count--) args.add(text(frame));
      var env = new HashMap<String, String>();
      for (var count = count(frame); count > 0; count--) assertThat(env.put(text(frame), text(frame))).isNull();
      var files = new HashMap<String, ByteString>();
      for (var count = count(frame); count > 0; count--) assertThat(files.put(text(frame), field(frame))).isNull();
      assertThat(frame.remaining()).isZero();
      return new Frame(script, args, env, files);
    }

    private static ByteString field(ByteBuffer frame) {
      var field = new byte[frame.getInt()];
      frame.get(field);
      return ByteString.fromArray(field);
    }

    private static String text(ByteBuffer frame) {
      return field(frame).decodeString(StandardCharsets.UTF_8);
    }

    private static int count(ByteBuffer frame) {
      return Integer.parseInt(text(frame));
    }
  }

  private static ByteString bytes(RandomGenerator random) {
    return ByteString.fromArray(RandomCases.bytes(random, random.nextInt(200)));
  }

  private static List<String> texts(RandomGenerator random) {
    var texts = new ArrayList<String>();
    for (var count = random.nextInt(5); count > 0; count--) texts.add(RandomCases.text(random, random.nextInt(20)));
    return texts;
  }

  private static Map<String, String> variables(RandomGenerator random) {
    var variables = new HashMap<String, String>();
    texts(random).forEach(name -> variables.put(name, RandomCases.text(random, random.nextInt(20))));
    return variables;
  }

  private static Map<String, ByteString> files(RandomGenerator random) {
    var files = new HashMap<String, ByteString>();
    texts(random).forEach(path -> files.put(path, bytes(random)));
    return files;
  }
}
