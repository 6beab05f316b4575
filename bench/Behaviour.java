import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Asks {@code bfaas conform} of this program and, behind a {@link Shim}, of each contender; prints by theme how many checks hold,
 * and then what does not. Not asked are the themes that the shim's own HTTP server would answer.
 *
 * <pre>
 *   --json FILE  writes the reports there too
 * </pre>
 */
class Behaviour {
  private static final List<String> THEMES = List.of("stream", "exit", "output", "characters", "deadline", "script", "json",
      "refused", "raw", "document", "isolation", "client");

  /** Where a check looks whether a file of one run is there in the next. */
  private static final List<Path> LEFT = List.of(Path.of("/tmp", "conform-left"), Path.of("/root", "conform-left"), Path.of("conform-left"));
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Optional<Path> kept;
  private final Map<String, ArrayNode> checks = new LinkedHashMap<>();

  private Behaviour(Optional<Path> kept) {
    this.kept = kept;
  }

  public static void main(String[] arguments) throws Exception {
    if (ProcessHandle.current().pid() != 1)
      throw new IllegalStateException("all other processes are killed now and then: begin it by bench/behaviour, in a namespace of its own");
    var given = List.of(arguments);
    if (!given.isEmpty() && !(given.size() == 2 && given.getFirst().equals("--json")))
      throw new IllegalArgumentException(given + " (expected: nothing, or --json FILE)");
    new Behaviour(given.stream().skip(1).findFirst().map(Path::of)).ask();
  }

  private void ask() throws Exception {
    try (var ours = Program.coordinator(Path.of("").toAbsolutePath(), Map.of("MAXREQTIME", "30s", "MAXOUTPUT", "16MiB"))) {
      for (var theme : THEMES) report("bfaas", theme, ours.port());
    }
    var work = Files.createTempDirectory("bfaas-behaviour-");
    try {
      for (var name : Contenders.NAMES) {
        for (var theme : THEMES) report(name, theme, work);
      }
    } finally {
      for (var place : LEFT) Files.deleteIfExists(place);
      Bench.delete(work);
    }
    print();
  }

  /** A contender's, started for each theme anew: what it never ends would be in the way of the next one. */
  private void report(String name, String theme, Path work) throws Exception {
    try (var contenders = Contenders.start(work, name::equals)) {
      for (var contender : contenders.running().values()) {
        try (var shim = Shim.before(contender)) {
          report(name + ", shim", theme, shim.port());
        }
      }
    }
    var self = ProcessHandle.current();
    ProcessHandle.allProcesses().filter(process -> !process.equals(self)).forEach(ProcessHandle::destroyForcibly);
  }

  private void report(String name, String theme, int port) throws IOException, InterruptedException {
    System.err.println("bench: asking " + name + " of " + theme);
    var conform = new ProcessBuilder(Path.of("bin", "bfaas").toString(), "conform", "--json", "--at-once", "4", "--max-output", "16MiB",
        "--only", theme + ".", "http://localhost:" + port).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var report = JSON.readTree(conform.getInputStream());
    conform.waitFor();
    if (!report.has("checks")) throw new IOException("bfaas conform has nothing to tell of " + name);
    report.path("checks").forEach(checks.computeIfAbsent(name, first -> JSON.createArrayNode())::add);
  }

  private void print() throws IOException {
    System.out.println("| | " + String.join(" | ", checks.keySet()) + " |");
    System.out.println("|---" + "|---".repeat(checks.size()) + "|");
    for (var theme : THEMES) System.out.println("| `" + theme + "` | " + line(check -> theme(check).equals(theme)) + " |");
    System.out.println("| all | " + line(check -> true) + " |");
    for (var asked : checks.entrySet()) {
      var failed = asked.getValue().valueStream().filter(check -> verdict(check).equals("failed"))
          .map(check -> check.path("name").textValue()).collect(Collectors.joining(" "));
      System.out.println("\n" + asked.getKey() + " does not meet: " + (failed.isEmpty() ? "nothing" : failed));
    }
    if (kept.isPresent()) JSON.writerWithDefaultPrettyPrinter().writeValue(kept.get().toFile(), checks);
  }

  private String line(Predicate<JsonNode> wanted) {
    return checks.values().stream().map(all -> {
      var asked = all.valueStream().filter(wanted).toList();
      return asked.stream().filter(check -> verdict(check).equals("ok")).count() + " of " + asked.size();
    }).collect(Collectors.joining(" | "));
  }

  private static String theme(JsonNode check) {
    var name = check.path("name").textValue();
    return name.substring(0, name.indexOf('.'));
  }

  private static String verdict(JsonNode check) {
    return check.path("verdict").textValue();
  }
}
