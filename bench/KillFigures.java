import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How late after the deadline the last process of a run is dead that does not want to die, and how many never are. */
final class KillFigures {
  /** The fork bomb goes to the process limit; of these a second is enough for as many. */
  private static final int CHILDREN = 100;

  private static final int LIMIT_MS = 1000;
  private static final int MANY = 5000;
  private static final int MANY_LIMIT_MS = 25_000;
  private static final int PAUSE_MS = 100;

  /** How long before the deadline the run's processes are looked for the first time. */
  private static final int WATCHED_MS = 200;

  private static final int TRIALS_MAX = 20;

  private KillFigures() {}

  static List<Figure> all() {
    return List.of(Figure.onlyByName("kills", KillFigures::kills), Figure.onlyByName("kills-many", KillFigures::many));
  }

  private static Map<String, String> kinds() {
    var kinds = new LinkedHashMap<String, String>();
    kinds.put("fork bomb", "echo up; bomb() { bomb | bomb & }; bomb 2>/dev/null; exec sleep 60");
    kinds.put("setsid daemons", children(CHILDREN, "setsid sleep 60 &"));
    kinds.put("double forks", children(CHILDREN, "(sleep 60 &)"));
    kinds.put("nohup", children(CHILDREN, "nohup sleep 60 >/dev/null 2>&1 &"));
    kinds.put("stopped", children(CHILDREN, "sleep 60 & kill -STOP $!;"));
    var deaf = "for signal in {1..64}; do trap '' $signal; done 2>/dev/null; ";
    kinds.put("ignoring signals", deaf + children(CHILDREN, "sleep 60 &"));
    return kinds;
  }

  /** A script that says when it has all its children. */
  private static String children(int count, String child) {
    return "for child in {1.." + count + "}; do " + child + " done; echo up; exec sleep 60";
  }

  private static List<Row> kills(Setup setup) throws Exception {
    return measured(setup, kinds(), setup.times(200), LIMIT_MS, Map.of("MAXREQTIME", "30s"));
  }

  private static List<Row> many(Setup setup) throws Exception {
    return measured(setup, Map.of(MANY + " children", children(MANY, "sleep 60 &")), setup.times(10), MANY_LIMIT_MS,
        Map.of("MAXREQTIME", "60s", "SCRIPT_PROCESSES", Integer.toString(MANY + 100), "SCRIPT_MEMORY", "4GiB"));
  }

  private static List<Row> measured(
      Setup setup, Map<String, String> kinds, int times, int limitMs, Map<String, String> environment) throws Exception {
    var deaths = new LinkedHashMap<String, Setup.Table>();
    var survivors = new LinkedHashMap<String, Setup.Table>();
    var ours = setup.coordinators(environment);
    try {
      for (var coordinator : ours.values()) RunFigures.warm(coordinator, setup.warmUp(400));
      for (var time = 0; time < times; time++) {
        for (var kind : kinds.entrySet()) {
          for (var entry : ours.entrySet()) {
            var end = end(entry.getValue().port(), kind.getValue(), limitMs);
            deaths.computeIfAbsent(kind.getKey(), name -> new Setup.Table()).add(entry.getKey(), end.ms());
            survivors.computeIfAbsent(kind.getKey(), name -> new Setup.Table()).add(entry.getKey(), end.survivors());
          }
        }
      }
    } finally {
      RunFigures.close(ours);
    }
    var rows = new ArrayList<Row>();
    deaths.forEach((kind, table) -> rows.addAll(table.rows("kill, " + kind + ": last", "ms")));
    survivors.forEach((kind, table) -> rows.addAll(table.rows("kill, " + kind + ": survivors", "left")));
    return rows;
  }

  private static Marked.End end(int port, String script, int limitMs) throws Exception {
    for (var trial = 0; trial < TRIALS_MAX; trial++) {
      var end = trial(port, script, limitMs);
      Thread.sleep(PAUSE_MS); // the next machine boots
      if (end.isPresent()) return end.get();
    }
    throw new IOException("does not get what it wants in " + limitMs + " ms: " + script);
  }

  /** From the deadline; empty if the script had not got before all that it wanted. */
  private static Optional<Marked.End> trial(int port, String script, int limitMs) throws Exception {
    var marked = Marked.fresh();
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      var deadline = System.nanoTime() + limitMs * 1_000_000L;
      Exchange.send(socket.getOutputStream(), "/run?timeout=" + limitMs + "ms", "export BENCH=" + marked.mark() + "; " + script);
      if (!hears(socket.getInputStream(), "up")) return Optional.empty();
      Thread.sleep(Math.max(0, (deadline - System.nanoTime()) / 1_000_000 - WATCHED_MS));
      var end = marked.end(deadline);
      if (end.ms() < 0) throw new IOException("ended by itself: " + script);
      return Optional.of(end);
    }
  }

  private static boolean hears(InputStream answer, String word) throws IOException {
    var heard = new StringBuilder();
    var bytes = new byte[4096];
    while (heard.indexOf("data: \"" + word) < 0) {
      var read = answer.read(bytes);
      if (read < 0) return false;
      heard.append(new String(bytes, 0, read, StandardCharsets.ISO_8859_1));
    }
    return true;
  }
}
