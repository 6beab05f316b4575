package coordbfaas.cli;

import coordbfaas.settings.GoDuration;
import coordbfaas.wire.Exit;
import coordbfaas.wire.ServerUrl;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code bfaas run SCRIPT}: runs a script on a server as if it ran here. SIGINT and SIGTERM end the process as they end any
 * JVM, with 130 and 143, and its connection first, by which the server knows that the run is to end.
 */
public final class Run {
  private static final String URL_DEFAULT = "http://localhost:8000";
  private static final String HINT = " (bfaas run --help tells more)";

  private final InputStream in;
  private final OutputStream out;
  private final OutputStream err;
  private volatile boolean ending;

  private Run(InputStream in, OutputStream out, OutputStream err) {
    this.in = in;
    this.out = out;
    this.err = err;
  }

  /**
   * Runs the command with this process's own stdin, stdout and stderr.
   *
   * @param environment of which {@code BFAAS_URL} counts
   * @return what this process exits with
   */
  public static int run(List<String> arguments, Map<String, String> environment) {
    // Plain descriptors: System.out keeps a failed write to itself, and holds bytes back.
    return new Run(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err)).run(arguments, environment.get("BFAAS_URL"));
  }

  private int run(List<String> arguments, String urlOfEnvironment) {
    try {
      var options = RunCommandLine.read(arguments);
      if (options.isPresent()) return run(options.get(), server(options.get(), urlOfEnvironment));
      RunCommandLine.of().usage(new PrintStream(out, true, StandardCharsets.UTF_8));
      return 0;
    } catch (IllegalArgumentException wrong) {
      say(wrong.getMessage() + HINT);
      return ExitCode.USAGE;
    } catch (RunFailure failure) {
      say(failure.getMessage());
      return failure.exitCode();
    } catch (RunOutput.Unwritable failure) {
      if (Descriptor.of(failure.descriptor()) == Descriptor.PIPE) return ExitCode.BROKEN_PIPE;
      say("the output cannot be written, and the run was ended: " + failure.getMessage());
      return ExitCode.NO_OUTPUT;
    }
  }

  private static ServerUrl server(RunOptions options, String ofEnvironment) {
    if (options.url().isPresent()) return options.url().get();
    try {
      return ServerUrl.parse(ofEnvironment == null || ofEnvironment.isBlank() ? URL_DEFAULT : ofEnvironment);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException("BFAAS_URL: " + malformed.getMessage());
    }
  }

  private int run(RunOptions options, ServerUrl server) throws RunFailure, RunOutput.Unwritable {
    var forwarded = switch (options.stdin()) {
      case ALWAYS -> true;
      case NEVER -> false;
      case IF_GIVEN -> Descriptor.of(0) != Descriptor.OTHER;
    };
    var document = RunInput.document(options, forwarded ? Optional.of(in) : Optional.empty());
    var wanted = options.json() ? "application/json" : "text/event-stream";
    try (var connection = ServerConnection.open(server)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> cancel(connection)));
      var answer = connection.run(document, wanted);
      if (answer.status() != 200) throw Refusal.of(answer);
      if (!answer.isOf(wanted)) throw new RunFailure(ExitCode.UNKNOWN_END,
          server + ": an answer of another kind (expected: " + wanted + "); it is no server of CoordBfaas");
      var output = new RunOutput(out, err);
      var exit = options.json() ? output.passDocument(answer.body()) : output.passEvents(answer.body());
      end(exit).ifPresent(this::say);
      return exit.code();
    }
  }

  /** By itself the JVM would first wait for the thread that reads, 300 ms, and close the connection after that. */
  private void cancel(ServerConnection connection) {
    ending = true;
    connection.close();
  }

  /** What there is to say of an end beside its code. */
  static Optional<String> end(Exit exit) {
    var after = GoDuration.format(Duration.ofMillis(exit.durationMs()));
    return switch (exit.reason()) {
      case EXITED, SIGNALED -> Optional.empty();
      case DEADLINE -> Optional.of("deadline: the run was ended after " + after);
      case OUTPUT_LIMIT -> Optional.of("output-limit: the run was ended, having written more than the server passes on");
      case WORKER_LOST -> Optional.of("worker-lost: the worker ended after " + after + ", and how its script ended is not known");
    };
  }

  private void say(String line) {
    if (ending) return; // what failed now failed because of it
    try {
      err.write(("bfaas run: " + line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException closed) {
      // nobody to tell it to; the exit code does
    }
  }
}
