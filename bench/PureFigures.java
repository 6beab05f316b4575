import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The pure parts, by JMH: reconcile at 10, 1,000 and 10,000 machines, tokens, events. The benchmarks in {@code bench/pure} are
 * compiled against this checkout's jar, into the measurement's own directory.
 */
final class PureFigures {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PureFigures() {}

  static List<Figure> all() {
    return List.of(new Figure("pure", PureFigures::pure));
  }

  private static List<Row> pure(Setup setup) throws Exception {
    var classes = setup.directory("pure");
    var classPath = classPath(setup.work());
    compile(classes, classPath);
    var results = setup.work().resolve("jmh.json");
    run(List.of(java(), "-cp", classes + File.pathSeparator + classPath, "org.openjdk.jmh.Main",
        "-bm", "avgt", "-tu", "us", "-f", "1", "-wi", setup.effort() == Setup.Effort.QUICK ? "1" : "3", "-w", "1s", "-i", setup.effort() == Setup.Effort.QUICK ? "2" : "5", "-r", "1s",
        "-rf", "json", "-rff", results.toString()));
    return rows(results);
  }

  /** The program and JMH, whose place Maven knows. */
  private static String classPath(Path work) throws IOException, InterruptedException {
    var told = work.resolve("jmh.classpath");
    run(List.of("mvn", "-B", "-q", "-Pbench", "dependency:build-classpath", "-Dmdep.outputFile=" + told));
    return Path.of("target", "coordbfaas.jar").toAbsolutePath() + File.pathSeparator + Files.readString(told).strip();
  }

  private static void compile(Path classes, String classPath) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(java() + "c", "-proc:full", "-cp", classPath, "-d", classes.toString()));
    try (var files = Files.walk(Path.of("bench", "pure"))) {
      files.filter(file -> file.toString().endsWith(".java")).map(Path::toString).forEach(command::add);
    }
    run(command);
  }

  /** Each iteration's mean is a sample. */
  private static List<Row> rows(Path results) throws IOException {
    var rows = new ArrayList<Row>();
    for (var result : JSON.readTree(results.toFile())) {
      var means = new ArrayList<Double>();
      result.path("primaryMetric").path("rawData").forEach(fork -> fork.forEach(mean -> means.add(mean.doubleValue())));
      var named = result.path("benchmark").textValue().split("\\.");
      var parameters = result.path("params").properties().stream().map(one -> one.getValue().textValue()).collect(Collectors.joining(" "));
      rows.add(new Row("pure, " + named[named.length - 2] + "." + named[named.length - 1], parameters, "us", Samples.of(means), 1));
    }
    return rows;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) throw new IOException(String.join(" ", command.subList(0, 1)) + " failed: " + said);
  }
}
