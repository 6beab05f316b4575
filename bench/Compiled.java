import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sources that have to be in the program's own packages, compiled against this checkout's jar into the measurement's own
 * directory.
 *
 * @param classPath the classes, the program and what else they need
 */
record Compiled(String classPath) {
  /** @param others more entries of the class path */
  static Compiled of(Path sources, Path classes, String... others) throws IOException, InterruptedException {
    var needed = Stream.concat(Stream.of(Path.of("target", "coordbfaas.jar").toAbsolutePath().toString()), Stream.of(others)).toList();
    var needs = String.join(File.pathSeparator, needed);
    var command = new ArrayList<>(List.of(jdk("javac"), "-proc:full", "-cp", needs, "-d", classes.toString()));
    try (var files = Files.walk(sources)) {
      files.filter(file -> file.toString().endsWith(".java")).map(Path::toString).forEach(command::add);
    }
    run(command);
    return new Compiled(classes + File.pathSeparator + needs);
  }

  /** The command that runs one of the classes. */
  List<String> java(String main, String... arguments) {
    var command = new ArrayList<>(List.of(jdk("java"), "-cp", classPath, main));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Runs a command to its end. */
  static void run(List<String> command) throws IOException, InterruptedException {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) throw new IOException(command.getFirst() + " failed: " + said);
  }

  private static String jdk(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }
}
