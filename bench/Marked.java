import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes of one run, as the host sees them: they alone have its mark in their arguments or in their environment.
 *
 * @param mark a word that nobody else uses
 */
record Marked(String mark) {
  /** Whoever is alive so long after the end that was asked for has survived it. */
  private static final int DEATH_MS_MAX = 5000;

  /**
   * How they ended.
   *
   * @param ms from a moment to the death of the last one
   * @param survivors those that were alive when we stopped waiting
   */
  record End(double ms, int survivors) {}

  static Marked fresh() {
    return new Marked("bench" + System.nanoTime());
  }

  /**
   * Waits for the death of all of them; those that they start meanwhile too. To look for them takes a good part of a core, so
   * that is done once, and then each of them is watched; a second look finds none but children that were born after the first.
   */
  End end(long since) throws IOException, InterruptedException {
    var ended = Exchange.since(since);
    for (var alive = alive(); !alive.isEmpty(); alive = alive()) {
      for (var process : alive) {
        while (isAlive(process) && Exchange.since(since) < DEATH_MS_MAX) Thread.sleep(0, 500_000);
      }
      ended = Exchange.since(since);
      if (ended >= DEATH_MS_MAX) return new End(ended, alive().size());
    }
    return new End(ended, 0);
  }

  List<Path> alive() throws IOException {
    var marked = new ArrayList<Path>();
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var process : processes) if (isMarked(process) && isAlive(process)) marked.add(process);
    }
    return marked;
  }

  private boolean isMarked(Path process) {
    return text(process.resolve("cmdline")).contains(mark) || text(process.resolve("environ")).contains(mark);
  }

  private static boolean isAlive(Path process) {
    var stat = text(process.resolve("stat"));
    return !stat.isEmpty() && !stat.matches("(?s).*\\) [ZX] .*");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }
}
