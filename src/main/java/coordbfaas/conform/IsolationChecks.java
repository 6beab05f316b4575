package coordbfaas.conform;

import java.io.IOException;
import java.util.List;

/** A run sees nothing of its client and nothing of other runs. */
final class IsolationChecks {
  private static final String SECRET = "conform-secret";

  private IsolationChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("isolation.headers", "no header of the client reaches the script", IsolationChecks::headers),
        Check.of("isolation.environment", "the script's environment holds nothing of the server's", IsolationChecks::environment),
        Check.of("isolation.files", "a file of one run is not there in the next", IsolationChecks::files),
        Check.of("isolation.processes", "a process of one run is not there in the next", IsolationChecks::processes));
  }

  private static void headers(Server server) throws IOException {
    var request = Request.run("env; tr '\\0' '\\n' < /proc/$$/environ; cat; echo \"$@\"")
        .with("Cookie", "a=" + SECRET).with("Authorization", "Bearer " + SECRET).with("X-Conform", SECRET);
    var seen = Json.utf8("stdout", server.stdout(request));
    Expect.holds(!seen.contains(SECRET), "nothing of the client's header fields", lineWith(SECRET, seen));
  }

  private static void environment(Server server) throws IOException {
    var seen = Json.utf8("stdout", server.stdout("env; { tr '\\0' '\\n' < /proc/$PPID/environ; } 2>/dev/null || true"));
    for (var name : List.of("PRIVATE=", "PUBLIC=", "FLY_", "TOKEN=", "WORKER_"))
      Expect.holds(seen.lines().noneMatch(line -> line.startsWith(name)), "no variable " + name, "one in the environment");
  }

  private static String lineWith(String word, String text) {
    return text.lines().filter(line -> line.contains(word)).findFirst().map(Excerpt::of).orElse("");
  }

  private static void files(Server server) throws IOException {
    for (var run = 0; run < 4; run++) {
      var seen = server.stdout("files='/tmp/conform-left ~/conform-left conform-left'; eval ls $files 2>/dev/null; "
          + "eval touch $files && echo wrote");
      Expect.text("stdout", "wrote\n", seen);
    }
  }

  private static void processes(Server server) throws IOException {
    for (var run = 0; run < 4; run++) {
      var seen = server.stdout("n=29.75; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' "
          + "| grep -qx \"${n}[3]\" && echo found; "
          + "setsid sleep ${n}3 >/dev/null 2>&1 & echo started");
      Expect.text("stdout", "started\n", seen);
    }
  }
}
