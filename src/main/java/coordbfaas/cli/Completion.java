package coordbfaas.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code bfaas completion}: prints the script by which bash completes commands and options. */
public final class Completion {
  /** Options of the commands that read their arguments by themselves; true for those with a value. */
  private static final Map<String, Map<String, Boolean>> OPTIONS = Map.of(
      "coord", Map.of("--destroy-pool", false),
      "basher", Map.of(),
      "local-fly", Map.ofEntries(with("--port"), with("--flycast-port"), with("--admin-port"), with("--create-ms"),
          with("--start-ms"), with("--resume-ms"), with("--stop-ms"), with("--suspend-ms"), with("--stop-window-ms"),
          with("--rate-limits"), with("--open"), with("--fault")),
      "genkey", Map.of(),
      "genauth", Map.of("--boot", true, "--script", true),
      "conform", Map.of("--json", false, "--at-once", true, "--patience", true, "--max-output", true, "--only", true,
          "--list", false),
      "completion", Map.of());

  private Completion() {}

  /** Prints the script. */
  public static void run(List<String> arguments, PrintStream out) {
    if (!arguments.isEmpty()) throw new IllegalArgumentException(arguments.getFirst() + " (expected: no argument)");
    out.print(script());
  }

  static String script() {
    var bfaas = new CommandLine(CommandSpec.create().name("bfaas"));
    bfaas.addSubcommand("run", RunCommandLine.of());
    OPTIONS.forEach((command, options) -> {
      var spec = CommandSpec.create();
      options.forEach((name, valued) -> spec.addOption(OptionSpec.builder(name).arity(valued ? "1" : "0")
          .type(valued ? String.class : boolean.class).build()));
      bfaas.addSubcommand(command, new CommandLine(spec));
    });
    return AutoComplete.bash("bfaas", bfaas);
  }

  private static Map.Entry<String, Boolean> with(String option) {
    return Map.entry(option, true);
  }
}
