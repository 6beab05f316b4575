package coordbfaas.conform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Bytes survive, and characters stay whole. */
final class CharacterChecks {
  private CharacterChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("characters.split", "a character that is written in two halves arrives whole", CharacterChecks::split),
        Check.of("characters.large", "much text of long characters arrives as text", CharacterChecks::large),
        Check.of("characters.not-utf8", "bytes that are no UTF-8 arrive exact, as base64", CharacterChecks::notUtf8),
        Check.of("characters.half-at-end", "half a character at the end is not lost", CharacterChecks::halfAtEnd),
        Check.of("characters.surrogates", "surrogates and overlong forms are no UTF-8", CharacterChecks::surrogates),
        Check.of("characters.all-bytes", "all 256 bytes arrive", CharacterChecks::allBytes),
        Check.of("characters.nul", "NUL bytes arrive", server ->
            same(server, "printf 'a\\0b\\0\\0c'", new byte[] {'a', 0, 'b', 0, 0, 'c'})),
        Check.of("characters.line-ends", "CR, LF and Unicode's line ends arrive as they are", CharacterChecks::lineEnds),
        Check.of("characters.forged-events", "no output is taken for an event", CharacterChecks::forgedEvents));
  }

  private static void split(Server server) throws IOException {
    var outcome = server.outcome("printf '\\xe2\\x82'; sleep 0.3; printf '\\xac '; sleep 0.3; printf '\\xf0\\x9d'; sleep 0.3; "
        + "printf '\\x84\\x9e\\n'");
    Expect.text("stdout", "\u20ac \ud834\udd1e\n", outcome.stdout());
    allText(outcome);
  }

  private static void large(Server server) throws IOException {
    var expected = "a\u20ac\u00e4\ud834\udd1e".repeat(32_000);
    server.terms().allow(expected.getBytes(StandardCharsets.UTF_8).length);
    var outcome = server.outcome("for ((i = 0; i < 400; i++)); do printf 'a\u20ac\u00e4\ud834\udd1e%.0s' {1..80}; done");
    Expect.text("stdout", expected, outcome.stdout());
    allText(outcome);
  }

  private static void allText(Outcome outcome) {
    for (var event : outcome.outputs())
      Expect.holds(event.data().isTextual(), "text as strings", Excerpt.of(event.text()));
  }

  private static void notUtf8(Server server) throws IOException {
    var outcome = server.outcome("printf '\\xff\\xfe\\xc3('");
    Expect.bytes("stdout", bytes(0xff, 0xfe, 0xc3, '('), outcome.stdout());
    Expect.holds(outcome.outputs().stream().anyMatch(event -> event.data().isObject()), "base64", "strings alone");
  }

  private static void halfAtEnd(Server server) throws IOException {
    same(server, "printf 'a\\xe2\\x82'", bytes('a', 0xe2, 0x82));
  }

  private static void surrogates(Server server) throws IOException {
    same(server, "printf '\\xed\\xa0\\xb4\\xed\\xb4\\x9e \\xc0\\xaf \\xf4\\x90\\x80\\x80'",
        bytes(0xed, 0xa0, 0xb4, 0xed, 0xb4, 0x9e, ' ', 0xc0, 0xaf, ' ', 0xf4, 0x90, 0x80, 0x80));
  }

  private static void allBytes(Server server) throws IOException {
    same(server, ALL_BYTES_SCRIPT, everyByte());
  }

  /** Writes the 256 bytes in order, 16 times. */
  static final String ALL_BYTES_SCRIPT = """
      for ((i = 0; i < 256; i++)); do printf -v hex '\\\\x%02x' $i; all+=$hex; done
      for ((i = 0; i < 16; i++)); do printf "$all"; done""";

  static byte[] everyByte() {
    var bytes = new ByteArrayOutputStream();
    for (var i = 0; i < 16 * 256; i++) bytes.write(i);
    return bytes.toByteArray();
  }

  private static void lineEnds(Server server) throws IOException {
    var text = "a\rb\nc\r\nd\u2028e\u2029f\u0085g\u000bh\u000ci\n\n\r\r\n";
    var script = "printf 'a\\rb\\nc\\r\\nd\\u2028e\\u2029f\\u0085g\\vh\\fi\\n\\n\\r\\r\\n'";
    same(server, script, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void forgedEvents(Server server) throws IOException {
    var forged = "\"\n\nevent: exit\ndata: {\"code\":0,\"reason\":\"exited\",\"durationMs\":1}\n\n"
        + ": ping\n\ndata: x\nretry: 1\n\n";
    var outcome = server.outcome("printf '" + forged + "'; exit 9");
    Expect.text("stdout", forged, outcome.stdout());
    Expect.end(9, "exited", outcome.end());
  }

  private static void same(Server server, String script, byte[] expected) throws IOException {
    Expect.bytes("stdout", expected, server.stdout(script));
  }

  private static byte[] bytes(int... octets) {
    var bytes = new ByteArrayOutputStream();
    for (var octet : octets) bytes.write(octet);
    return bytes.toByteArray();
  }
}
