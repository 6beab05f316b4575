import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a small run takes while another one of the same server takes all that it can get: ratios to nobody's being there. */
final class NeighbourFigures {
  private static final int LIMIT_MS = 2000;

  /** A neighbour has this long to become as bad as it will be. */
  private static final int BEGINS_MS = 500;

  /** So many fit into what is left of a neighbour's life. */
  private static final int RUNS_BESIDE_ONE = 10;

  /** None begins so shortly before the neighbour's end. */
  private static final int LAST_MS = 200;

  private static final int CLEAN_UP_MS = 1000;

  private NeighbourFigures() {}

  static List<Figure> all() {
    return List.of(Figure.onlyByName("neighbour", NeighbourFigures::neighbour));
  }

  private static Map<String, String> neighbours() {
    var neighbours = new LinkedHashMap<String, String>();
    neighbours.put("nobody", "sleep 60");
    neighbours.put("a fork bomb", "bomb() { bomb | bomb & }; bomb; exec sleep 60");
    // Each a session, which the kernel may take for a user of its own.
    neighbours.put("100 busy daemons", "for child in {1..100}; do setsid bash -c 'while :; do :; done' & done; wait");
    neighbours.put("yes | head -c 10G", "yes | head -c 10G");
    return neighbours;
  }

  /** One client, one run after another; by turns, so that what the computer does meanwhile falls on all. */
  private static List<Row> neighbour(Setup setup) throws Exception {
    var rows = new ArrayList<Row>();
    var ours = setup.coordinators(Map.of("MAXREQTIME", "30s", "QUEUETIME", "30s", "MAXOUTPUT", "16GiB"));
    try {
      for (var entry : ours.entrySet()) {
        RunFigures.warm(entry.getValue(), setup.warmUp(400));
        rows.addAll(besideAll(entry.getValue().port(), setup.times(50)).rows("echo hi, " + entry.getKey() + " beside", "ms"));
      }
    } finally {
      RunFigures.close(ours);
    }
    return rows;
  }

  private static Setup.Table besideAll(int port, int runs) throws Exception {
    var table = new Setup.Table();
    for (var left = runs; left > 0; left -= RUNS_BESIDE_ONE) {
      for (var neighbour : neighbours().entrySet()) {
        for (var missing = Math.min(left, RUNS_BESIDE_ONE); missing > 0;) {
          var took = beside(port, neighbour.getValue(), missing);
          took.forEach(ms -> table.add(neighbour.getKey(), ms));
          missing -= took.size();
        }
      }
    }
    return table;
  }

  /** What runs took beside one neighbour: one at least, and as many as its life has time for. */
  private static List<Double> beside(int port, String script, int runs) throws Exception {
    var took = new ArrayList<Double>();
    var sent = System.nanoTime();
    var neighbour = Thread.ofPlatform().start(() -> {
      try {
        Exchange.post(port, "/run?timeout=" + LIMIT_MS + "ms", script, (bytes, ms) -> {});
      } catch (IOException cut) {
        // its end is not what is measured
      }
    });
    Thread.sleep(BEGINS_MS);
    do {
      took.add(RunFigures.exited(Exchange.post(port, "/run", "echo hi")));
    } while (took.size() < runs && Exchange.since(sent) < LIMIT_MS - LAST_MS);
    neighbour.join();
    Thread.sleep(CLEAN_UP_MS);
    return took;
  }
}
