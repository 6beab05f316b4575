import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/**
 * What stands between a client and a worker: nothing, nginx, or the coordinator with its pool. The first two lead to a basher in
 * this JVM, which is booted again for each run before its request comes, always on the same port; the coordinator has its own.
 */
final class OverheadFigures {
  private static final int WARM_UP = 200;

  private OverheadFigures() {}

  static List<Figure> all() {
    return List.of(new Figure("overhead", OverheadFigures::overhead));
  }

  private static List<Row> overhead(Setup setup) throws Exception {
    ((Logger) LoggerFactory.getLogger("coordbfaas")).setLevel(Level.WARN);
    var worker = new WorkerKeys();
    var workerPort = Program.freePort();
    var table = new Setup.Table();
    var system = ActorSystem.create(Behaviors.empty(), "bench");
    var ours = setup.coordinators(Map.of());
    var proxies = new ArrayList<Program>();
    try {
      for (var coordinator : ours.values()) RunFigures.warm(coordinator, setup.warmUp(WARM_UP));
      if (Contenders.installed("nginx")) proxies.add(nginx(setup, workerPort));
      for (var time = -setup.warmUp(WARM_UP); time < setup.times(300); time++) {
        for (var entry : ours.entrySet()) {
          Thread.sleep(RunFigures.PAUSE_MS);
          add(table, time, entry.getKey() + ", coordinator", RunFigures.exited(Exchange.post(entry.getValue().port(), "/run", "true")));
        }
        for (var proxy : proxies) add(table, time, "nginx before a basher", run(system, worker, workerPort, proxy.port()));
        add(table, time, "basher alone", run(system, worker, workerPort, workerPort));
      }
    } finally {
      for (var proxy : proxies) proxy.close();
      RunFigures.close(ours);
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
    return table.rows("/run of true, what is before a worker", "ms");
  }

  private static void add(Setup.Table table, int time, String contender, double ms) {
    if (time >= 0) table.add(contender, ms);
  }

  private static double run(ActorSystem<?> system, WorkerKeys worker, int workerPort, int port) throws Exception {
    var basher = OneBasher.boot(system, worker, workerPort, Map.of());
    basher.port();
    Thread.sleep(RunFigures.PAUSE_MS);
    var ms = RunFigures.exited(Exchange.post(port, "/run", worker.authorization(), "true"));
    basher.awaitEnd();
    return ms;
  }

  private static Program nginx(Setup setup, int workerPort) throws Exception {
    return Contenders.nginx(setup.directory("nginx-before-basher"), Program.freePort(), """
        proxy_pass http://127.0.0.1:%d; proxy_http_version 1.1; proxy_buffering off;
        """.formatted(workerPort));
  }
}
