import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The pure parts, by JMH: reconcile at 10, 1,000 and 10,000 machines, tokens, events. The benchmarks are in {@code bench/pure}.
 */
final class PureFigures {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String TIME = "500ms"; // of an iteration

  private PureFigures() {}

  static List<Figure> all() {
    return List.of(new Figure("pure", PureFigures::pure));
  }

  private static List<Row> pure(Setup setup) throws Exception {
    var quick = setup.effort() == Setup.Effort.QUICK;
    var results = setup.work().resolve("jmh.json");
    var benchmarks = Compiled.of(Path.of("bench", "pure"), setup.directory("pure"), jmh(setup.work()));
    Compiled.run(benchmarks.java("org.openjdk.jmh.Main", "-bm", "avgt", "-tu", "us", "-f", "1", "-wi", quick ? "1" : "3", "-w", TIME,
        "-i", quick ? "2" : "5", "-r", TIME, "-rf", "json", "-rff", results.toString()));
    return rows(results);
  }

  /** Its class path, which Maven knows. */
  private static String jmh(Path work) throws IOException, InterruptedException {
    var told = work.resolve("jmh.classpath");
    Compiled.run(List.of("mvn", "-B", "-q", "-Pbench", "dependency:build-classpath", "-Dmdep.outputFile=" + told));
    return Files.readString(told).strip();
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
}
