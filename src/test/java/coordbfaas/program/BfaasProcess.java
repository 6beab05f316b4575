package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One of the programs as a process of its own, with the environment that it is given and no other. */
final class BfaasProcess implements AutoCloseable {
  /** A dozen programs may start at a time, on two cores that have more to do. */
  static final Duration START_TIME = Duration.ofSeconds(90);

  private static final long EXIT_SECONDS_MAX = 60;
  private static final Pattern SERVING = Pattern.compile(".* to=SERVING .*address=\\\\?/127\\.0\\.0\\.1:(?<port>\\d+) .*");
  private static final Pattern ADMIN = Pattern.compile(".*admin port bound address=\\\\?/127\\.0\\.0\\.1:(?<port>\\d+).*");

  private final Process process;
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final List<ProcessHandle> orphans = new ArrayList<>();
  private final List<Thread> readers;

  private BfaasProcess(Process process) {
    this.process = process;
    this.readers = List.of(reading(process.getInputStream(), out), reading(process.getErrorStream(), err));
  }

  static BfaasProcess start(Map<String, String> environment, String... arguments) {
    var builder = new ProcessBuilder(command(List.of(arguments)));
    builder.environment().clear();
    builder.environment().put("PATH", System.getenv("PATH"));
    builder.environment().put("ADMIN_PORT", "0"); // the usual one is for one coordinator of a computer
    builder.environment().putAll(environment);
    try {
      return new BfaasProcess(builder.start());
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** The command line of one. In the background a shell has its children ignore SIGINT, and a JVM leaves it at that: no more here. */
  static List<String> command(List<String> arguments) {
    return Stream.concat(Stream.of("env", "--default-signal=INT", java(), "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        "-XX:+IgnoreUnrecognizedVMOptions", "--sun-misc-unsafe-memory-access=allow", "-cp", classPath(), "coordbfaas.Main"),
        arguments.stream()).toList();
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** This JVM's class path without what belongs to tests, their logging above all. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("test-classes")).map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** A line of its log, once it is there. */
  Matcher says(Pattern line) {
    var found = new ArrayList<Matcher>();
    Eventually.within(START_TIME, "the program says " + line, () -> {
      err.stream().map(line::matcher).filter(Matcher::matches).forEach(found::add);
      if (found.isEmpty()) assertThat(process.isAlive()).as("alive, having said %s", err).isTrue();
      return !found.isEmpty();
    });
    return found.getFirst();
  }

  /** A coordinator's address, once it serves. */
  InetSocketAddress serving() {
    return new InetSocketAddress("127.0.0.1", Integer.parseInt(says(SERVING).group("port")));
  }

  /** A coordinator's admin port. */
  InetSocketAddress admin() {
    return new InetSocketAddress("127.0.0.1", Integer.parseInt(says(ADMIN).group("port")));
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Asks it to end. */
  void terminate() {
    process.destroy();
  }

  /** Kills it and nothing else. */
  void kill() {
    process.descendants().forEach(orphans::add);
    process.destroyForcibly();
  }

  /** Its exit code, once it has ended. */
  int exitCode() {
    try {
      assertThat(process.waitFor(EXIT_SECONDS_MAX, TimeUnit.SECONDS)).as("ended, having said %s", err).isTrue();
      for (var reader : readers) reader.join();
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  List<String> out() {
    return out;
  }

  List<String> err() {
    return err;
  }

  @Override
  public void close() {
    Stream.of(process.descendants(), Stream.of(process.toHandle()), orphans.stream()).flatMap(some -> some).toList()
        .forEach(ProcessHandle::destroyForcibly);
  }

  private static Thread reading(InputStream stream, List<String> lines) {
    return Thread.ofPlatform().daemon().start(() -> {
      try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        reader.lines().forEach(lines::add);
      } catch (IOException | UncheckedIOException closed) {
        // it has ended
      }
    });
  }
}
