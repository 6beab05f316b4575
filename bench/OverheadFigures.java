import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/**
 * What stands between a client and a worker: nothing, nginx, or the coordinator with its pool. The first two lead to a basher in
 * this JVM, which is booted again for each run before its request comes, always on the same port; the coordinator has its own.
 * The client has its connection before it sends the request, to whichever it is.
 */
final class OverheadFigures {
  /** Of each that leads to the basher in this JVM, which does the work of both and nothing else. */
  private static final int WARM_UP = 2000;

  private static final String NGINX = "nginx before a basher";
  private static final String ALONE = "basher alone";

  private OverheadFigures() {}

  static List<Figure> all() {
    return List.of(Figure.steady("overhead", OverheadFigures::overhead));
  }

  private static List<Row> overhead(Setup setup) throws Exception {
    ((Logger) LoggerFactory.getLogger("coordbfaas")).setLevel(Level.WARN);
    var worker = new OneWorker(ActorSystem.create(Behaviors.empty(), "bench"), new WorkerKeys(), Program.freePort());
    var table = new Setup.Table();
    var ours = setup.steady();
    var clients = new LinkedHashMap<String, KeptClient>();
    var proxies = new ArrayList<Program>();
    try {
      if (Contenders.installed("nginx")) proxies.add(nginx(setup, worker.port()));
      var throughProxies = proxies.stream().map(proxy -> new KeptClient(proxy.port())).toList();
      for (var entry : ours.entrySet()) clients.put(entry.getKey(), new KeptClient(entry.getValue().port()));
      for (var time = 0; time < setup.warmUp(WARM_UP); time++) {
        for (var proxy : throughProxies) worker.run(proxy, 0);
        worker.run(0);
      }
      for (var turn = 0; turn < setup.times(1000) / RunFigures.TURN; turn++) {
        for (var entry : clients.entrySet()) add(table, entry.getKey() + ", coordinator", () -> paused(entry.getValue()));
        for (var proxy : throughProxies) add(table, NGINX, () -> worker.run(proxy, RunFigures.PAUSE_MS));
        add(table, ALONE, () -> worker.run(RunFigures.PAUSE_MS));
      }
      if (!proxies.isEmpty()) table.addDifferences("nginx, beyond that", NGINX, ALONE);
      for (var name : clients.keySet()) table.addDifferences(name + ", beyond that", name + ", coordinator", ALONE);
    } finally {
      for (var client : clients.values()) client.close();
      for (var proxy : proxies) proxy.close();
      worker.system().terminate();
      worker.system().getWhenTerminated().toCompletableFuture().join();
    }
    return table.rows("/run of true, what is before a worker", "ms");
  }

  private static void add(Setup.Table table, String contender, Callable<Double> run) throws Exception {
    for (var time = 0; time < RunFigures.TURN; time++) table.add(contender, run.call());
  }

  private static double paused(KeptClient client) throws Exception {
    Thread.sleep(RunFigures.PAUSE_MS);
    return RunFigures.exited(client.post("/run", "true"));
  }

  /** One in this JVM, booted again for each run. */
  private record OneWorker(ActorSystem<?> system, WorkerKeys keys, int port) {
    /** By a client that has its connection to it. */
    double run(long pauseMs) throws Exception {
      try (var client = new KeptClient(port)) {
        return run(client, pauseMs);
      }
    }

    double run(KeptClient client, long pauseMs) throws Exception {
      var basher = OneBasher.boot(system, keys, port, Map.of());
      basher.port();
      client.connect();
      Thread.sleep(pauseMs);
      var ms = RunFigures.exited(client.post("/run", keys.authorization(), "true"));
      basher.awaitEnd();
      return ms;
    }
  }

  private static Program nginx(Setup setup, int workerPort) throws Exception {
    return Contenders.nginx(setup.directory("nginx-before-basher"), Program.freePort(), """
        proxy_pass http://127.0.0.1:%d; proxy_http_version 1.1; proxy_buffering off;
        """.formatted(workerPort));
  }
}
