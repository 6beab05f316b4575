package coordbfaas.basher;

import coordbfaas.settings.Containment;
import coordbfaas.settings.Environment;
import coordbfaas.settings.SettingsReader;
import coordbfaas.wire.RunRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.util.ByteString;

/** One contained process without a server around it. What its script starts bears the {@link #mark}. */
final class Contained implements AutoCloseable {
  /** How a run ended and what it wrote. */
  record Outcome(OptionalInt rawStatus, String stdout, String stderr) {
    List<String> lines() {
      return stdout.lines().toList();
    }
  }

  /** What a script wrote to stdout and stderr, and what its PID 1 told. */
  record Ran(String output, String told) {}

  static final Executor BLOCKING = Executors.newCachedThreadPool(task -> Thread.ofPlatform().daemon().unstarted(task));

  private static final int SECONDS_MAX = 30;

  final String mark = HostProcesses.newMark();
  final BashProcess process;
  private final BufferedReader stdout;

  private Contained(BashProcess process) {
    this.process = process;
    this.stdout = new BufferedReader(new InputStreamReader(process.stdout(), StandardCharsets.UTF_8));
  }

  /** A process that waits for its script. */
  static Contained waiting() {
    return new Contained(get(BashProcess.spawn(sandbox(), BLOCKING)));
  }

  /** A process behind the walls that these settings ask for, which was given a script. */
  static Contained running(String script, Map<String, String> environment) {
    var contained = new Contained(get(BashProcess.spawn(sandbox(environment), BLOCKING)));
    contained.feed(RunRequest.of(ByteString.fromString(script)));
    return contained;
  }

  /** A process that was given a script. */
  static Contained running(String script) {
    return running(RunRequest.of(ByteString.fromString(script)));
  }

  static Contained running(RunRequest request) {
    var contained = waiting();
    contained.feed(request);
    return contained;
  }

  static Outcome outcomeOf(String script) {
    return running(script).outcome();
  }

  /** A script behind walls that another fork server than this JVM's builds. */
  static Ran ran(ForkServer server, Walls walls, String script) throws IOException {
    try (var process = get(server.fork(walls.order()))) {
      process.awaitWalls();
      try (var stdin = process.stdin()) {
        stdin.write(ScriptFrame.of(RunRequest.of(ByteString.fromString("exec 2>&1; " + script))));
      }
      var output = text(process.stdout());
      var told = process.said();
      get(process.ended());
      return new Ran(output, told);
    }
  }

  static Sandbox sandbox() {
    return sandbox(Map.of());
  }

  /** The walls that these settings ask for, on this computer. */
  static Sandbox sandbox(Map<String, String> environment) {
    return get(Sandbox.onThisComputer(containment(environment), BLOCKING));
  }

  static Containment containment(Map<String, String> environment) {
    return Containment.from(new SettingsReader(Environment.config(environment)));
  }

  void feed(RunRequest request) {
    var env = new HashMap<>(Map.of("MARK", mark));
    env.putAll(request.env());
    process.feed(new RunRequest(request.script(), request.stdin(), request.args(), env, request.files(), request.timeout()));
  }

  /** The next line of stdout; null at its end. */
  String line() throws IOException {
    return stdout.readLine();
  }

  /** Kills the run; when this returns, its end was told. */
  OptionalInt kill() {
    process.kill();
    return ended();
  }

  OptionalInt ended() {
    return how().rawStatus();
  }

  /** How it ended, once it has. */
  BashProcess.Ended how() {
    return get(process.ended());
  }

  /** Waits until nothing of it is left. */
  void leavesNothing() {
    get(process.released());
  }

  /** Reads on to the ends of both outputs, then waits for the end. */
  Outcome outcome() {
    var err = CompletableFuture.supplyAsync(() -> text(process.stderr()), BLOCKING);
    var out = String.join("\n", stdout.lines().toList());
    return new Outcome(ended(), out, get(err));
  }

  /** Those of its processes that are alive and that its script started. */
  List<Long> alive() {
    return HostProcesses.marked(mark);
  }

  @Override
  public void close() {
    kill();
  }

  static <T> T get(CompletionStage<T> future) {
    return future.toCompletableFuture().orTimeout(SECONDS_MAX, TimeUnit.SECONDS).join();
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
