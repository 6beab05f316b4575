package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A request that is written as a document")
class RunRequestDocumentTest {
  @Test
  void isReadAgainAsTheSameRequest() {
    RandomCases.each(2_000, random -> {
      var request = aRequest(random);
      assertThat(RunRequestReader.read(true, RunRequestDocument.of(request))).isEqualTo(request);
    });
  }

  @Test
  void holdsNothingThatWasNotAskedFor() {
    assertThat(written(RunRequest.of(utf8("echo \"hi\"\n")))).isEqualTo("{\"script\":\"echo \\\"hi\\\"\\n\"}");
  }

  @Test
  void holdsAllThatWasAskedFor() {
    assertThat(written(new RunRequest(utf8("true"), utf8("in"), List.of("a", ""), Map.of("K", "v", "B", "ä"),
        Map.of("x/y", ByteString.fromInts(0xFF)), Optional.of(Duration.ofMillis(1500)))))
        .isEqualTo("{\"script\":\"true\",\"stdin\":\"in\",\"args\":[\"a\",\"\"],\"env\":{\"B\":\"ä\",\"K\":\"v\"},"
            + "\"files\":{\"x/y\":{\"base64\":\"/w==\"}},\"timeout\":\"1.5s\"}");
  }

  /** 700,000 random bytes must fit into a megabyte, and so must as many control characters. */
  @Test
  void takesTheShorterFormOfBytes() {
    assertThat(stdin(ByteString.fromArray(new byte[700_000]))).startsWith("{\"base64\":").hasSizeLessThan(950_000);
    assertThat(stdin(utf8("line\n".repeat(1000)))).startsWith("\"line\\n");
  }

  private static String stdin(ByteString stdin) {
    var document = written(new RunRequest(utf8("cat"), stdin, List.of(), Map.of(), Map.of(), Optional.empty()));
    return document.substring("{\"script\":\"cat\",\"stdin\":".length(), document.length() - 1);
  }

  private static RunRequest aRequest(RandomGenerator random) {
    var env = new HashMap<String, String>();
    var files = new HashMap<String, ByteString>();
    for (var count = random.nextInt(3); count > 0; count--) {
      env.put("K" + count, argument(random));
      files.put("f/" + count, ByteString.fromArray(RandomCases.bytes(random, random.nextInt(20))));
    }
    var stdin = random.nextBoolean() ? utf8(RandomCases.text(random, 20))
        : ByteString.fromArray(RandomCases.bytes(random, random.nextInt(20)));
    return new RunRequest(utf8("x" + argument(random)), stdin,
        IntStream.range(0, random.nextInt(3)).mapToObj(each -> argument(random)).toList(), env, files,
        random.nextBoolean() ? Optional.empty() : Optional.of(Duration.ofNanos(random.nextLong(1, 1L << 50))));
  }

  private static String argument(RandomGenerator random) {
    return RandomCases.text(random, 20).replace("\0", "");
  }

  private static String written(RunRequest request) {
    return RunRequestDocument.of(request).utf8String();
  }

  private static ByteString utf8(String text) {
    return ByteString.fromString(text);
  }
}
