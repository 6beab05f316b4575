package coordbfaas.conform;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** How runs end, and that the exit tells it truly. */
final class ExitChecks {
  private ExitChecks() {}

  static List<Check> all() {
    return List.of(
        Check.of("exit.codes", "exit codes arrive as they are", ExitChecks::codes),
        Check.of("exit.137", "exit 137 is an exit, no signal", ExitChecks::looksLikeAKill),
        Check.of("exit.sigkill", "kill -9 is signaled, SIGKILL, 137", server -> signaled(server, 9, "SIGKILL")),
        Check.of("exit.sigterm", "kill -TERM is signaled, SIGTERM, 143", server -> signaled(server, 15, "SIGTERM")),
        Check.of("exit.sigsegv", "kill -SEGV is signaled, SIGSEGV, 139", server -> signaled(server, 11, "SIGSEGV")),
        Check.of("exit.last-command", "the last command's code is the run's", ExitChecks::lastCommand),
        Check.of("exit.syntax-error", "a script that bash cannot read says so and is no success", ExitChecks::syntaxError),
        Check.of("exit.background", "a child in the background does not keep the run",
            server -> endsPromptly(server, "sleep 30 & echo hi")),
        Check.of("exit.daemon", "a daemon that holds the outputs open does not keep the run",
            server -> endsPromptly(server, "setsid sh -c 'trap \"\" HUP TERM; sleep 30' & echo hi")),
        Check.of("exit.closed-outputs", "a run lasts as long as bash, not as its outputs are open", ExitChecks::closedOutputs));
  }

  private static void codes(Server server) throws IOException {
    for (var code : List.of(0, 1, 3, 42, 255)) Expect.end(code, "exited", server.outcome("exit " + code).end());
  }

  private static void looksLikeAKill(Server server) throws IOException {
    var end = server.outcome("exit 137").end();
    Expect.end(137, "exited", end);
    Expect.holds(!end.has("signal"), "no signal", end.toString());
  }

  private static void signaled(Server server, int number, String name) throws IOException {
    var outcome = server.outcome("echo before; kill -" + number + " $$; sleep 5");
    Expect.end(128 + number, "signaled", outcome.end());
    Expect.equal("signal", name, outcome.end().path("signal").asText());
    Expect.text("stdout", "before\n", outcome.stdout());
  }

  private static void lastCommand(Server server) throws IOException {
    Expect.end(1, "exited", server.outcome("true\nfalse").end());
    Expect.end(0, "exited", server.outcome("false\ntrue").end());
    Expect.end(127, "exited", server.outcome("conform-no-such-command").end());
  }

  private static void syntaxError(Server server) throws IOException {
    var outcome = server.outcome("if then fi ((");
    Expect.end(2, "exited", outcome.end());
    Expect.holds(outcome.stderr().length > 0, "bash's message on stderr", "nothing");
  }

  private static void endsPromptly(Server server, String script) throws IOException {
    var events = server.events(Request.run(script));
    var outcome = events.rest();
    Expect.text("stdout", "hi\n", outcome.stdout());
    Expect.end(0, "exited", outcome.end());
    Expect.within(Duration.ZERO, server.terms(), "the exit", outcome.exit().nanos() - events.answer().arrivedNanos());
  }

  private static void closedOutputs(Server server) throws IOException {
    var events = server.events(Request.run("exec >&- 2>&-; sleep 1; exit 5"));
    var exit = events.rest().exit();
    Expect.end(5, "exited", exit.data());
    Expect.notBefore(Duration.ofSeconds(1), "the exit", exit.nanos() - events.answer().sentNanos());
  }
}
