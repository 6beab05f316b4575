import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a run of {@code true} takes while machines are warm, and when they are suspended, against a local Fly that is as slow as
 * Fly: create 2 s, start 300 ms, resume 250 ms, stop 500 ms. From the connection to the last byte of the {@code exit} event.
 *
 * <p>By hand, after {@code bin/bfaas} was built: {@code java bench/WarmPool.java [started|suspended] [BURSTS]}. A burst is as many
 * requests, one after another, as the pool has machines; between two bursts all become warm again.
 */
class WarmPool {
  private static final int SIZE = 8;
  private static final Duration BETWEEN = Duration.ofMillis(2500);
  private static final Pattern SERVING = Pattern.compile("to=SERVING .*address=\\S*:(\\d+) ");
  private static final byte[] REQUEST =
      "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\ntrue".getBytes(StandardCharsets.US_ASCII);

  public static void main(String[] arguments) throws Exception {
    var mode = arguments.length > 0 ? arguments[0] : "started";
    var bursts = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
    var coordinator = start(mode);
    try {
      var port = port(coordinator);
      Thread.sleep(Duration.ofSeconds(10));
      var took = new ArrayList<Double>();
      for (var burst = 0; burst < bursts; burst++) {
        for (var request = 0; request < SIZE; request++) took.add(run(port));
        Thread.sleep(BETWEEN);
      }
      report(mode, took);
    } finally {
      coordinator.destroy();
      coordinator.waitFor();
    }
  }

  private static Process start(String mode) throws IOException {
    var builder = new ProcessBuilder(Path.of("bin", "bfaas").toString(), "coord");
    builder.environment().putAll(Map.of("PORT", "0", "ADMIN_PORT", "0", "POOLSIZE", Integer.toString(SIZE), "POOL_WARM_MODE", mode,
        "LOCAL_FLY_CREATE", "2s", "LOCAL_FLY_START", "300ms", "LOCAL_FLY_RESUME", "250ms", "LOCAL_FLY_STOP", "500ms"));
    return builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static int port(Process coordinator) throws IOException {
    var log = new BufferedReader(new InputStreamReader(coordinator.getErrorStream(), StandardCharsets.UTF_8));
    for (var line = log.readLine(); line != null; line = log.readLine()) {
      var serving = SERVING.matcher(line);
      if (serving.find()) {
        Thread.ofVirtual().start(() -> drain(log));
        return Integer.parseInt(serving.group(1));
      }
    }
    throw new IOException("the coordinator did not start");
  }

  private static void drain(BufferedReader log) {
    try (log) {
      log.transferTo(Writer.nullWriter());
    } catch (IOException ended) {
      // with the coordinator
    }
  }

  private static double run(int port) throws IOException {
    var began = System.nanoTime();
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.setTcpNoDelay(true);
      socket.getOutputStream().write(REQUEST);
      var answer = answer(socket.getInputStream());
      if (!answer.contains("\"code\":0,\"reason\":\"exited\"")) throw new IOException(answer);
      return (System.nanoTime() - began) / 1e6;
    }
  }

  private static String answer(InputStream in) throws IOException {
    var bytes = new byte[64 * 1024];
    var size = 0;
    for (var read = 0; read >= 0; read = in.read(bytes, size, bytes.length - size)) {
      size += read;
      var text = new String(bytes, 0, size, StandardCharsets.UTF_8);
      if (text.contains("\"durationMs\"") || text.contains("HTTP/1.1 5")) return text;
    }
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }

  private static void report(String mode, List<Double> took) {
    System.out.printf("%-10s %8s %8s %8s %8s%n", mode, "p50 ms", "p90 ms", "min ms", "max ms");
    var quarter = Math.max(1, took.size() / 4);
    for (var from = 0; from + quarter <= took.size(); from += quarter)
      row(from + " to " + (from + quarter - 1), took.subList(from, from + quarter));
    row("all", took);
  }

  private static void row(String name, List<Double> took) {
    var sorted = took.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    System.out.printf("%-10s %8.1f %8.1f %8.1f %8.1f%n", name, sorted[sorted.length / 2], sorted[sorted.length * 9 / 10],
        sorted[0], Arrays.stream(sorted).max().orElseThrow());
  }
}
