package coordbfaas.conform;

import coordbfaas.settings.ByteSize;
import coordbfaas.settings.GoDuration;
import coordbfaas.wire.ServerUrl;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** {@code bfaas conform URL}: runs the checks of the public API against the server there, and tells what it found. */
public final class Conform {
  private static final String USAGE =
      "conform [--json] [--at-once N] [--patience DURATION] [--max-output SIZE] [--only PREFIX]... [--list] URL";
  private static final int AT_ONCE = 2;
  private static final int AT_ONCE_MAX = 64;

  private boolean json;
  private boolean list;
  private int atOnce = AT_ONCE;
  private Terms terms = Terms.DEFAULT;
  private final List<String> only = new ArrayList<>();
  private final List<ServerUrl> targets = new ArrayList<>();

  private Conform(List<String> arguments) {
    var rest = new ArrayDeque<>(arguments);
    while (!rest.isEmpty()) {
      var argument = rest.remove();
      switch (argument) {
        case "--json" -> json = true;
        case "--list" -> list = true;
        case String option when option.startsWith("--") -> option(option, rest);
        default -> targets.add(ServerUrl.parse(argument));
      }
    }
    if (!list && targets.size() != 1) throw usage("URL: expected one");
  }

  private void option(String option, ArrayDeque<String> rest) {
    if (rest.isEmpty()) throw usage(option + ": without a value, or unknown");
    var value = rest.remove();
    switch (option) {
      case "--only" -> only.add(value);
      case "--at-once" -> atOnce = number(value);
      case "--patience" -> terms = terms.withPatience(GoDuration.parse(value));
      case "--max-output" -> terms = terms.withOutputBytesMax(ByteSize.parse(value));
      default -> throw usage(option + ": unknown");
    }
  }

  /**
   * Runs the command.
   *
   * @return 0 if no check failed, else 1; 1 too if the server cannot be reached, which {@code err} is told
   * @throws IllegalArgumentException if the arguments are not understood
   */
  public static int run(List<String> arguments, PrintStream out, PrintStream err) {
    return new Conform(arguments).run(out, err);
  }

  private int run(PrintStream out, PrintStream err) {
    var checks = Checks.all().stream().filter(this::isWanted).toList();
    if (checks.isEmpty()) throw usage("--only: no check's name begins so");
    var width = checks.stream().mapToInt(check -> check.name().length()).max().orElseThrow();
    if (list) {
      for (var check : checks) out.printf("%-" + width + "s  %s%n", check.name(), check.claim());
      return 0;
    }
    var target = targets.getFirst();
    try {
      Connection.open(target, 10_000).close();
    } catch (IOException failure) {
      err.println(target + ": cannot be reached: " + failure.getMessage());
      return 1;
    }
    return run(checks, target, width, out);
  }

  private int run(List<Check> checks, ServerUrl target, int width, PrintStream out) {
    var start = System.nanoTime();
    var findings = new Checking(target, terms).run(checks, atOnce, finding -> {
      if (!json) out.println(Report.line(finding, width));
    });
    var ms = (System.nanoTime() - start) / 1_000_000;
    out.println(json ? Report.json(target, findings, ms) : Report.summary(target, findings, ms));
    return findings.stream().anyMatch(Finding::failed) ? 1 : 0;
  }

  private boolean isWanted(Check check) {
    return only.isEmpty() || only.stream().anyMatch(check.name()::startsWith);
  }

  private static int number(String text) {
    if (!text.matches("[1-9]\\d?") || Integer.parseInt(text) > AT_ONCE_MAX)
      throw usage("--at-once: " + text + " (expected: 1 to " + AT_ONCE_MAX + ")");
    return Integer.parseInt(text);
  }

  private static IllegalArgumentException usage(String problem) {
    return new IllegalArgumentException(problem + " (expected: " + USAGE + ")");
  }
}
