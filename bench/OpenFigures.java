import coordbfaas.auth.KeyPair;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a coordinator's memory is while a thousand streams are open. The workers are stand-ins in a process of their own, see
 * {@code bench/standin}, so that it is the coordinator's alone.
 */
final class OpenFigures {
  private static final int MACHINES_FULL = 1000;
  private static final int STAGE = 250;
  private static final int LOOKS_MAX = 400;

  private OpenFigures() {}

  static List<Figure> all() {
    return List.of(new Figure("open-streams", OpenFigures::open));
  }

  private static List<Row> open(Setup setup) throws Exception {
    var machines = setup.effort() == Setup.Effort.QUICK ? STAGE : MACHINES_FULL;
    var table = new Setup.Table();
    var standIn = Compiled.of(Path.of("bench", "standin"), setup.directory("standin"));
    for (var program : setup.programs().entrySet()) {
      var adminPort = Program.freePort();
      try (var fly = StandIn.start(standIn);
          var coordinator = Program.coordinator(program.getValue(), environment(fly, adminPort, machines))) {
        awaitWarm(adminPort, machines);
        table.add(program.getKey() + ", " + machines + " machines warm", coordinator.residentMiB());
        measure(table, program.getKey(), coordinator, machines);
      }
    }
    return table.rows("coordinator's memory", "MiB");
  }

  private static void measure(Setup.Table table, String name, Program coordinator, int machines) throws Exception {
    var streams = new ArrayList<Socket>();
    try {
      while (streams.size() < machines) {
        for (var stream = 0; stream < STAGE; stream++) streams.add(begun(coordinator.port()));
        for (var stream : streams.subList(streams.size() - STAGE, streams.size())) readLine(stream);
        table.add(name + ", " + streams.size() + " streams open", coordinator.residentMiB());
      }
    } finally {
      for (var stream : streams) stream.close();
    }
  }

  private static Map<String, String> environment(StandIn fly, int adminPort, int machines) {
    return Map.ofEntries(
        Map.entry("WORKER_APP", "workers"), Map.entry("WORKER_IMAGE", "stand-in"), Map.entry("FLY_MACHINE_ID", "bench"),
        Map.entry("FLY_TOKEN", "bench"), Map.entry("PRIVATE", KeyPair.generate().privateText()),
        Map.entry("FLY_API_HOSTNAME", fly.api()), Map.entry("WORKER_URL", fly.workers()),
        Map.entry("ADMIN_PORT", Integer.toString(adminPort)), Map.entry("POOLSIZE", Integer.toString(machines)),
        Map.entry("POOL_WARM", "all"), Map.entry("MAXCONNECTIONS", Integer.toString(2 * machines)), Map.entry("POOL_ON_EXIT", "destroy"),
        Map.entry("MAXREQTIME", "2m"), Map.entry("QUEUETIME", "2m"), Map.entry("MAXQUEUE", Integer.toString(machines)));
  }

  /** Until the admin port tells that all are warm. */
  private static void awaitWarm(int adminPort, int machines) throws IOException, InterruptedException {
    var metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics")).build();
    var warm = "bfaas_machines{state=\"warm\"} " + machines + ".0";
    try (var client = HttpClient.newHttpClient()) {
      for (var look = 0; look < LOOKS_MAX; look++) {
        if (client.send(metrics, BodyHandlers.ofString()).body().contains(warm)) return;
        Thread.sleep(500);
      }
    }
    throw new IOException("not " + machines + " warm machines in time");
  }

  private static Socket begun(int port) throws IOException {
    var socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress("127.0.0.1", port), 5000);
    Exchange.send(socket.getOutputStream(), "/run", "true");
    return socket;
  }

  /** Its line has come, so its stream is open from end to end. */
  private static void readLine(Socket stream) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(stream.getInputStream(), StandardCharsets.UTF_8), 1024);
    for (var line = lines.readLine(); !"event: stdout".equals(line); line = lines.readLine())
      if (line == null) throw new IOException("a stream that ended before its first event");
  }

  /** The process that is Fly and its workers. */
  private record StandIn(Process process, String api, String workers) implements AutoCloseable {
    static StandIn start(Compiled classes) throws IOException {
      var process = new ProcessBuilder(classes.java("coordbfaas.localfly.StandInFly"))
          .redirectError(ProcessBuilder.Redirect.DISCARD).start();
      var told = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      for (var line = told.readLine(); line != null; line = told.readLine()) {
        if (!line.startsWith("http://")) continue; // its log
        var urls = line.split(" ");
        Thread.ofVirtual().start(() -> Program.drain(told));
        return new StandIn(process, urls[0], urls[1]);
      }
      throw new IOException("the stand-in for Fly did not start");
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }
}
