package coordbfaas.cli;

import coordbfaas.settings.ByteSize;
import coordbfaas.settings.GoDuration;
import coordbfaas.wire.ServerUrl;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine;

/**
 * The arguments and the help of {@code bfaas run}, by picocli. Put together by hand: to read them from annotations would
 * make every run start by 0.2 s later.
 */
final class RunCommandLine {
  /** A function that refuses with {@link IllegalArgumentException}. */
  private interface Reading<T> {
    T read(String text);
  }

  private static final String END_OF_OPTIONS = "--";
  private static final int WIDTH = 100;
  private static final int OPTION_WIDTH = 28;

  // Held several times in memory: as it was read, as JSON, as it is sent.
  private static final int BODY_BYTES_MAX = 1 << 28;
  private static final String BODY_DEFAULT = "1MiB";

  private static final String[] DESCRIPTION = {
      "",
      "Runs a bash script on a server of CoordBfaas. What it writes to stdout and stderr comes out of stdout and stderr as it is"
          + " written, and its exit code is that of this program. Ctrl-C ends the run; so does a reader of the output that"
          + " leaves.",
      "",
      "Stdin is read to its end and then sent along, if it is a file or a pipe. ARGUMENTs are the script's $1, $2, ….",
      ""};

  private static final String[][] EXIT_CODES = {
      {"0-255", "The script's own; 128 + n if signal n ended it."},
      {"64", "The command line is wrong. Nothing was run."},
      {"65", "The request is larger than --max-body, or the server refuses it as it is (4xx). Nothing was run."},
      {"66", "Stdin or a file cannot be read. Nothing was run."},
      {"69", "The server cannot be reached, or none of its workers (5xx)."},
      {"74", "The output cannot be written. The run was ended."},
      {"75", "The server refuses for now (429, 503): it is full or going down, or it is too many runs. Nothing was run."},
      {"76", "The answer broke off or makes no sense: how the run ended is not known."},
      {"124", "The deadline came, the server's or --timeout."},
      {"125", "The run was cut short: it wrote too much, or its worker was lost."},
      {"130, 143", "SIGINT or SIGTERM ended this program, and so the run."},
      {"141", "The reader of the output has left. The run was ended."}};

  private RunCommandLine() {}

  /** What picocli knows of the command: for help and completion. */
  static CommandLine of() {
    var spec = CommandSpec.create().name("bfaas run");
    spec.usageMessage().customSynopsis("bfaas run [OPTION]... SCRIPT [-- ARGUMENT]...").width(WIDTH)
        .sortOptions(false).description(DESCRIPTION).optionListHeading("Options:%n")
        .exitCodeListHeading("%nExit codes:%n").exitCodeList(exitCodes())
        .footer("", "All but the script's own codes, 130, 141 and 143 come with a line on stderr that says why.");
    spec.addOption(valued("--url", "URL", ServerUrl.class, ServerUrl::parse,
        "Where the server is. Default: $BFAAS_URL, else http://localhost:8000"));
    spec.addOption(valued("--timeout", "DURATION", Duration.class, RunCommandLine::timeout,
        "The run is ended after so long, such as 1m30s or 500ms; the server's own deadline stays"));
    spec.addOption(repeated("--env", "NAME=VALUE", RunCommandLine::variable, "A variable of the script's environment"));
    spec.addOption(repeated("--file", "PATH[=LOCAL]", RunCommandLine::file,
        "The file LOCAL (else PATH) stands at PATH in the script's working directory"));
    spec.addOption(flag("Send stdin along whatever it is, a terminal too", "-i", "--stdin"));
    spec.addOption(flag("Leave stdin alone; the script's is empty", "-n", "--no-stdin"));
    spec.addOption(flag("Print one JSON document when the run is over, with both outputs and how it ended", "--json"));
    spec.addOption(valued("--max-body", "SIZE", Integer.class, RunCommandLine::bodySize,
        "Most bytes of a request as it is sent, in JSON, with stdin and files; a larger one is not sent. Raise it with the"
            + " server's MAXBODY. Default: " + BODY_DEFAULT));
    spec.addOption(flag("Show this and end", "-h", "--help"));
    spec.addPositional(PositionalParamSpec.builder().paramLabel("SCRIPT").index("0..*").arity("0..*").hidden(true)
        .type(String[].class).build());
    return new CommandLine(spec).setUsageHelpLongOptionsMaxWidth(OPTION_WIDTH);
  }

  /**
   * Reads the arguments.
   *
   * @return empty if help is wanted
   * @throws IllegalArgumentException if they are wrong
   */
  static Optional<RunOptions> read(List<String> arguments) {
    var end = arguments.indexOf(END_OF_OPTIONS);
    var own = end < 0 ? arguments : arguments.subList(0, end);
    var args = end < 0 ? List.<String>of() : arguments.subList(end + 1, arguments.size());
    try {
      var result = of().parseArgs(own.toArray(new String[0]));
      return result.hasMatchedOption("--help") ? Optional.empty() : Optional.of(options(result, args));
    } catch (ParameterException wrong) {
      throw new IllegalArgumentException(wrong.getMessage());
    }
  }

  private static RunOptions options(ParseResult result, List<String> args) {
    String[] scripts = result.matchedPositionalValue(0, new String[0]);
    if (scripts.length == 0) throw new IllegalArgumentException("SCRIPT: missing (expected: bash source, in quotes)");
    if (scripts.length > 1) throw new IllegalArgumentException(
        "'" + scripts[1] + "': a second script (expected: one, in quotes, and its arguments after --)");
    return new RunOptions(scripts[0], args, Optional.ofNullable(result.matchedOptionValue("--url", null)),
        Optional.ofNullable(result.matchedOptionValue("--timeout", null)),
        pairs(result, "--env"), pairs(result, "--file"), stdin(result), result.hasMatchedOption("--json"),
        result.matchedOptionValue("--max-body", bodySize(BODY_DEFAULT)));
  }

  private static RunOptions.Stdin stdin(ParseResult result) {
    var always = result.hasMatchedOption("--stdin");
    var never = result.hasMatchedOption("--no-stdin");
    if (always && never) throw new IllegalArgumentException("--stdin, --no-stdin: both (expected: one)");
    return always ? RunOptions.Stdin.ALWAYS : never ? RunOptions.Stdin.NEVER : RunOptions.Stdin.IF_GIVEN;
  }

  /** The pairs of a repeated option; of several with one name the last. */
  private static Map<String, String> pairs(ParseResult result, String option) {
    var pairs = new LinkedHashMap<String, String>();
    String[][] given = result.matchedOptionValue(option, new String[0][]);
    for (var pair : given) pairs.put(pair[0], pair[1]);
    return new HashMap<>(pairs);
  }

  // ---- what picocli is told ----

  private static <T> OptionSpec valued(String name, String label, Class<T> type, Reading<T> reading, String description) {
    return OptionSpec.builder(name).paramLabel(label).arity("1").type(type).converters(converter(reading))
        .description(description).build();
  }

  private static OptionSpec repeated(String name, String label, Reading<String[]> reading, String description) {
    return OptionSpec.builder(name).paramLabel(label).arity("1").type(String[][].class).auxiliaryTypes(String[].class)
        .converters(converter(reading)).description(description + ". May be given again").build();
  }

  private static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names).arity("0").type(boolean.class).description(description)
        .usageHelp(names[0].equals("-h")).build();
  }

  private static <T> ITypeConverter<T> converter(Reading<T> reading) {
    return text -> {
      try {
        return reading.read(text);
      } catch (IllegalArgumentException malformed) {
        throw new TypeConversionException(malformed.getMessage());
      }
    };
  }

  private static Map<String, String> exitCodes() {
    var codes = new LinkedHashMap<String, String>();
    for (var code : EXIT_CODES) codes.put(code[0], code[1]);
    return codes;
  }

  // ---- values ----

  private static Duration timeout(String text) {
    var timeout = GoDuration.parse(text);
    if (!timeout.isPositive())
      throw new IllegalArgumentException(text + " (expected: more than nothing, " + GoDuration.EXPECTED + ")");
    return timeout;
  }

  private static int bodySize(String text) {
    var bytes = ByteSize.parse(text);
    if (bytes < 1 || bytes > BODY_BYTES_MAX) throw new IllegalArgumentException(text + " (expected: 1 to 256MiB)");
    return (int) bytes;
  }

  /** Its value is nobody's business, so none stands in the error. */
  private static String[] variable(String text) {
    var parts = text.split("=", 2);
    if (parts.length < 2 || parts[0].isEmpty())
      throw new IllegalArgumentException((parts.length < 2 ? parts[0] : "no name") + " (expected: NAME=VALUE)");
    return parts;
  }

  private static String[] file(String text) {
    var parts = text.split("=", 2);
    var local = parts[parts.length - 1];
    if (parts[0].isEmpty() || local.isEmpty()) throw new IllegalArgumentException(text + " (expected: PATH or PATH=LOCAL)");
    for (var part : parts[0].split("/", -1)) if (part.isEmpty() || part.equals(".") || part.equals(".."))
      throw new IllegalArgumentException(parts[0] + " (expected: a path in the working directory, without '.' and '..')");
    return new String[] {parts[0], local};
  }
}
