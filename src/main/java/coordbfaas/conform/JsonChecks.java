package coordbfaas.conform;

import java.io.IOException;
import java.util.List;

/** What a JSON document may give beside the script. */
final class JsonChecks {
  private JsonChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("json.script", "a document's script runs, its characters as they are", JsonChecks::script),
        Check.of("json.stdin", "stdin is what the document says", JsonChecks::stdin),
        Check.of("json.large-stdin", "500 KB of stdin arrive", JsonChecks::largeStdin),
        Check.of("json.no-stdin", "stdin is empty unless given", JsonChecks::noStdin),
        Check.of("json.unread-stdin", "a script need not read its stdin", JsonChecks::unreadStdin),
        Check.of("json.args", "args are the script's parameters", JsonChecks::args),
        Check.of("json.env", "env is the script's environment", JsonChecks::env),
        Check.of("json.files", "files lie in the working directory", JsonChecks::files),
        Check.of("json.base64", "stdin and files may be base64", JsonChecks::base64),
        Check.of("json.long-argument", "an argument of 100 KB arrives", JsonChecks::longArgument),
        Check.of("json.charset", "parameters and letter case of the content type change nothing", JsonChecks::charset));
  }

  private static void script(Server server) throws IOException {
    prints(server, "\u20ac \ud834\udd1e \"\\\n", """
        {"script": "printf '\u20ac \\ud834\\udd1e \\"\\\\\\\\\\\\n'"}""");
  }

  private static void stdin(Server server) throws IOException {
    prints(server, "a\n\u20acb", """
        {"script": "cat", "stdin": "a\\n\u20acb"}""");
  }

  private static void largeStdin(Server server) throws IOException {
    var document = "{\"script\": \"wc -c | tr -d ' '\", \"stdin\": \"" + "x".repeat(500_000) + "\"}";
    prints(server, "500000\n", document);
  }

  private static void noStdin(Server server) throws IOException {
    prints(server, "done\n", """
        {"script": "cat; echo done"}""");
  }

  private static void unreadStdin(Server server) throws IOException {
    prints(server, "done\n", "{\"script\": \"echo done\", \"stdin\": \"" + "x".repeat(300_000) + "\"}");
  }

  private static void args(Server server) throws IOException {
    prints(server, "4|a b||*|\u20ac", """
        {"script": "printf '%s|%s|%s|%s|%s' $# \\"$@\\"", "args": ["a b", "", "*", "\u20ac"]}""");
  }

  private static void env(Server server) throws IOException {
    prints(server, "v w\u20ac$x|", """
        {"script": "bash -c 'printf \\"%s|\\" \\"$CONFORM_K\\"'", "env": {"CONFORM_K": "v w\u20ac$x"}}""");
  }

  private static void files(Server server) throws IOException {
    prints(server, "top\ndeep\n", """
        {"script": "cat top d/e/deep", "files": {"top": "top\\n", "d/e/deep": "deep\\n"}}""");
  }

  private static void base64(Server server) throws IOException {
    var outcome = server.outcome(Request.json("""
        {"script": "cat - f", "stdin": {"base64": "AP/+"}, "files": {"f": {"base64": "w6QAgA=="}}}"""));
    Expect.bytes("stdout", new byte[] {0, -1, -2, (byte) 0xc3, (byte) 0xa4, 0, (byte) 0x80}, outcome.stdout());
  }

  private static void longArgument(Server server) throws IOException {
    prints(server, "100000\n", "{\"script\": \"echo ${#1}\", \"args\": [\"" + "x".repeat(100_000) + "\"]}");
  }

  private static void charset(Server server) throws IOException {
    for (var type : List.of("application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"))
      Expect.text("stdout for " + type, "\u20ac\n", server.stdout(
          Request.run("{\"script\": \"echo \u20ac\"}").with("Content-Type", type)));
  }

  private static void prints(Server server, String expected, String document) throws IOException {
    Expect.text("stdout", expected, server.stdout(Request.json(document)));
  }
}
