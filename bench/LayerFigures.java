import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.slf4j.LoggerFactory;

/**
 * What a contained run costs without a coordinator: {@code true}, sent to a basher in this JVM, with one wall after another. The
 * walls of a run are built before its request comes; what that takes is a row of its own, and would be the request's to wait for.
 */
final class LayerFigures {
  private static final int WARM_UP = 600; // runs with each of four layers: the JVM compiles until some 2,000
  private static final int TICK_MS = 10; // of /proc's CPU times

  // The words of a stat file behind its name: user and system time, then those of the children that were waited for, which the
  // kernel tells of each thread as of its process.
  private static final int FIRST_TIME = 11;
  private static final int ALONE = 2;
  private static final int WITH_CHILDREN = 4;

  private static final Pattern COMPILER = Pattern.compile("C[12] ?Comp"); // a thread has 15 letters of its name

  /**
   * So many runs with one layer come one after another: the first process that is put into a control group after a while waits
   * for a grace period of the kernel's, some 10 ms, and the next ones do not.
   */
  private static final int TURN = 20;

  private LayerFigures() {}

  static List<Figure> all() {
    return List.of(new Figure("layers", LayerFigures::layers));
  }

  private static Map<String, Map<String, String>> byName() {
    var layers = new LinkedHashMap<String, Map<String, String>>();
    layers.put("PID namespace", Map.of("SANDBOX", "none"));
    layers.put("+ uid, root, cgroup", Map.of("SANDBOX", "required", "NETWORK", "all"));
    layers.put("+ own network", Map.of("SANDBOX", "required", "NETWORK", "none"));
    layers.put("+ firewall instead (default)", Map.of("SANDBOX", "required", "NETWORK", "internet"));
    return layers;
  }

  private static List<Row> layers(Setup setup) throws Exception {
    ((Logger) LoggerFactory.getLogger("coordbfaas")).setLevel(Level.WARN);
    var worker = new WorkerKeys();
    var walls = new Setup.Table();
    var runs = new Setup.Table();
    var cpu = new Setup.Table();
    var system = ActorSystem.create(Behaviors.empty(), "bench");
    try {
      for (var time = 0; time < setup.warmUp(WARM_UP); time++) {
        for (var layer : byName().values()) run(system, worker, layer);
      }
      for (var turn = 0; turn < setup.times(1000) / TURN; turn++) {
        for (var layer : byName().entrySet()) {
          var cpuBefore = cpuMs();
          for (var time = 0; time < TURN; time++) {
            var took = run(system, worker, layer.getValue());
            walls.add(layer.getKey(), took.builtMs());
            runs.add(layer.getKey(), took.ranMs());
          }
          cpu.add(layer.getKey(), (cpuMs() - cpuBefore) / TURN);
        }
      }
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
    var rows = new ArrayList<>(runs.rows("true, direct to basher", "ms"));
    rows.addAll(walls.rows("its walls, built in advance", "ms"));
    rows.addAll(means(cpu.rows("CPU of walls, run and client", "ms")));
    return rows;
  }

  private record Took(double builtMs, double ranMs) {}

  private static Took run(ActorSystem<?> system, WorkerKeys worker, Map<String, String> layer) throws Exception {
    var boot = OneBasher.boot(system, worker, 0, layer);
    var port = boot.port();
    var builtMs = Exchange.since(boot.begunNanos());
    var ranMs = RunFigures.exited(Exchange.post(port, "/run", worker.authorization(), "true"));
    boot.awaitEnd();
    return new Took(builtMs, ranMs);
  }

  /** CPU times come in ticks of 10 ms: only their mean tells something. */
  private static List<Row> means(List<Row> rows) {
    var means = rows.stream().map(row -> Arrays.stream(row.samples().sorted()).average().orElseThrow()).toList();
    return IntStream.range(0, rows.size()).mapToObj(i -> new Row(rows.get(i).figure() + ", mean", rows.get(i).contender(),
        rows.get(i).unit(), Samples.of(List.of(means.get(i))), means.get(i) / means.getFirst())).toList();
  }

  /**
   * Of this process, of those that it has, and of all that these waited for: what makes the processes of runs is one of them.
   * Not of the JIT compilers, whose work belongs to no layer and comes when it comes.
   */
  private static double cpuMs() throws IOException {
    var ticks = ticks(Path.of("/proc/self"), WITH_CHILDREN);
    for (var child : ProcessHandle.current().children().toList())
      ticks += ticks(Path.of("/proc", Long.toString(child.pid())), WITH_CHILDREN);
    return (ticks - compilersTicks()) * TICK_MS;
  }

  private static long compilersTicks() throws IOException {
    var ticks = 0L;
    try (var threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (var thread : threads) if (isCompiler(thread)) ticks += ticks(thread, ALONE);
    }
    return ticks;
  }

  private static boolean isCompiler(Path thread) {
    try {
      return COMPILER.matcher(Files.readString(thread.resolve("comm"))).lookingAt();
    } catch (IOException gone) {
      return false;
    }
  }

  /** @param times how many of a process's or thread's CPU times count */
  private static long ticks(Path task, int times) throws IOException {
    var stat = Files.readString(task.resolve("stat"));
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    var ticks = 0L;
    for (var field = 0; field < times; field++) ticks += Long.parseLong(fields[FIRST_TIME + field]);
    return ticks;
  }
}
