import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a small run takes, and how many of them there are in a second. */
final class RunFigures {
  /** Until the JIT compilers have done most of their work: some twenty seconds of what these machines can do. */
  static final int WARM_UP = 2000;

  private static final int CLIENTS = 4;

  /** What one does in advance for its next run, which takes some 10 ms, is over before another is measured. */
  static final int PAUSE_MS = 20;

  private RunFigures() {}

  static List<Figure> all() {
    return List.of(
        new Figure("run-true", setup -> latency(setup, "true")),
        new Figure("run-echo", setup -> latency(setup, "echo hi")),
        new Figure("throughput", RunFigures::throughput),
        new Figure("burst", RunFigures::burst),
        new Figure("process", RunFigures::process));
  }

  /** One client, which keeps its connections. By turns, so that what the computer does meanwhile falls on all. */
  private static List<Row> latency(Setup setup, String script) throws Exception {
    var table = new Setup.Table();
    var clients = new HashMap<Integer, KeptClient>();
    try (var contenders = Contenders.start(setup.directory("contenders"))) {
      var ours = setup.coordinators(Map.of());
      try {
        for (var coordinator : ours.values()) warm(coordinator, setup.warmUp(WARM_UP));
        for (var time = 0; time < setup.times(1000); time++) {
          for (var entry : ours.entrySet()) {
            Thread.sleep(PAUSE_MS);
            var client = clients.computeIfAbsent(entry.getValue().port(), KeptClient::new);
            table.add(entry.getKey(), exited(client.post("/run", script)));
            Thread.sleep(PAUSE_MS);
            table.add(entry.getKey() + ", a connection each", exited(Exchange.post(entry.getValue().port(), "/run", script)));
          }
          for (var entry : contenders.running().entrySet()) {
            Thread.sleep(PAUSE_MS);
            var client = clients.computeIfAbsent(entry.getValue().program().port(), KeptClient::new);
            table.add(entry.getKey(), answered(entry.getValue().run(client, script)));
          }
        }
      } finally {
        for (var client : clients.values()) client.close();
        close(ours);
      }
    }
    return table.rows("/run of " + script + ", 1 client", "ms");
  }

  /** With all walls that there are, and without. */
  private static List<Row> throughput(Setup setup) throws Exception {
    var table = new Setup.Table();
    try (var contenders = Contenders.start(setup.directory("contenders"))) {
      for (var sandbox : List.of("auto", "none")) {
        var ours = setup.coordinators(Map.of("SANDBOX", sandbox, "QUEUETIME", "30s", "MAXREQTIME", "30s"));
        try {
          for (var coordinator : ours.values()) warm(coordinator, setup.warmUp(WARM_UP));
          for (var time = 0; time < 5; time++) {
            for (var entry : ours.entrySet()) {
              table.add(entry.getKey() + " SANDBOX=" + sandbox, perSecond(setup, entry.getValue(),
                  client -> client.post("/run", "echo hi")));
            }
            if (sandbox.equals("none")) for (var entry : contenders.running().entrySet())
              table.add(entry.getKey(), perSecond(setup, entry.getValue().program(),
                  client -> entry.getValue().run(client, "echo hi")));
          }
        } finally {
          close(ours);
        }
      }
    }
    return table.rows("echo hi, 4 clients", "1/s");
  }

  private static double perSecond(Setup setup, Program server, Load.Request request) throws InterruptedException {
    return Load.of(CLIENTS, setup.times(2000), server.port(), request).perSecond();
  }

  /** A hundred at once. */
  private static List<Row> burst(Setup setup) throws Exception {
    var table = new Setup.Table();
    var ours = setup.coordinators(Map.of("QUEUETIME", "30s", "MAXREQTIME", "30s", "MAXQUEUE", "200"));
    try {
      for (var entry : ours.entrySet()) {
        warm(entry.getValue(), setup.warmUp(WARM_UP));
        for (var ms : Load.of(100, 100, entry.getValue().port(), client -> client.post("/run", "true")).tookMs())
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
    Load.of(clients, runs, coordinator.port(), kept -> Exchange.post(coordinator.port(), "/run", "true"));
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
