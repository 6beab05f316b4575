package coordbfaas.conform;

import java.io.IOException;
import java.util.List;

/** Requests that are refused with 400 before anything runs. */
final class RefusalChecks {
  private static final int ARGUMENT_BYTES_MAX = 128 * 1024;

  private RefusalChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("refused.empty-script", "an empty script", RefusalChecks::emptyScript),
        Check.of("refused.malformed", "a document that is no JSON object, or has no script", RefusalChecks::malformed),
        Check.of("refused.unknown-field", "a document with an unknown field", RefusalChecks::unknownField),
        Check.of("refused.types", "fields of another type", RefusalChecks::types),
        Check.of("refused.paths", "files outside the working directory", RefusalChecks::paths),
        Check.of("refused.base64", "malformed base64", RefusalChecks::base64),
        Check.of("refused.long-argument", "an argument or variable over 128 KiB", RefusalChecks::longArgument),
        Check.of("refused.nul", "a NUL byte in an argument or variable; one in the script may be told on stderr",
            RefusalChecks::nul));
  }

  private static void emptyScript(Server server) throws IOException {
    server.refuses(Request.run(""));
    server.refuses(Request.json("{\"script\":\"\"}"));
  }

  private static void malformed(Server server) throws IOException {
    all(server, "{\"script\":\"echo ran\"", "[]", "\"echo ran\"", "null", "", "echo ran", "{\"script\":\"echo ran\"} x",
        "{\"stdin\":\"x\"}", "{}", "{\"script\":\"echo ran\u0001\"}", "{'script':'echo ran'}");
  }

  private static void unknownField(Server server) throws IOException {
    all(server, "{\"script\":\"echo ran\",\"Script\":\"x\"}", "{\"script\":\"echo ran\",\"cwd\":\"/\"}");
  }

  private static void types(Server server) throws IOException {
    all(server, "{\"script\":1}", "{\"script\":[\"echo ran\"]}");
    for (var field : List.of("\"stdin\":1", "\"stdin\":[]", "\"stdin\":{\"base64\":1}", "\"stdin\":{\"text\":\"x\"}",
        "\"args\":\"x\"", "\"args\":[1]", "\"args\":{}", "\"env\":[]", "\"env\":{\"K\":1}",
        "\"files\":\"x\"", "\"files\":{\"f\":1}"))
      all(server, "{\"script\":\"echo ran\"," + field + "}");
  }

  private static void paths(Server server) throws IOException {
    for (var path : List.of("/tmp/conform", "../conform", "a/../../conform", "a/..", ".."))
      all(server, "{\"script\":\"echo ran\",\"files\":{\"" + path + "\":\"x\"}}");
  }

  private static void base64(Server server) throws IOException {
    all(server, "{\"script\":\"echo ran\",\"stdin\":{\"base64\":\"!\"}}",
        "{\"script\":\"echo ran\",\"files\":{\"f\":{\"base64\":\"A\"}}}");
  }

  private static void longArgument(Server server) throws IOException {
    var value = "x".repeat(ARGUMENT_BYTES_MAX + 1);
    all(server, "{\"script\":\"echo ran\",\"args\":[\"" + value + "\"]}",
        "{\"script\":\"echo ran\",\"env\":{\"K\":\"" + value + "\"}}");
  }

  private static void nul(Server server) throws IOException {
    ScriptChecks.refusedOrToldWhy(server, Request.json("{\"script\":\"echo ran; # \\u0000\"}"));
    all(server, "{\"script\":\"echo ran\",\"args\":[\"a\\u0000b\"]}",
        "{\"script\":\"echo ran\",\"env\":{\"K\":\"a\\u0000b\"}}");
  }

  private static void all(Server server, String... documents) throws IOException {
    for (var document : documents) {
      var answer = server.send(Request.json(document));
      Expect.equal("for " + Excerpt.of(document) + " status", 400, answer.status());
      Expect.problem(400, answer);
    }
  }
}
