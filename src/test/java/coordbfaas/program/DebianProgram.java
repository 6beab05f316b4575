package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import coordbfaas.outside.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The program of a Debian package of the same name, with all that it writes in a folder of its own. */
final class DebianProgram implements AutoCloseable {
  private static final List<String> FOLDERS = List.of("/usr/bin", "/usr/sbin");
  private static final long END_SECONDS_MAX = 10;

  private final Process process;
  private final Path output;

  private DebianProgram(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts it; where it is not installed the test is skipped. */
  static DebianProgram start(String name, Path folder, String... arguments) {
    var program = FOLDERS.stream().map(place -> Path.of(place, name)).filter(Files::isExecutable).findFirst();
    assumeTrue(program.isPresent(), "no " + name + " (Debian: apt-get install " + name + ")");
    var output = folder.resolve("output");
    var command = Stream.concat(Stream.of(program.get().toString()), Stream.of(arguments)).toList();
    try {
      var process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
          .redirectOutput(output.toFile()).start();
      return new DebianProgram(process, output);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A part of its output, once it is there. A program that does not come to say it is ended: nobody has it yet who would. */
  MatchResult says(Pattern wanted) {
    try {
      Eventually.within(BfaasProcess.START_TIME, "the program says " + wanted, () -> {
        assertThat(process.isAlive()).as("alive, having said %s", said()).isTrue();
        return wanted.matcher(said()).find();
      });
    } catch (AssertionError silent) {
      close();
      throw silent;
    }
    return wanted.matcher(said()).results().findFirst().orElseThrow();
  }

  /** All that it said so far. */
  String said() {
    try {
      return Files.readString(output);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Ends it, and waits for that: the folder is about to be deleted. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
