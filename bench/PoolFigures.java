import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Against a local Fly that is as slow as Fly (simulated: create 2 s, start 300 ms, resume 250 ms, stop 500 ms): what a run of
 * {@code true} takes while machines are warm, when they are suspended, and when there are none.
 */
final class PoolFigures {
  private static final int SIZE = 8;
  private static final int WARM_UP = 1000; // some two minutes of these machines, and a JVM that knows its work
  private static final Map<String, String> FLY = Map.of("POOLSIZE", Integer.toString(SIZE), "LOCAL_FLY_CREATE", "2s",
      "LOCAL_FLY_START", "300ms", "LOCAL_FLY_RESUME", "250ms", "LOCAL_FLY_STOP", "500ms", "MAXREQTIME", "30s", "QUEUETIME", "30s");

  private PoolFigures() {}

  static List<Figure> all() {
    return List.of(
        new Figure("fly-started", setup -> bursts(setup, "started")),
        new Figure("fly-suspended", setup -> bursts(setup, "suspended")),
        new Figure("start", PoolFigures::start));
  }

  /** As many requests, one after another, as the pool has machines; between two such bursts all become warm again. */
  private static List<Row> bursts(Setup setup, String mode) throws Exception {
    var table = new Setup.Table();
    var environment = new HashMap<>(FLY);
    environment.put("POOL_WARM_MODE", mode);
    var ours = setup.coordinators(environment);
    try {
      for (var coordinator : ours.values()) RunFigures.warm(coordinator, SIZE, setup.warmUp(WARM_UP));
      for (var burst = 0; burst < setup.times(20); burst++) {
        Thread.sleep(mode.equals("started") ? 2500 : 4000);
        for (var entry : ours.entrySet()) {
          Thread.sleep(RunFigures.PAUSE_MS);
          for (var request = 0; request < SIZE; request++)
            table.add(entry.getKey(), RunFigures.exited(Exchange.post(entry.getValue().port(), "/run", "true")));
        }
      }
    } finally {
      RunFigures.close(ours);
    }
    return table.rows("simulated Fly, " + mode, "ms");
  }

  /** From the start of the program to its first answer. */
  private static List<Row> start(Setup setup) throws Exception {
    var table = new Setup.Table();
    for (var time = 0; time < setup.times(10); time++) {
      for (var entry : setup.programs().entrySet()) start(table, entry.getKey(), entry.getValue());
    }
    return table.rows("start to first answer", "ms");
  }

  private static void start(Setup.Table table, String name, Path home) throws IOException, InterruptedException {
    var begun = System.nanoTime();
    try (var coordinator = Program.coordinator(home, Map.of())) {
      table.add(name + ", serves", Exchange.since(begun));
      RunFigures.exited(Exchange.post(coordinator.port(), "/run", "true"));
      table.add(name + ", answered", Exchange.since(begun));
    }
  }
}
