package coordbfaas.conform;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A run sees nothing of its client and nothing of other runs. */
final class IsolationChecks {
  private static final String SECRET = "conform-secret";
  private static final int RUNS_MAX = 32;
  private static final Duration RUNS_TIME = Duration.ofSeconds(10);

  /** What a shell or a login has of its own, beside LC_*. */
  private static final Set<String> OWN_NAMES = Set.of("PATH", "HOME", "LANG", "SHELL", "PWD", "OLDPWD", "SHLVL", "_", "USER",
      "LOGNAME", "TERM", "TMPDIR", "TZ", "HOSTNAME");

  // Of bash, and of the process that started it if that lets itself be read; values are left out, as they may hold lines.
  private static final String ENVIRONMENT_NAMES = """
      compgen -e
      { while IFS= read -r -d '' variable; do echo "${variable%%=*}"; done < /proc/$PPID/environ; } 2>/dev/null || true""";

  private IsolationChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("isolation.headers", "no header of the client reaches the script", IsolationChecks::headers),
        Check.of("isolation.environment", "the script's environment holds nothing of the server's", IsolationChecks::environment),
        Check.of("isolation.files", "a file of one run is not there when its machine runs again", IsolationChecks::files)
            .taking(RUNS_TIME),
        Check.of("isolation.processes", "a process of one run is not there when its machine runs again",
            IsolationChecks::processes).taking(RUNS_TIME));
  }

  private static void headers(Server server) throws IOException {
    var request = Request.run("env; tr '\\0' '\\n' < /proc/$$/environ; cat; echo \"$@\"")
        .with("Cookie", "a=" + SECRET).with("Authorization", "Bearer " + SECRET).with("X-Conform", SECRET);
    var seen = Json.utf8("stdout", server.stdout(request));
    Expect.holds(!seen.contains(SECRET), "nothing of the client's header fields", lineWith(SECRET, seen));
  }

  private static void environment(Server server) throws IOException {
    var names = Json.utf8("stdout", server.stdout(ENVIRONMENT_NAMES)).lines();
    var others = names.filter(name -> !OWN_NAMES.contains(name) && !name.startsWith("LC_")).collect(Collectors.toSet());
    Expect.holds(others.isEmpty(), "no variable but a shell's own", Excerpt.of(others.toString()));
  }

  private static String lineWith(String word, String text) {
    return text.lines().filter(line -> line.contains(word)).findFirst().map(Excerpt::of).orElse("");
  }

  private static void files(Server server) throws IOException {
    untilMetAgain(server, "wrote\n", "files='/tmp/conform-left ~/conform-left conform-left'; eval ls $files 2>/dev/null; "
        + "eval touch $files && echo wrote");
  }

  private static void processes(Server server) throws IOException {
    untilMetAgain(server, "started\n", "n=29.75; cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' "
        + "| grep -qx \"${n}[3]\" && echo found; "
        + "setsid sleep ${n}3 >/dev/null 2>&1 & echo started");
  }

  /** Runs it until one machine has run it twice: only there can be what a run has left. */
  private static void untilMetAgain(Server server, String expected, String script) throws IOException {
    var met = new HashSet<String>();
    for (var run = 0; run < RUNS_MAX; run++) {
      var answer = server.send(Request.run(script));
      Expect.text("stdout", expected, Server.stdout(new Events(answer).rest()));
      var worker = answer.header("Worker").orElseThrow(() -> new Mismatch("a header Worker", "none"));
      if (!met.add(worker)) return;
    }
    throw new NotApplicable("none of " + RUNS_MAX + " runs met a machine again");
  }
}
