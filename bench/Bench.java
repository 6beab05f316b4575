import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Measures, prints a table, and writes JSON if asked to. Figures are for ratios within one run: the first contender of a figure
 * is this checkout, and the ratio of another is its median by ours.
 *
 * <pre>
 *   --quick        a twentieth of the repetitions, and no warm JVM: to see that it works
 *   --full         all repetitions, for what is claimed; without it a tenth, and the table takes some twenty minutes
 *   --only NAME    this figure alone; may be repeated. The kills and the neighbours are measured only so
 *   --against REV  the same program at another commit beside it, built in a worktree of its own
 *   --json FILE    writes the rows there too
 *   --list         names the figures
 * </pre>
 */
class Bench {
  private static final List<Figure> FIGURES = Stream.of(
      RunFigures.steady(), OverheadFigures.all(), RunFigures.others(), StreamFigures.all(), EndFigures.all(), KillFigures.all(),
      NeighbourFigures.all(), PoolFigures.all(), LayerFigures.all(), BootFigures.all(), OpenFigures.all(), PureFigures.all())
      .flatMap(List::stream).toList();

  private Setup.Effort effort = Setup.Effort.TABLE;
  private final List<String> only = new ArrayList<>();
  private String against = "";
  private String json = "";

  public static void main(String[] arguments) throws Exception {
    var bench = new Bench();
    if (bench.read(List.of(arguments)) && !bench.measure()) System.exit(1);
  }

  private boolean read(List<String> arguments) {
    for (var rest = arguments.iterator(); rest.hasNext();) {
      switch (rest.next()) {
        case "--quick" -> effort = Setup.Effort.QUICK;
        case "--full" -> effort = Setup.Effort.FULL;
        case "--only" -> only.add(named(rest.next()));
        case "--against" -> against = rest.next();
        case "--json" -> json = rest.next();
        case "--list" -> {
          FIGURES.forEach(figure -> System.out.println(figure.name()));
          return false;
        }
        case String other -> throw new IllegalArgumentException(
            other + " (expected: --quick, --full, --only NAME, --against REV, --json FILE, --list)");
      }
    }
    return true;
  }

  private static String named(String name) {
    if (FIGURES.stream().noneMatch(figure -> figure.name().equals(name))) throw new IllegalArgumentException(
        name + " (expected: one of " + FIGURES.stream().map(Figure::name).collect(Collectors.joining(", ")) + ")");
    return name;
  }

  /** Whether each figure was measured. One that fails leaves the others their rows. */
  private boolean measure() throws Exception {
    var work = Files.createTempDirectory("bfaas-bench-");
    var rows = new ArrayList<Row>();
    var whole = true;
    try (var steady = new Steady()) {
      var setup = new Setup(effort, programs(work), work, steady);
      System.out.println(Row.HEAD);
      for (var figure : FIGURES) {
        if (only.isEmpty() ? !figure.inTable() : !only.contains(figure.name())) continue;
        if (!figure.steady()) steady.close(); // the steady ones are first
        try {
          for (var row : figure.measurement().rows(setup)) {
            System.out.println(row);
            rows.add(row);
          }
        } catch (InterruptedException stop) {
          throw stop;
        } catch (Exception failure) {
          whole = false;
          System.out.println(figure.name() + " was not measured");
          failure.printStackTrace();
        }
      }
    } finally {
      delete(work);
      if (!against.isEmpty()) forgetWorktree();
    }
    if (!json.isEmpty())
      Files.writeString(Path.of(json), rows.stream().map(Row::json).collect(Collectors.joining(",\n ", "[", "]\n")));
    return whole;
  }

  private Map<String, Path> programs(Path work) throws IOException, InterruptedException {
    var programs = new LinkedHashMap<String, Path>();
    programs.put("bfaas", Path.of("").toAbsolutePath());
    if (!against.isEmpty()) {
      var other = work.resolve("against");
      git("worktree", "add", "--detach", other.toString(), against);
      programs.put("bfaas at " + against, other);
      run(List.of(other.resolve("bin").resolve("bfaas").toString(), "genkey")); // builds it
    }
    return programs;
  }

  private static void git(String... arguments) throws IOException, InterruptedException {
    run(Stream.concat(Stream.of("git"), Stream.of(arguments)).toList());
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    if (process.waitFor() != 0) throw new IOException(String.join(" ", command) + " failed");
  }

  /** Git forgets a worktree whose directory is gone; if it does not, what failed before that is what counts. */
  private static void forgetWorktree() throws InterruptedException {
    try {
      git("worktree", "prune");
    } catch (IOException failure) {
      System.err.println("bench: " + failure.getMessage());
    }
  }

  static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }
}
