import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A server that was started for a measurement, and ends with it. */
final class Program implements AutoCloseable {
  private static final Pattern SERVING = Pattern.compile("to=SERVING .*address=\\S*:(\\d+) ");
  private static final int TRIES = 200;
  private static final Executor START_TIME = CompletableFuture.delayedExecutor(2, TimeUnit.MINUTES);

  private final Process process;
  private final int port;

  private Program(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** {@code bin/bfaas coord} of a checkout, on a port that the kernel picks. */
  static Program coordinator(Path home, Map<String, String> environment) throws IOException {
    var builder = new ProcessBuilder(home.resolve("bin").resolve("bfaas").toString(), "coord");
    builder.environment().putAll(Map.of("PORT", "0", "ADMIN_PORT", "0"));
    builder.environment().putAll(environment);
    var process = builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    var late = CompletableFuture.runAsync(process::destroyForcibly, START_TIME); // its log ends with it
    var log = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    for (var line = log.readLine(); line != null; line = log.readLine()) {
      var serving = SERVING.matcher(line);
      if (serving.find()) {
        late.cancel(false);
        Thread.ofVirtual().start(() -> drain(log));
        return new Program(process, Integer.parseInt(serving.group(1)));
      }
    }
    throw new IOException("the coordinator in " + home + " did not start");
  }

  /** A program that serves on a port that it was told. */
  static Program listening(int port, List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    for (var trial = 0; trial < TRIES; trial++) {
      try (var probe = new Socket("127.0.0.1", port)) {
        return new Program(process, port);
      } catch (IOException notYet) {
        if (!process.isAlive()) break;
        Thread.sleep(25);
      }
    }
    process.destroyForcibly();
    throw new IOException(command.getFirst() + " does not listen on " + port);
  }

  /** A port that nobody listens on, for programs that cannot pick one. */
  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  /** Peak resident memory so far, in MiB. */
  double peakMiB() throws IOException {
    return mib(process.pid(), "VmHWM:");
  }

  /** Resident memory, in MiB. */
  double residentMiB() throws IOException {
    return residentMiB(process.pid());
  }

  static double residentMiB(long pid) throws IOException {
    return mib(pid, "VmRSS:");
  }

  private static double mib(long pid, String name) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith(name)).mapToDouble(line -> Double.parseDouble(line.split("\\s+")[1]) / 1024)
        .findFirst().orElseThrow();
  }

  /** Ends it, and what it had started: the processes that fcgiwrap forks in advance outlive it. */
  @Override
  public void close() throws InterruptedException {
    var children = process.descendants().toList();
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    children.forEach(ProcessHandle::destroy);
  }

  /** Reads what nobody wants to know, to its end. */
  static void drain(BufferedReader log) {
    try (log) {
      log.transferTo(Writer.nullWriter());
    } catch (IOException ended) {
      // with the program
    }
  }
}
