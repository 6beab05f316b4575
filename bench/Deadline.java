import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * How late a deadline of 1 s is: from a second after the request was sent to the {@code exit} event at the client, and to the
 * death of the run's last process, whose host pid is found by a mark in its arguments.
 *
 * <p>By hand, after {@code bin/bfaas} was built: {@code java bench/Deadline.java [silent|flood|unread] [RUNS] [CLIENTS]}; the
 * environment goes to the coordinator ({@code LOCAL_WORKERS=process}). {@code silent} sleeps, {@code flood} writes without end,
 * {@code unread} does so to a client that reads nothing, for which the connection's end is measured in place of the exit.
 */
class Deadline {
  private static final Pattern SERVING = Pattern.compile("to=SERVING .*address=\\S*:(\\d+) ");
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /** Milliseconds after the deadline. */
  private record Late(double exit, double death) {}

  private final String kind;
  private final int port;
  private final String mark = "bench-" + ProcessHandle.current().pid() + "-";
  private final AtomicInteger left;
  private final List<Late> seen = Collections.synchronizedList(new ArrayList<>());

  private Deadline(String kind, int port, int runs) {
    this.kind = kind;
    this.port = port;
    this.left = new AtomicInteger(runs);
  }

  public static void main(String[] arguments) throws Exception {
    var kind = arguments.length > 0 ? arguments[0] : "silent";
    var runs = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
    var clients = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2;
    var builder = new ProcessBuilder(Path.of("bin", "bfaas").toString(), "coord");
    builder.environment().putAll(Map.of("PORT", "0", "ADMIN_PORT", "0", "MAXREQTIME", "30s", "MAXOUTPUT", "4GiB"));
    var coordinator = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try {
      var port = port(coordinator);
      new Deadline(kind, port, 4 * clients).measure(clients); // so that all of it is compiled
      var bench = new Deadline(kind, port, runs);
      bench.measure(clients);
      bench.report();
    } finally {
      coordinator.destroy();
      coordinator.waitFor();
    }
  }

  private void measure(int clients) throws InterruptedException {
    var threads = IntStream.range(0, clients).mapToObj(client -> Thread.ofPlatform().start(this::client)).toList();
    for (var thread : threads) thread.join();
  }

  private void client() {
    for (var run = left.getAndDecrement(); run > 0; run = left.getAndDecrement()) {
      try {
        seen.add(run(mark + run + "-"));
      } catch (IOException | InterruptedException failure) {
        System.err.println("run failed: " + failure);
      }
    }
  }

  private Late run(String name) throws IOException, InterruptedException {
    var script = kind.equals("silent") ? "exec -a " + name + " sleep 60" : "exec yes " + name;
    try (var socket = new Socket()) {
      if (kind.equals("unread")) socket.setReceiveBufferSize(4096);
      socket.connect(new java.net.InetSocketAddress("127.0.0.1", port));
      socket.setTcpNoDelay(true);
      var sent = System.nanoTime();
      socket.getOutputStream().write(("POST /run?timeout=1s HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + script.length()
          + "\r\n\r\n" + script).getBytes(StandardCharsets.US_ASCII));
      var death = new double[1];
      var watcher = Thread.ofPlatform().start(() -> death[0] = death(name, sent));
      var exit = kind.equals("unread") ? connectionEnd(socket, sent) : exit(socket, sent);
      watcher.join();
      return new Late(exit, death[0]);
    }
  }

  private static double exit(Socket socket, long sent) throws IOException {
    var in = socket.getInputStream();
    var bytes = new byte[64 * 1024];
    var tail = "";
    for (var read = in.read(bytes); read >= 0; read = in.read(bytes)) {
      tail = (tail + new String(bytes, Math.max(0, read - 200), Math.min(read, 200), StandardCharsets.ISO_8859_1));
      tail = tail.substring(Math.max(0, tail.length() - 300));
      if (tail.contains("\"reason\":\"deadline\"")) return late(sent);
      if (tail.contains("application/problem+json")) throw new IOException("refused: " + tail);
    }
    throw new IOException("no exit: " + tail);
  }

  /** When a client that reads nothing is cut off: its own writes fail then. */
  private static double connectionEnd(Socket socket, long sent) throws IOException, InterruptedException {
    while (late(sent) < 10_000) {
      try {
        socket.getOutputStream().write("\r\n".getBytes(StandardCharsets.US_ASCII));
      } catch (SocketException cut) {
        return late(sent);
      }
      Thread.sleep(late(sent) < -100 ? 100 : 5);
    }
    throw new IOException("not cut off");
  }

  private static double death(String name, long sent) {
    try {
      var pid = Optional.<Path>empty();
      while (pid.isEmpty() && late(sent) < 0) {
        Thread.sleep(50);
        pid = process(name);
      }
      while (late(sent) < -20) Thread.sleep(5);
      while (pid.isPresent() && isAlive(pid.get())) Thread.sleep(1);
      return pid.isPresent() ? late(sent) : Double.NaN;
    } catch (IOException | InterruptedException failure) {
      return Double.NaN;
    }
  }

  private static Optional<Path> process(String name) throws IOException {
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var process : processes) if (commandLine(process).contains(name + (char) 0)
          || commandLine(process).startsWith(name)) return Optional.of(process);
    }
    return Optional.empty();
  }

  private static String commandLine(Path process) {
    try {
      var line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
      return line.startsWith("yes") || line.startsWith("bench-") ? line : "";
    } catch (IOException gone) {
      return "";
    }
  }

  private static boolean isAlive(Path process) {
    try {
      return !Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1).matches("(?s).*\\) [ZX] .*");
    } catch (IOException gone) {
      return false;
    }
  }

  private static double late(long sent) {
    return (System.nanoTime() - sent - LIMIT.toNanos()) / 1e6;
  }

  private void report() {
    System.out.printf("%s, %d runs%n%-28s %8s %8s %8s%n", kind, seen.size(), "ms after the deadline", "p50", "p99", "max");
    row(kind.equals("unread") ? "connection cut" : "exit at the client", seen.stream().mapToDouble(Late::exit).toArray());
    row("last process dead", seen.stream().mapToDouble(Late::death).toArray());
  }

  private static void row(String name, double[] late) {
    java.util.Arrays.sort(late);
    System.out.printf("%-28s %8.1f %8.1f %8.1f%n", name, late[late.length / 2], late[(int) (late.length * 0.99)],
        late[late.length - 1]);
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
}
