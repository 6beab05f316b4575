package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import coordbfaas.settings.RandomCases;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.pekko.util.ByteString;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The body of a run request")
class RunRequestReaderTest {
  /** Stands for what people run: no message may hold it. */
  private static final String SECRET = "s3cret";

  @Nested
  @DisplayName("that is not JSON")
  class ThatIsNotJson {
    @Test
    void isTheScriptVerbatim() {
      RandomCases.each(1_000, random -> {
        var body = RandomCases.bytes(random, random.nextInt(1, 200));
        for (var i = 0; i < body.length; i++) if (body[i] == 0) body[i] = 1;
        var request = RunRequestReader.read(false, ByteString.fromArray(body));
        assertThat(request).isEqualTo(RunRequest.of(ByteString.fromArray(body)));
        assertThat(request.script().toArray()).isEqualTo(body);
      });
    }

    @Test
    void isNoDocumentEvenIfItLooksLikeOne() {
      assertThat(RunRequestReader.read(false, utf8("{\"script\":\"true\"}")).script().utf8String())
          .isEqualTo("{\"script\":\"true\"}");
    }

    @Test
    void isRefusedWhenEmptyOrWithANul() {
      isRefused(() -> RunRequestReader.read(false, ByteString.emptyByteString()), "empty script");
      isRefused(() -> RunRequestReader.read(false, utf8("echo " + SECRET + "\0")), "NUL");
    }

    @Test
    void asksForNothingBesides() {
      var request = RunRequestReader.read(false, utf8("true"));
      assertThat(request.stdin()).isEqualTo(ByteString.emptyByteString());
      assertThat(request.args()).isEmpty();
      assertThat(request.env()).isEmpty();
      assertThat(request.files()).isEmpty();
      assertThat(request.timeout()).isEmpty();
    }
  }

  @Nested
  @DisplayName("that is JSON")
  class ThatIsJson {
    @Test
    void holdsAllThatARunMayBeGiven() {
      var request = read("""
          {"script": "echo ä", "stdin": "in\\u0000put", "args": ["a", "", "€ 1"], "env": {"K": "v", "k.x": ""},
           "files": {"a": "text", "b/c d": {"base64": "AP8="}}, "timeout": "1m30s"}
          """);
      assertThat(request.script()).isEqualTo(utf8("echo ä"));
      assertThat(request.stdin()).isEqualTo(utf8("in\0put"));
      assertThat(request.args()).containsExactly("a", "", "€ 1");
      assertThat(request.env()).isEqualTo(Map.of("K", "v", "k.x", ""));
      assertThat(request.files()).isEqualTo(Map.of("a", utf8("text"), "b/c d",
          ByteString.fromArray(new byte[] {0, (byte) 0xFF})));
      assertThat(request.timeout()).contains(Duration.ofSeconds(90));
    }

    @Test
    void needsNothingButTheScript() {
      assertThat(read("{\"script\":\"true\"}")).isEqualTo(RunRequest.of(utf8("true")));
    }

    @Test
    void mayGiveStdinAsBytes() {
      assertThat(read("{\"script\":\"cat\",\"stdin\":{\"base64\":\"/w==\"}}").stdin().toArray()).containsExactly(0xFF);
      assertThat(read("{\"script\":\"cat\",\"stdin\":{\"base64\":\"\"}}").stdin()).isEqualTo(ByteString.emptyByteString());
      assertThat(read("{\"script\":\"cat\",\"stdin\":\"\"}").stdin()).isEqualTo(ByteString.emptyByteString());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"script\":\"%s\",\"cwd\":\"/\"}", "{\"script\":\"%s\",\"Script\":\"x\"}", "{\"script\":\"%s\",\"\":1}",
        "{\"echo %s\":1,\"script\":\"x\"}"})
    void isRefusedWithAnUnknownField(String body) {
      isRefused(body, "unknown field");
    }

    @Test
    void isToldWhichWordWasWrong() {
      isRefused("{\"script\":\"x\",\"cwd\":\"/%s\"}", "unknown field \"cwd\" (expected: script");
      isRefused("{\"script\":\"x\",\"timeout\":\"5 %s\"}", "timeout: expected");
      isRefused("{\"script\":\"x\",\"timeout\":\"5x\"}", "timeout \"5x\": expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "nonsense", "{\"script\":\"%s\"", "{'script':'%s'}", "{\"script\":\"%s\",}",
        "{\"script\":\"%s\n\"}",
        "{\"script\":\"%s\" /* comment */}", "{\"script\":\"%s\\x\"}", "\"%s", "[", "[[[[", "null", "1", "\"%s\"", "[]",
        "[{\"script\":\"%s\"}]", "true"})
    void isRefusedUnlessItIsAnObject(String body) {
      isRefused(body, "JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"script\":\"%s\"}{}", "{\"script\":\"%s\"} x", "{\"script\":\"%s\"}]", "{\"script\":\"%s\"}\0"})
    void isRefusedWhenMoreFollowsIt(String body) {
      isRefused(body, "malformed JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"script\":\"%s\",\"script\":\"%s\"}", "{\"script\":\"%s\",\"env\":{\"%s\":\"1\",\"%s\":\"2\"}}",
        "{\"script\":\"x\",\"files\":{\"%s\":\"1\",\"\\u0073\\u0033cret\":\"2\"}}",
        "{\"script\":\"x\",\"stdin\":{\"base64\":\"\",\"base64\":\"\"}}"})
    void isRefusedWhenItSaysAThingTwice(String body) {
      isRefused(body, "malformed JSON at line 1");
    }

    @Test
    void mayHoldAsMuchAsItsBodyMay() {
      var stdin = "x".repeat(21_000_000);
      var document = "{\"script\":\"cat\",\"stdin\":\"" + stdin + "\"}";
      assertThat(RunRequestReader.read(true, utf8(document)).stdin().size()).isEqualTo(stdin.length());
    }

    @Test
    void isRefusedWhenItIsNestedWithoutEnd() {
      isRefused("[".repeat(500_000), "malformed JSON");
      isRefused("{\"env\":".repeat(100_000), "malformed JSON");
    }

    @Test
    void isRefusedUnlessItIsUtf8() {
      isRefused(() -> RunRequestReader.read(true, utf8("{\"script\":\"").concat(ByteString.fromInts(0xC3)).concat(utf8("\"}"))),
          "malformed JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "{\"script\":null}", "{\"script\":1}", "{\"script\":[\"%s\"]}", "{\"script\":{\"base64\":\"ZWNobw==\"}}",
        "{\"stdin\":\"%s\"}"})
    void isRefusedWithoutAScriptThatIsText(String body) {
      isRefused(body, "script: expected a string");
    }

    @Test
    void isRefusedWithAScriptThatBashCannotRun() {
      isRefused("{\"script\":\"\"}", "empty script");
      isRefused("{\"script\":\"%s\\u0000\"}", "script: expected no NUL");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"script\":\"%s \\ud800\"}", "{\"script\":\"\\udc00\\ud800\"}", "{\"script\":\"x\",\"stdin\":\"\\ud800\"}",
        "{\"script\":\"x\",\"args\":[\"\\ud800\"]}", "{\"script\":\"x\",\"env\":{\"K\":\"\\ud800\"}}", 
        "{\"script\":\"x\",\"files\":{\"f\":\"\\udfff\"}}"})
    void isRefusedWithHalfACharacterThatNoBytesCouldHold(String body) {
      isRefused(body, "half a character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"script\":\"x\",\"env\":{\"\\ud800\":\"v\"}}", "{\"script\":\"x\",\"files\":{\"\\ud800\":\"\"}}"})
    void isRefusedWithHalfACharacterInAName(String body) {
      isRefused(body, "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "null | stdin", "1 | stdin", "[] | stdin", "{} | stdin", "{\"base64\":1} | stdin",
        "{\"base64\":\"AA==\",\"more\":1} | stdin",
        "{\"text\":\"%s\"} | stdin", "{\"base64\":\"%s!\"} | stdin: malformed base64",
        "{\"base64\":\"A\"} | stdin: malformed base64",
        "{\"base64\":\"AA=\"} | stdin: malformed base64", "{\"base64\":\"AA==\\n\"} | stdin: malformed base64"})
    void isRefusedWithAStdinThatIsNeitherTextNorBytes(String stdin, String message) {
      isRefused("{\"script\":\"true\",\"stdin\":" + stdin + "}", message);
      isRefused("{\"script\":\"true\",\"files\":{\"f\":" + stdin + "}}", message.replace("stdin", "files"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"%s\"", "{}", "[1]", "[null]", "[[\"%s\"]]", "[\"a\\u0000%s\"]"})
    void isRefusedWithArgsThatAreNotStrings(String args) {
      isRefused("{\"script\":\"true\",\"args\":" + args + "}", "args: expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "null", "\"%s\"", "[]", "{\"K\":1}", "{\"K\":null}", "{\"K\":\"%s\\u0000\"}", "{\"\":\"v\"}", "{\"a=b\":\"%s\"}",
        "{\"%s\\u0000\":\"v\"}"})
    void isRefusedWithAnEnvThatIsNone(String env) {
      isRefused("{\"script\":\"true\",\"env\":" + env + "}", "env: expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/etc/passwd", "/", "", ".", "..", "../x", "a/../b", "a/..", "./a", "a/.", "a//b", "a/", "/..", "a\\u0000b"})
    void isRefusedWithAPathThatLeadsElsewhere(String path) {
      isRefused("{\"script\":\"true\",\"files\":{\"" + path + "\":\"%s\"}}", "files: expected relative paths");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", ".bashrc", "...", "a..b", "..a", "a/b/c", "a b", "ä", "\\\\", "~", "-rf", "a\\nb", "C:"})
    void mayNameFilesAsLinuxDoes(String path) {
      assertThat(read("{\"script\":\"true\",\"files\":{\"" + path + "\":\"x\"}}").files()).hasSize(1);
    }

    @Test
    void mayNameFilesAsLongAsLinuxDoes() {
      assertThat(read("{\"script\":\"true\",\"files\":{\"" + "ä".repeat(127) + "a/b\":\"\"}}").files()).hasSize(1);
      isRefused("{\"script\":\"true\",\"files\":{\"" + "ä".repeat(128) + "\":\"\"}}", "files: expected");
      isRefused("{\"script\":\"true\",\"files\":{\"b/" + "a".repeat(256) + "\":\"\"}}", "files: expected");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"0\"", "\"0s\"", "\"-5s\"", "\"5\"", "\"\"", "\"echo %s\"", "5", "null", "[\"5s\"]"})
    void isRefusedWithATimeoutThatIsNoTimeAtAll(String timeout) {
      isRefused("{\"script\":\"true\",\"timeout\":" + timeout + "}", "expected");
    }

    @Test
    void mayHaveAScriptAndFilesOfAnySize() {
      var megabyte = "x".repeat(1 << 20);
      var request = read("{\"script\":\"" + megabyte + "\",\"stdin\":\"" + megabyte + "\",\"files\":{\"f\":\"" + megabyte
          + "\"}}");
      assertThat(request.script().size() + request.stdin().size() + request.files().get("f").size()).isEqualTo(3 << 20);
    }

    @Test
    void survivesWhateverTheBodyIs() {
      var valid = "{\"script\":\"echo\",\"stdin\":{\"base64\":\"AA==\"},\"args\":[\"a\"],\"env\":{\"K\":\"v\"},\"files\":{\"a/b\":\"c\"},\"timeout\":\"5s\"}";
      RandomCases.each(20_000, random -> {
        var body = valid.getBytes(StandardCharsets.UTF_8);
        for (var changes = random.nextInt(1, 4); changes > 0; changes--)
          body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        try {
          RunRequestReader.read(true, ByteString.fromArray(body));
        } catch (MalformedRequest refused) {
          assertThat(refused).message().isNotBlank();
        }
      });
    }
  }

  @Nested
  @DisplayName("with values for an exec")
  class WithValuesForAnExec {
    private static final int MOST = 128 * 1024 - 1;

    @Test
    void mayHaveAnArgumentAsLongAsLinuxTakes() {
      assertThat(read("{\"script\":\"true\",\"args\":[\"" + "x".repeat(MOST) + "\"]}").args().getFirst()).hasSize(MOST);
      isRefused("{\"script\":\"true\",\"args\":[\"" + "x".repeat(MOST + 1) + "\"]}",
          "args: expected values of less than 128 KiB");
    }

    @Test
    void countsTheNameAndTheSignOfAVariable() {
      assertThat(read("{\"script\":\"true\",\"env\":{\"K\":\"" + "x".repeat(MOST - 2) + "\"}}").env().get("K")).hasSize(MOST - 2);
      isRefused("{\"script\":\"true\",\"env\":{\"K\":\"" + "x".repeat(MOST - 1) + "\"}}",
          "env: expected values of less than 128 KiB");
    }

    @Test
    void countsBytesAndNotCharacters() {
      assertThat(read("{\"script\":\"true\",\"args\":[\"" + "ä".repeat(MOST / 2) + "\"]}").args()).hasSize(1);
      isRefused("{\"script\":\"true\",\"args\":[\"" + "ä".repeat(MOST / 2 + 1) + "\"]}",
          "args: expected values of less than 128 KiB");
    }
  }

  @Nested
  @DisplayName("with a timeout in its query")
  class WithATimeoutInItsQuery {
    @Test
    void mayWantLessTime() {
      assertThat(RunRequestReader.timeout("1.5s")).isEqualTo(Duration.ofMillis(1500));
      assertThat(RunRequestReader.timeout("1ns")).isEqualTo(Duration.ofNanos(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0s", "-1s", "5", "5x", "99999999h", "echo " + SECRET})
    void isRefusedIfThatIsNoTimeAtAll(String timeout) {
      isRefused(() -> RunRequestReader.timeout(timeout), ": expected more than nothing");
    }
  }

  @Test
  void neverPrintsItself() {
    assertThat(read("{\"script\":\"%s\",\"stdin\":\"%s\",\"args\":[\"%s\"]}".replace("%s", SECRET)).toString())
        .doesNotContain(SECRET);
  }

  private static RunRequest read(String json) {
    return RunRequestReader.read(true, utf8(json));
  }

  private static void isRefused(String json, String message) {
    isRefused(() -> read(json.replace("%s", SECRET)), message);
  }

  private static void isRefused(ThrowingCallable reading, String message) {
    assertThatExceptionOfType(MalformedRequest.class).isThrownBy(reading)
        .withMessageContaining(message)
        .satisfies(refused -> {
          assertThat(refused).message().doesNotContain(SECRET).hasSizeLessThan(200);
          assertThat(refused).hasNoCause();
        });
  }

  private static ByteString utf8(String text) {
    return ByteString.fromString(text);
  }
}
