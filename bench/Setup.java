import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What measurements work with.
 *
 * @param effort how often what is measured is repeated
 * @param programs the checkouts to compare, by name, this one first
 * @param work a directory of this run
 * @param shared what {@link #steady} tells of
 */
record Setup(Effort effort, Map<String, Path> programs, Path work, Steady shared) {
  /** For trying, not for claims; for a table of everything in some twenty minutes; for what is claimed of one figure. */
  enum Effort {
    QUICK(0.05), TABLE(0.1), FULL(1);

    private final double share;

    Effort(double share) {
      this.share = share;
    }
  }

  /** How often something is measured that would be measured so often with the full effort; at least three times. */
  int times(int full) {
    return Math.max(3, (int) Math.round(full * effort.share));
  }

  /** How many runs make a JVM know its work: as many as it takes, unless nothing is claimed. */
  int warmUp(int full) {
    return effort == Effort.QUICK ? times(full) : full;
  }

  /** Samples by contender, in the order in which the contenders came. */
  static final class Table {
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    void add(String contender, double value) {
      values.computeIfAbsent(contender, name -> new ArrayList<>()).add(value);
    }

    /** What one contender's samples are beyond another's, each compared with the other's of the same number. */
    void addDifferences(String name, String contender, String floor) {
      var above = values.get(contender);
      var below = values.get(floor);
      for (var number = 0; number < Math.min(above.size(), below.size()); number++)
        add(name, above.get(number) - below.get(number));
    }

    List<Row> rows(String figure, String unit) {
      var rows = new ArrayList<Row>();
      for (var entry : values.entrySet()) {
        var samples = Samples.of(entry.getValue());
        var first = rows.isEmpty() ? samples : rows.getFirst().samples();
        var ratio = samples.median() == first.median() ? 1 : samples.median() / first.median(); // both may be 0
        rows.add(new Row(figure, entry.getKey(), unit, samples, ratio));
      }
      return rows;
    }
  }

  /** A coordinator of every checkout; none is left if one does not start. */
  Map<String, Program> coordinators(Map<String, String> environment) throws IOException, InterruptedException {
    var running = new LinkedHashMap<String, Program>();
    try {
      for (var entry : programs.entrySet()) running.put(entry.getKey(), Program.coordinator(entry.getValue(), environment));
      return running;
    } catch (IOException failure) {
      RunFigures.close(running);
      throw failure;
    }
  }

  /** A coordinator of every checkout that is in its steady state; they are the caller's to use, not to close. */
  Map<String, Program> steady() throws IOException, InterruptedException {
    return shared.coordinators(this);
  }

  Path directory(String name) throws IOException {
    return Files.createDirectories(work.resolve(name));
  }
}
