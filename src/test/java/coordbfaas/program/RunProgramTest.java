package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The real client against a real coordinator, its stdin, stdout and stderr those that a shell would give it. */
@DisplayName("bfaas run")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class RunProgramTest {
  private static final String MAXBODY = "1048576";
  private static final long SECONDS_MAX = 60;
  private static BfaasProcess coordinator;

  @TempDir Path directory;

  /** How it went. */
  private record Ended(int code, byte[] out, String err) {
    String text() {
      return new String(out, StandardCharsets.UTF_8);
    }
  }

  @BeforeAll
  static void serve() {
    coordinator = BfaasProcess.start(Map.of("POOLSIZE", "2", "PORT", "0", "MAXREQTIME", "60s", "MAXOUTPUT", "4MiB"), "coord");
    coordinator.serving();
  }

  @AfterAll
  static void end() {
    coordinator.close();
  }

  @Test
  void passesOutputsAndCodeOn() throws Exception {
    var ended = run(Redirect.from(new File("/dev/null")), "echo hi; echo é >&2; exit 7");
    assertThat(ended.text()).isEqualTo("hi\n");
    assertThat(ended.err()).isEqualTo("é\n");
    assertThat(ended.code()).isEqualTo(7);
    assertThat(run(Redirect.from(new File("/dev/null")), "kill -9 $$").code()).isEqualTo(137);
  }

  @Test
  void sendsAFileThatIsItsStdin() throws Exception {
    var bytes = new byte[700_000];
    new Random(1).nextBytes(bytes);
    var ended = run(Redirect.from(Files.write(directory.resolve("input"), bytes).toFile()), "cat");
    assertThat(ended.code()).isZero();
    assertThat(sha256(ended.out())).isEqualTo(sha256(bytes));
  }

  @Test
  void sendsWhatComesThroughAPipe() throws Exception {
    var process = start(Redirect.PIPE, "sort");
    try (var stdin = process.getOutputStream()) {
      stdin.write("b\na\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(ended(process).text()).isEqualTo("a\nb\n");
  }

  /** The pipe stays open: who read it would never end. */
  @Test
  void leavesStdinAloneWhenTold() throws Exception {
    var process = start(Redirect.PIPE, "-n", "cat; echo end");
    assertThat(ended(process).text()).isEqualTo("end\n");
    process.getOutputStream().close();
  }

  @Test
  void sendsArgumentsVariablesAndFiles() throws Exception {
    var local = Files.writeString(directory.resolve("local"), "content");
    var ended = run(Redirect.from(new File("/dev/null")), "--env", "K=v w", "--file", "a/b=" + local,
        "printf '%s|' \"$K\" \"$(<a/b)\" \"$@\"", "--", "one two", "--json", "");
    assertThat(ended.text()).isEqualTo("v w|content|one two|--json||");
  }

  @Test
  void printsADocumentWhenTold() throws Exception {
    var ended = run(Redirect.from(new File("/dev/null")), "--json", "echo hi; exit 3");
    assertThat(ended.text()).startsWith("{\"stdout\":\"hi\\n\",\"stderr\":\"\",\"code\":3,\"reason\":\"exited\"").endsWith("}\n");
    assertThat(ended.code()).isEqualTo(3);
  }

  @Test
  void saysWhyARunWasEnded() throws Exception {
    var late = run(Redirect.from(new File("/dev/null")), "--timeout", "3s", "echo begun; sleep 50");
    assertThat(late.text()).isEqualTo("begun\n");
    assertThat(late.err()).matches("bfaas run: deadline: the run was ended after [0-9.]+m?s\n");
    assertThat(late.code()).isEqualTo(124);
    var loud = run(Redirect.from(new File("/dev/null")), "head -c 5M /dev/zero");
    assertThat(loud.out()).hasSize(4 << 20);
    assertThat(loud.err()).startsWith("bfaas run: output-limit: ");
    assertThat(loud.code()).isEqualTo(125);
  }

  @Test
  void refusesARequestThatIsTooLargeBeforeItRuns() throws Exception {
    var large = Files.write(directory.resolve("large"), new byte[2_000_000]).toFile();
    var ownLimit = run(Redirect.from(large), "echo ran");
    assertThat(ownLimit.err()).isEqualTo(
        "bfaas run: the request is larger than " + MAXBODY + " bytes (--max-body; the server's own limit is its MAXBODY);"
            + " nothing was run\n");
    assertThat(ownLimit.code()).isEqualTo(65);
    assertThat(ownLimit.text()).isEmpty();
    var itsLimit = run(Redirect.from(large), "--max-body", "8MiB", "echo ran");
    assertThat(itsLimit.err()).startsWith("bfaas run: refused: 413 Content Too Large: ").contains(MAXBODY);
    assertThat(itsLimit.code()).isEqualTo(65);
    assertThat(itsLimit.text()).isEmpty();
  }

  /** Nothing ends this stdin. */
  @Test
  void readsNoMoreOfStdinThanItMaySend() throws Exception {
    var process = start(Redirect.PIPE, "--max-body", "64KiB", "cat");
    CompletableFuture.runAsync(() -> {
      try (var stdin = process.getOutputStream()) {
        while (true) stdin.write(new byte[8192]);
      } catch (IOException closed) {
        // as it should be
      }
    });
    assertThat(ended(process).code()).isEqualTo(65);
  }

  @Test
  void endsItsRunWhenItIsInterrupted() throws Exception {
    for (var signal : List.of("INT", "TERM")) {
      var processes = RunProcesses.ofARun();
      var process = start(Redirect.from(new File("/dev/null")), processes.sleep());
      processes.areAlive();
      kill(signal, process);
      Eventually.within(Duration.ofSeconds(2), "the script is dead", () -> processes.alive().stream().allMatch(
          pid -> pid == process.pid()));
      var ended = ended(process);
      assertThat(ended.code()).isEqualTo(signal.equals("INT") ? 130 : 143);
      assertThat(ended.err()).isEmpty();
    }
  }

  @Test
  void endsItsRunQuietlyWhenTheReaderLeaves() throws Exception {
    var processes = RunProcesses.ofARun();
    var process = start(Redirect.from(new File("/dev/null")), processes.sleep() + " & while echo y; do sleep 0.1; done");
    assertThat(process.getInputStream().read()).isEqualTo('y');
    processes.areAlive();
    process.getInputStream().close();
    var err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(141);
    assertThat(err).isEmpty();
    processes.areGone();
  }

  /** A full disk is no reader that has left, though stderr goes to one. */
  @Test
  void saysThatItsOutputCannotBeWritten() throws Exception {
    var builder = starter(Redirect.from(new File("/dev/null")), "echo lost");
    var ended = ended(builder.redirectOutput(new File("/dev/full")).start());
    assertThat(ended.err()).startsWith("bfaas run: the output cannot be written, and the run was ended: ");
    assertThat(ended.code()).isEqualTo(74);
  }

  @Test
  void saysThatNobodyIsThere() throws Exception {
    var ended = run(Redirect.from(new File("/dev/null")), "--url", "http://127.0.0.1:1", "true");
    assertThat(ended.err()).isEqualTo("bfaas run: http://127.0.0.1:1 cannot be reached: Connection refused\n");
    assertThat(ended.code()).isEqualTo(69);
  }

  /** Only an exit event tells how a run ended; a server that dies tells nothing, however orderly its connection ends. */
  @Test
  void neverTakesAnEndForAnExit() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var served = CompletableFuture.runAsync(() -> {
        try (var client = server.accept()) {
          var body = client.getInputStream();
          for (var last = ' '; last != '}'; last = (char) body.read()) continue;
          client.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
              + "event: stdout\ndata: \"half\"\n\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException failure) {
          throw new AssertionError(failure);
        }
      });
      var ended = run(Redirect.from(new File("/dev/null")), "--url", "http://127.0.0.1:" + server.getLocalPort(), "true");
      served.get(SECONDS_MAX, TimeUnit.SECONDS);
      assertThat(ended.text()).isEqualTo("half");
      assertThat(ended.err()).isEqualTo("bfaas run: the answer ended without an exit event; how the run ended is not known\n");
      assertThat(ended.code()).isEqualTo(76);
    }
  }

  @Test
  void tellsWhatItMayBeTold() throws Exception {
    var help = run(Redirect.from(new File("/dev/null")), "--help");
    assertThat(help.text()).contains("bfaas run [OPTION]... SCRIPT [-- ARGUMENT]...", "--max-body");
    assertThat(help.code()).isZero();
    var wrong = run(Redirect.from(new File("/dev/null")), "--timeout", "soon", "true");
    assertThat(wrong.err()).hasLineCount(1).contains("--timeout", "soon", "(bfaas run --help tells more)");
    assertThat(wrong.code()).isEqualTo(64);
    try (var completion = BfaasProcess.start(Map.of(), "completion")) {
      assertThat(completion.exitCode()).isZero();
      var bash = new ProcessBuilder("bash", "-c", "source /dev/stdin; complete -p bfaas").start();
      try (var script = bash.getOutputStream()) {
        script.write(String.join("\n", completion.out()).getBytes(StandardCharsets.UTF_8));
      }
      assertThat(bash.getInputStream().readAllBytes()).asString().contains(" -F _complete_bfaas").endsWith(" bfaas\n");
    }
  }

  private static Ended run(Redirect stdin, String... arguments) throws Exception {
    return ended(start(stdin, arguments));
  }

  private static Process start(Redirect stdin, String... arguments) throws IOException {
    return starter(stdin, arguments).start();
  }

  private static ProcessBuilder starter(Redirect stdin, String... arguments) {
    var all = new ArrayList<>(List.of("run"));
    all.addAll(Stream.of(arguments).toList());
    var url = "http://127.0.0.1:" + coordinator.serving().getPort();
    var builder = new ProcessBuilder(BfaasProcess.command(all)).redirectInput(stdin);
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", System.getenv("PATH"), "LC_ALL", "C.UTF-8", "BFAAS_URL", url));
    return builder;
  }

  private static Ended ended(Process process) throws Exception {
    var err = CompletableFuture.supplyAsync(() -> {
      try {
        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException unreadable) {
        throw new AssertionError(unreadable);
      }
    });
    var out = new ByteArrayOutputStream();
    process.getInputStream().transferTo(out);
    assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out.toByteArray(), err.get());
  }

  private static void kill(String signal, Process process) throws Exception {
    assertThat(new ProcessBuilder("bash", "-c", "kill -s " + signal + " " + process.pid()).start().waitFor()).isZero();
  }

  private static byte[] sha256(byte[] bytes) throws Exception {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }
}
