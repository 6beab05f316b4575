import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** How soon output arrives, and how much of it in a second. */
final class StreamFigures {
  private static final String STAMPS = "for ((i = 0; i < 100; i++)); do printf '%s\\n' \"$EPOCHREALTIME\"; sleep 0.01; done";
  private static final Pattern STAMP = Pattern.compile("(\\d{10})[.,](\\d{6})");
  private static final int MEBIBYTE = 1 << 20;

  /** A worker process that takes the place of another takes both cores for as long. */
  private static final int BOOT_MS = 2000;

  private StreamFigures() {}

  static List<Figure> all() {
    return List.of(
        new Figure("first-byte", StreamFigures::firstByte),
        new Figure("line", StreamFigures::lines),
        new Figure("output", StreamFigures::output),
        new Figure("memory", StreamFigures::memory));
  }

  private static List<Row> firstByte(Setup setup) throws Exception {
    var table = new Setup.Table();
    var ours = setup.coordinators(Map.of());
    try {
      for (var coordinator : ours.values()) RunFigures.warm(coordinator, setup.warmUp(400));
      for (var time = 0; time < setup.times(200); time++) {
        for (var entry : ours.entrySet())
          table.add(entry.getKey(), Exchange.post(entry.getValue().port(), "/run", "echo hi; sleep 0.05").first());
      }
    } finally {
      RunFigures.close(ours);
    }
    return table.rows("first byte of echo hi", "ms");
  }

  /** From the line's own time stamp, which bash takes before it writes, to its arrival. */
  private static List<Row> lines(Setup setup) throws Exception {
    var table = new Setup.Table();
    var ours = setup.coordinators(Map.of());
    try {
      for (var coordinator : ours.values()) RunFigures.warm(coordinator, setup.warmUp(400));
      for (var time = 0; time < setup.times(20); time++) {
        for (var entry : ours.entrySet()) Exchange.post(entry.getValue().port(), "/run?raw=1", STAMPS, (bytes, ms) -> {
          var stamps = STAMP.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
          while (stamps.find())
            table.add(entry.getKey(), Math.max(0, (micros() - Long.parseLong(stamps.group(1) + stamps.group(2))) / 1000.0));
        });
      }
    } finally {
      RunFigures.close(ours);
    }
    return table.rows("a line, written to arrived", "ms");
  }

  private static long micros() {
    var now = java.time.Instant.now();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  private static List<Row> output(Setup setup) throws Exception {
    var rows = new ArrayList<Row>();
    var mebibytes = setup.effort() == Setup.Effort.QUICK ? 64 : 512;
    var script = "yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c " + mebibytes + "M";
    for (var path : List.of("/run?raw=1", "/run")) {
      var table = new Setup.Table();
      try (var contenders = Contenders.start(setup.directory("contenders"))) {
        var ours = coordinators(setup);
        try {
          for (var time = 0; time < 5; time++) {
            for (var entry : ours.entrySet()) table.add(entry.getKey(), rate(mebibytes, entry.getValue().port(), path, script));
            for (var entry : contenders.running().entrySet()) {
              if (entry.getKey().equals(Contenders.WEBHOOK) || path.equals("/run")) continue; // keeps all output in memory
              table.add(entry.getKey(), rate(mebibytes, entry.getValue().program().port(), entry.getValue().path(), script));
            }
          }
        } finally {
          RunFigures.close(ours);
        }
      }
      rows.addAll(table.rows("output, POST " + path, "MB/s"));
    }
    return rows;
  }

  /** Each with its workers in its own JVM, and once more with workers that are processes. */
  private static Map<String, Program> coordinators(Setup setup) throws Exception {
    var much = Map.of("MAXOUTPUT", "8GiB", "MAXREQTIME", "60s");
    var ours = new LinkedHashMap<>(setup.coordinators(much));
    var processes = new HashMap<>(much);
    processes.put("LOCAL_WORKERS", "process");
    setup.coordinators(processes).forEach((name, coordinator) -> ours.put(name + ", worker processes", coordinator));
    return ours;
  }

  private static double rate(int mebibytes, int port, String path, String script) throws Exception {
    var rate = mebibytes * (double) MEBIBYTE / 1e6 / (whole(mebibytes, port, path, script).end() / 1e3);
    Thread.sleep(BOOT_MS);
    return rate;
  }

  /** An answer that holds as much as the script was to write. */
  private static Exchange whole(int mebibytes, int port, String path, String script) throws IOException {
    var came = new AtomicLong();
    var answer = Exchange.post(port, path, script, (bytes, ms) -> came.addAndGet(bytes.length));
    if (answer.status() != 200 || came.get() < (long) mebibytes * MEBIBYTE)
      throw new IOException("answered with " + answer.status() + " and " + came + " bytes of " + mebibytes + " MiB");
    return answer;
  }

  /** Of the coordinator whose workers are processes: at rest, after 64 MiB, after 1 GiB. */
  private static List<Row> memory(Setup setup) throws Exception {
    var rows = new ArrayList<Row>();
    for (var home : setup.programs().entrySet()) {
      var table = new Setup.Table();
      try (var coordinator = Program.coordinator(home.getValue(),
          Map.of("LOCAL_WORKERS", "process", "MAXOUTPUT", "2GiB", "MAXREQTIME", "120s"))) {
        Thread.sleep(5000);
        table.add(home.getKey() + " at rest", coordinator.residentMiB());
        for (var mebibytes : setup.effort() == Setup.Effort.QUICK ? List.of(16, 64) : List.of(64, 1024)) {
          whole(mebibytes, coordinator.port(), "/run?raw=1", "head -c " + mebibytes + "M /dev/zero");
          table.add(home.getKey() + " after " + mebibytes + " MiB", coordinator.peakMiB());
        }
      }
      rows.addAll(table.rows("coordinator's memory", "MiB"));
    }
    return rows;
  }
}
