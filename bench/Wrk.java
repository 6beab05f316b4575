import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Load by {@code wrk}, from Debian's package: a client of ours would take a greater part of the same two cores.
 *
 * @param work a directory for its script
 * @param clients each asks one thing after another, on a connection that it keeps if the server does
 */
record Wrk(Path work, int clients, int seconds) {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern REFUSED = Pattern.compile("Non-2xx|Socket errors:.*(connect|write|timeout) [1-9]");

  // As it also counts an answer that ends with its connection.
  private static final Pattern CUT = Pattern.compile("Socket errors:.*read [1-9]");

  /**
   * How many requests were answered in a second.
   *
   * @param keeps whether the server keeps connections
   * @throws IOException if one answer was no success: of a load that is refused in part nothing is known
   */
  double perSecond(int port, boolean keeps, String path, String body) throws IOException, InterruptedException {
    var script = Files.writeString(work.resolve("request.lua"),
        "wrk.method = 'POST'; wrk.body = [==[" + body + "]==]; wrk.headers['Content-Type'] = 'application/octet-stream'\n");
    var process = new ProcessBuilder(List.of("wrk", "--threads", "1", "--connections", Integer.toString(clients),
        "--duration", seconds + "s", "--script", script.toString(), "http://127.0.0.1:" + port + path))
        .redirectErrorStream(true).start();
    var told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    var rate = RATE.matcher(told);
    var failed = REFUSED.matcher(told).find() || keeps && CUT.matcher(told).find();
    if (process.waitFor() != 0 || failed || !rate.find()) throw new IOException("wrk, " + path + ": " + told.strip());
    return Double.parseDouble(rate.group(1));
  }
}
