package coordbfaas.conform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A body that is not JSON is a bash script, verbatim. */
final class ScriptChecks {
  private ScriptChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("script.any-type", "the body is the script, whatever its content type", ScriptChecks::anyType),
        Check.of("script.bytes", "bytes of a script that are no text stay what they are", ScriptChecks::bytes),
        Check.of("script.large", "a script over 128 KiB runs", ScriptChecks::large),
        Check.of("script.stdin", "stdin is empty", ScriptChecks::stdin),
        Check.of("script.is-bash", "the script is bash's, not sh's", ScriptChecks::isBash),
        Check.of("script.dash", "a script that begins with a dash is a script, not an option", ScriptChecks::dash),
        Check.of("script.nul", "a script with a NUL byte is refused or says why, and is never half run", ScriptChecks::nul));
  }

  private static void anyType(Server server) throws IOException {
    for (var type : List.of("application/x-www-form-urlencoded", "text/html; charset=iso-8859-1", "text/json",
        "application/x-sh", "multipart/form-data; boundary=x"))
      Expect.text("stdout for " + type, "a+b%20c=\u00e4&d\n",
          server.stdout(Request.run("echo 'a+b%20c=\u00e4&d'").with("Content-Type", type)));
    Expect.text("stdout without a type", "a+b%20c\n", server.stdout(Request.run("echo a+b%20c")));
  }

  private static void bytes(Server server) throws IOException {
    var script = new ByteArrayOutputStream();
    script.writeBytes("printf '%s' '".getBytes(StandardCharsets.US_ASCII));
    var literal = new ByteArrayOutputStream();
    for (var octet = 0x80; octet < 0x100; octet++) literal.write(octet);
    script.writeBytes(literal.toByteArray());
    script.write('\'');
    Expect.bytes("stdout", literal.toByteArray(), server.stdout(Request.run(script.toByteArray())));
  }

  private static void large(Server server) throws IOException {
    var outcome = server.outcome("x='" + "y".repeat(300_000) + "'\necho ${#x}; exit 7");
    Expect.text("stdout", "300000\n", outcome.stdout());
    Expect.end(7, "exited", outcome.end());
  }

  private static void stdin(Server server) throws IOException {
    Expect.text("stdout", "done\n", server.stdout("cat; echo done"));
  }

  private static void isBash(Server server) throws IOException {
    Expect.text("stdout", "2 b\n", server.stdout("a=(x b); [[ ${a[1]} == b ]] && echo ${#a[@]} ${a[1]}"));
  }

  private static void dash(Server server) throws IOException {
    var outcome = server.outcome("--version");
    Expect.text("stdout", "", outcome.stdout());
    Expect.end(127, "exited", outcome.end());
  }

  private static void nul(Server server) throws IOException {
    refusedOrToldWhy(server, Request.run("echo whole; # \0 half"));
  }

  static void refusedOrToldWhy(Server server, Request request) throws IOException {
    var answer = server.send(request);
    if (answer.status() == 400) {
      Expect.problem(400, answer);
      return;
    }
    var outcome = new Events(answer).rest();
    Expect.holds(outcome.stderr().length > 0, "400 or a reason on stderr", "exit " + outcome.exit().text() + " without a word");
  }
}
