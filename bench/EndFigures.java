import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * How late the end of a run is: the {@code exit} at the client and the death of the run's last process, which a mark in its
 * arguments finds among the host's processes.
 */
final class EndFigures {
  private static final int LIMIT_MS = 1000;

  private EndFigures() {}

  static List<Figure> all() {
    return List.of(
        new Figure("deadline", setup -> deadline(setup, "silent")),
        new Figure("deadline-flood", setup -> deadline(setup, "flood")),
        new Figure("deadline-unread", setup -> deadline(setup, "unread")),
        new Figure("disconnect", EndFigures::disconnect));
  }

  private static List<Row> deadline(Setup setup, String kind) throws Exception {
    var exits = new Setup.Table();
    var deaths = new Setup.Table();
    var ours = setup.coordinators(Map.of("MAXREQTIME", "30s", "MAXOUTPUT", "8GiB"));
    try {
      for (var coordinator : ours.values()) RunFigures.warm(coordinator, setup.warmUp(400));
      for (var time = 0; time < setup.times(kind.equals("unread") ? 30 : 200); time++) {
        for (var entry : ours.entrySet()) late(entry.getKey(), entry.getValue().port(), kind, exits, deaths);
      }
    } finally {
      RunFigures.close(ours);
    }
    var rows = new ArrayList<>(exits.rows("deadline, " + kind + (kind.equals("unread") ? ": cut off" : ": exit"), "ms"));
    rows.addAll(deaths.rows("deadline, " + kind + ": last process", "ms"));
    return rows;
  }

  /** Twice, for whoever looks for the processes takes what the answer needs to be in time: one of two cores. */
  private static void late(String contender, int port, String kind, Setup.Table exits, Setup.Table deaths) throws Exception {
    exits.add(contender, late(port, kind, (marked, sent) -> { }));
    late(port, kind, (marked, sent) -> death(marked, sent).ifPresent(ms -> deaths.add(contender, ms - LIMIT_MS)));
  }

  private static double late(int port, String kind, BiConsumer<Marked, Long> watch) throws Exception {
    var marked = Marked.fresh();
    var script = kind.equals("silent") ? "exec -a " + marked.mark() + " sleep 60" : "exec yes " + marked.mark();
    try (var socket = new Socket()) {
      if (kind.equals("unread")) socket.setReceiveBufferSize(4096);
      socket.setTcpNoDelay(true);
      socket.connect(new java.net.InetSocketAddress("127.0.0.1", port));
      var sent = System.nanoTime();
      Exchange.send(socket.getOutputStream(), "/run?timeout=" + LIMIT_MS + "ms", script);
      var watcher = Thread.ofPlatform().start(() -> watch.accept(marked, sent));
      var late = (kind.equals("unread") ? cut(socket, sent) : exit(socket, sent)) - LIMIT_MS;
      watcher.join();
      return late;
    }
  }

  private static double exit(Socket socket, long sent) throws IOException {
    var bytes = new byte[64 * 1024];
    var tail = "";
    for (var read = socket.getInputStream().read(bytes); read >= 0; read = socket.getInputStream().read(bytes)) {
      tail += new String(bytes, Math.max(0, read - 300), Math.min(read, 300), StandardCharsets.ISO_8859_1);
      tail = tail.substring(Math.max(0, tail.length() - 600));
      if (tail.contains("\"reason\":\"deadline\"")) return Exchange.since(sent);
    }
    throw new IOException("no exit: " + tail);
  }

  /** When a client that reads nothing is cut off: its own writes fail then. */
  private static double cut(Socket socket, long sent) throws IOException, InterruptedException {
    while (Exchange.since(sent) < 10_000) {
      try {
        socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
      } catch (SocketException cut) {
        return Exchange.since(sent);
      }
      Thread.sleep(Exchange.since(sent) < LIMIT_MS - 100 ? 100 : 5);
    }
    throw new IOException("not cut off");
  }

  /** From the close of the client's connection to the death of what it had asked for. */
  private static List<Row> disconnect(Setup setup) throws Exception {
    var table = new Setup.Table();
    var ours = setup.coordinators(Map.of("MAXREQTIME", "30s"));
    try {
      for (var coordinator : ours.values()) RunFigures.warm(coordinator, setup.warmUp(400));
      for (var time = 0; time < setup.times(100); time++) {
        for (var entry : ours.entrySet()) {
          var marked = Marked.fresh();
          try (var socket = new Socket("127.0.0.1", entry.getValue().port())) {
            Exchange.send(socket.getOutputStream(), "/run", "exec -a " + marked.mark() + " sleep 60");
            while (marked.alive().isEmpty()) Thread.sleep(5);
          }
          var left = System.nanoTime();
          death(marked, left).ifPresent(ms -> table.add(entry.getKey(), ms));
        }
      }
    } finally {
      RunFigures.close(ours);
    }
    return table.rows("client gone, last process", "ms");
  }

  /** Milliseconds from {@code since} to the death of the run's last process; empty if none was ever seen. */
  private static Optional<Double> death(Marked marked, long since) {
    try {
      while (marked.alive().isEmpty()) {
        if (Exchange.since(since) > LIMIT_MS) return Optional.empty();
        Thread.sleep(20);
      }
      return Optional.of(marked.end(since).ms());
    } catch (IOException | InterruptedException failure) {
      return Optional.empty();
    }
  }
}
