import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A worker process with the JVM options of the image: from its start to healthy, its first run, and what it has in memory when
 * healthy; with and without an AOT cache that is made as the image's is, on all processors and on half of one.
 */
final class BootFigures {
  private static final int HEALTHY_MS_MAX = 60_000;
  private static final List<Integer> REHEARSALS = List.of(0, 1, 2, 5, 20);

  /** The first JDK that makes an AOT cache of a program that runs. */
  private static final int AOT_FEATURE = 25;

  /** A first run takes 15 or 20 ms, by turns of luck: of five the middle one is either. */
  private static final int TIMES_MIN = 7;

  private BootFigures() {}

  static List<Figure> all() {
    return List.of(new Figure("worker-boot", BootFigures::boots), Figure.onlyByName("worker-curve", BootFigures::curve));
  }

  private static List<Row> boots(Setup setup) throws Exception {
    var home = setup.programs().get("bfaas");
    try (var half = new HalfCore()) {
      return boots(setup, home, contenders(home, cache(home, setup.directory("worker")), half));
    }
  }

  /** How much a longer boot, of more rehearsals, takes from the first run. */
  private static List<Row> curve(Setup setup) throws Exception {
    var home = setup.programs().get("bfaas");
    var cached = cache(home, setup.directory("worker"));
    var contenders = new LinkedHashMap<String, List<String>>();
    for (var rehearsals : REHEARSALS) {
      var command = java(home, cached);
      command.add(1, "-Dcoordbfaas.basher.rehearsals=" + rehearsals);
      contenders.put("rehearsals: " + rehearsals, command);
    }
    return boots(setup, home, contenders);
  }

  private static List<Row> boots(Setup setup, Path home, Map<String, List<String>> contenders) throws Exception {
    var healthy = new Setup.Table();
    var first = new Setup.Table();
    var memory = new Setup.Table();
    for (var time = 0; time < Math.max(TIMES_MIN, setup.times(10)); time++) {
      for (var contender : contenders.entrySet()) boot(home, contender.getKey(), contender.getValue(), healthy, first, memory);
    }
    var rows = new ArrayList<>(healthy.rows("worker, start to healthy", "ms"));
    rows.addAll(first.rows("worker, its first run", "ms"));
    rows.addAll(memory.rows("worker, resident at healthy", "MiB"));
    return rows;
  }

  private static Map<String, List<String>> contenders(Path home, Optional<String> cached, HalfCore half) throws IOException {
    var contenders = new LinkedHashMap<String, List<String>>();
    if (cached.isPresent()) contenders.put("cache", java(home, cached));
    contenders.put("no cache", java(home, Optional.empty()));
    if (half.isThere()) {
      if (cached.isPresent()) contenders.put("cache, half a core", half.confined(java(home, cached)));
      contenders.put("no cache, half a core", half.confined(java(home, Optional.empty())));
    }
    return contenders;
  }

  /** As the image's is made: of a worker's one life. Empty with a JDK that makes none. */
  private static Optional<String> cache(Path home, Path directory) throws IOException, InterruptedException {
    if (Runtime.version().feature() < AOT_FEATURE) return Optional.empty();
    var cache = directory.resolve("worker.aot");
    var worker = new WorkerKeys();
    var port = Program.freePort();
    var process = healthy(java(home, Optional.of("-XX:AOTCacheOutput=" + cache)), worker, port);
    try {
      Exchange.post(port, "/run", worker.authorization(), "echo trained");
      process.waitFor(); // it ends by itself, and makes the cache then
    } finally {
      process.destroy();
    }
    if (!Files.exists(cache)) throw new IOException("no cache was made");
    return Optional.of("-XX:AOTCache=" + cache);
  }

  private static List<String> java(Path home, Optional<String> cache) throws IOException {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    Files.readAllLines(home.resolve("deploy/image/worker.options")).stream()
        .filter(line -> line.startsWith("-")).forEach(command::add);
    cache.ifPresent(command::add);
    command.addAll(List.of("-jar", home.resolve("target/coordbfaas.jar").toString(), "basher"));
    return command;
  }

  private static void boot(Path home, String contender, List<String> command, Setup.Table healthy, Setup.Table first,
      Setup.Table memory) throws IOException, InterruptedException {
    var worker = new WorkerKeys();
    var port = Program.freePort();
    var begun = System.nanoTime();
    var process = healthy(command, worker, port);
    try {
      healthy.add(contender, Exchange.since(begun));
      memory.add(contender, Program.residentMiB(process.pid()));
      first.add(contender, RunFigures.exited(Exchange.post(port, "/run", worker.authorization(), "true")));
    } finally {
      process.destroy();
      process.waitFor();
    }
  }

  /** Starts a worker and waits until it would take a run. */
  private static Process healthy(List<String> command, WorkerKeys worker, int port) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).directory(new File("/"))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(worker.environment(port));
    var begun = System.nanoTime();
    var process = builder.start();
    while (!isHealthy(port)) {
      if (!process.isAlive() || Exchange.since(begun) > HEALTHY_MS_MAX) {
        process.destroy();
        throw new IOException("not healthy: " + String.join(" ", command));
      }
      Thread.sleep(2);
    }
    return process;
  }

  private static boolean isHealthy(int port) {
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(
          "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).endsWith(" 200");
    } catch (IOException notYet) {
      return false;
    }
  }
}
