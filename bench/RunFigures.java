import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** What a small run takes, and how many of them there are in a second. */
final class RunFigures {
  /** Until the JIT compilers have done most of their work: some twenty seconds of what these machines can do. */
  private static final int WARM_UP = 2000;

  /** Of a coordinator that serves one figure: less than {@link Steady}'s, as the whole table has twenty minutes. */
  private static final int WARM_UP_FOR_ONE = 10000;

  private static final int CLIENTS = 4;
  private static final int LOADS = 5;

  /** What one does in advance for its next run, which takes some 10 ms, is over before another is measured. */
  static final int PAUSE_MS = 20;

  /**
   * So many requests of one contender come one after another: were it another's turn after each, the processor's caches would have
   * forgotten its code every time, and it would be measured as if it were asked twice a second.
   */
  static final int TURN = 20;

  private RunFigures() {}

  static List<Figure> steady() {
    return List.of(
        Figure.steady("run-true", setup -> latency(setup, "true")),
        Figure.steady("run-echo", setup -> latency(setup, "echo hi")),
        Figure.steady("throughput", RunFigures::throughput));
  }

  static List<Figure> others() {
    return List.of(
        new Figure("throughput-none", RunFigures::throughputWithoutWalls),
        new Figure("burst", RunFigures::burst),
        new Figure("process", RunFigures::process));
  }

  /** One client, which keeps its connections. By turns, so that what the computer does meanwhile falls on all. */
  private static List<Row> latency(Setup setup, String script) throws Exception {
    var table = new Setup.Table();
    var clients = new HashMap<Integer, KeptClient>();
    var ours = setup.steady();
    try (var contenders = Contenders.start(setup.directory("contenders"))) {
      for (var turn = 0; turn < setup.times(1000) / TURN; turn++) {
        for (var entry : ours.entrySet()) {
          var client = clients.computeIfAbsent(entry.getValue().port(), KeptClient::new);
          turn(table, entry.getKey(), () -> exited(client.post("/run", script)));
          turn(table, entry.getKey() + ", a connection each", () -> exited(Exchange.post(entry.getValue().port(), "/run", script)));
        }
        for (var entry : contenders.running().entrySet()) {
          var client = clients.computeIfAbsent(entry.getValue().program().port(), KeptClient::new);
          turn(table, entry.getKey(), () -> answered(entry.getValue().run(client, script)));
        }
      }
    } finally {
      for (var client : clients.values()) client.close();
    }
    return table.rows("/run of " + script + ", 1 client", "ms");
  }

  /** One contender's requests until it is the next one's turn. */
  private static void turn(Setup.Table table, String contender, Callable<Double> request) throws Exception {
    for (var time = 0; time < TURN; time++) {
      Thread.sleep(PAUSE_MS);
      table.add(contender, request.call());
    }
  }

  /** With all walls that there are. */
  private static List<Row> throughput(Setup setup) throws Exception {
    if (!Contenders.installed("wrk")) return List.of();
    var table = new Setup.Table();
    var load = load(setup);
    var ours = setup.steady();
    try (var contenders = Contenders.start(setup.directory("contenders"))) {
      for (var time = 0; time < LOADS; time++) {
        for (var entry : ours.entrySet()) table.add(entry.getKey(), load.perSecond(entry.getValue().port(), true, "/run", "echo hi"));
        for (var entry : contenders.running().entrySet()) table.add(entry.getKey(), entry.getValue().perSecond(load, "echo hi"));
      }
    }
    return table.rows("echo hi, 4 clients", "1/s");
  }

  private static List<Row> throughputWithoutWalls(Setup setup) throws Exception {
    if (!Contenders.installed("wrk")) return List.of();
    var table = new Setup.Table();
    var load = load(setup);
    var ours = setup.coordinators(Map.of("SANDBOX", "none", "QUEUETIME", "30s", "MAXREQTIME", "30s"));
    try {
      for (var coordinator : ours.values()) warm(coordinator, setup.warmUp(WARM_UP_FOR_ONE));
      for (var time = 0; time < LOADS; time++) {
        for (var entry : ours.entrySet()) table.add(entry.getKey(), load.perSecond(entry.getValue().port(), true, "/run", "echo hi"));
      }
    } finally {
      close(ours);
    }
    return table.rows("echo hi, 4 clients, SANDBOX=none", "1/s");
  }

  private static Wrk load(Setup setup) throws IOException {
    return new Wrk(setup.directory("wrk"), CLIENTS, setup.times(20));
  }

  /** A hundred at once. */
  private static List<Row> burst(Setup setup) throws Exception {
    var table = new Setup.Table();
    var ours = setup.coordinators(Map.of("QUEUETIME", "30s", "MAXREQTIME", "30s", "MAXQUEUE", "200"));
    try {
      for (var entry : ours.entrySet()) {
        warm(entry.getValue(), setup.warmUp(WARM_UP));
        for (var ms : Load.of(100, 100, entry.getValue().port(), client -> client.post("/run", "true")))
          table.add(entry.getKey(), ms);
      }
    } finally {
      close(ours);
    }
    return table.rows("/run of true, 100 at once", "ms");
  }

  /** Workers that are processes: each run is the first of a JVM. */
  private static List<Row> process(Setup setup) throws Exception {
    var table = new Setup.Table();
    var ours = setup.coordinators(Map.of("LOCAL_WORKERS", "process", "QUEUETIME", "30s", "MAXREQTIME", "30s"));
    try {
      for (var time = 0; time < setup.times(40); time++) {
        for (var entry : ours.entrySet()) table.add(entry.getKey(), exited(Exchange.post(entry.getValue().port(), "/run", "true")));
        Thread.sleep(3000); // a worker boots meanwhile
      }
    } finally {
      close(ours);
    }
    return table.rows("/run of true, process workers", "ms");
  }

  static void warm(Program coordinator, int runs) throws InterruptedException {
    warm(coordinator, CLIENTS, runs);
  }

  static void warm(Program coordinator, int clients, int runs) throws InterruptedException {
    Load.of(clients, runs / 2, coordinator.port(), kept -> Exchange.post(coordinator.port(), "/run", "true"));
    Load.of(clients, runs / 2, coordinator.port(), kept -> kept.post("/run", "true"));
    Thread.sleep(1000);
  }

  /** As {@link #answered}, by a stream of ours. */
  static double exited(Exchange answer) throws IOException {
    var ms = answered(answer);
    if (!answer.body().contains("\"reason\":\"exited\"")) throw new IOException("answered without an exit: " + answer.body());
    return ms;
  }

  static double answered(Exchange answer) throws IOException {
    if (answer.status() != 200) throw new IOException("answered with " + answer.status() + ": " + answer.body());
    return answer.end();
  }

  static void close(Map<String, Program> programs) throws InterruptedException {
    for (var program : programs.values()) program.close();
  }
}
