package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.basher.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A machine in a process of its own")
class ProcessMachineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<Host.Up> up = kit.createTestProbe(Host.Up.class);
  private final TestProbe<Host.Booted> booted = kit.createTestProbe(Host.Booted.class);

  @TempDir
  private Path folder;

  @AfterEach
  void shutDown() {
    kit.shutdownTestKit();
  }

  /** Boots a machine whose process is a shell script. */
  private Host.Booted boot(String script, Map<String, String> environment) {
    kit.spawn(parent(ProcessMachine.host(List.of("sh", "-c", script)), new Host.Order("0123456789abcd", 7, environment)));
    return booted.receiveMessage(PATIENCE);
  }

  private Behavior<Void> parent(Host host, Host.Order order) {
    return Behaviors.setup(context -> {
      booted.ref().tell(host.boot(context, order, up.ref()));
      return Behaviors.empty();
    });
  }

  private void ends(Host.Booted machine) {
    up.expectTerminated(machine.actor(), PATIENCE);
  }

  /** A named pipe, from which can be read what the process has written when it has. */
  private Path pipe() throws IOException, InterruptedException {
    var pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  @Test
  void hasStartedWhenTheProcessLives() {
    var machine = boot("exec sleep 600", Map.of());
    var told = up.receiveMessage(PATIENCE);
    assertThat(told.machine()).isEqualTo("0123456789abcd");
    assertThat(told.boot()).isEqualTo(7);
    assertThat(told.address().toString()).matches("http://127\\.(?!0\\.)\\d+\\.\\d+\\.\\d+:8001");
    machine.stop().accept(Duration.ofMinutes(1));
    ends(machine);
  }

  @Test
  void seesItsOwnEnvironmentOnly() throws Exception {
    var pipe = pipe();
    boot("env > " + pipe, Map.of("K", "v", "FLY_APP_NAME", "workers", "PORT", "1"));
    var names = Files.readAllLines(pipe).stream().map(line -> line.replaceFirst("=.*", "")).toList();
    assertThat(names).contains("K", "PATH", "FLY_MACHINE_ID", "BIND", "PORT").isSubsetOf(
        "K", "PATH", "FLY_MACHINE_ID", "BIND", "PORT", "PWD", "SHLVL", "OLDPWD", "_");
  }

  @Test
  void endsWhenTheProcessDoes() {
    ends(boot("exit 3", Map.of()));
  }

  @Test
  void isKilledIfItDoesNotStopInTime() throws Exception {
    var pipe = pipe();
    var machine = boot("trap '' TERM; echo $$ > " + pipe + "; exec sleep 600", Map.of());
    var process = ProcessHandle.of(Long.parseLong(Files.readString(pipe).strip())).orElseThrow();
    machine.stop().accept(Duration.ofMillis(50));
    ends(machine);
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void isKilledAtOnceIfThereIsNoTimeToStop() throws Exception {
    var pipe = pipe();
    var machine = boot("trap '' TERM; echo $$ > " + pipe + "; exec sleep 600", Map.of());
    Files.readString(pipe);
    machine.stop().accept(Duration.ofMinutes(1));
    machine.stop().accept(Duration.ZERO);
    ends(machine);
  }

  @Test
  void obeysTheLatestOrderToStop() throws Exception {
    var pipe = pipe();
    var machine = boot("trap '' TERM; echo $$ > " + pipe + "; exec sleep 600", Map.of());
    Files.readString(pipe);
    machine.stop().accept(Duration.ofHours(1));
    machine.stop().accept(Duration.ofMillis(50));
    ends(machine);
  }

  @Nested
  @DisplayName("that is frozen")
  class Frozen {
    private record Running(Host.Booted machine, List<Long> processes) {}

    /** Boots a machine of two processes, one below the other. */
    private Running running() throws Exception {
      var pipe = pipe();
      var machine = boot("sleep 600 & trap 'kill $!; exit' TERM; echo $$ $! > " + pipe + "; wait", Map.of());
      up.receiveMessage(PATIENCE);
      return new Running(machine, Stream.of(Files.readString(pipe).strip().split(" ")).map(Long::valueOf).toList());
    }

    /** @param states as the kernel writes them: T of a stopped process, S of one that sleeps */
    private void areAll(String states, List<Long> processes) {
      up.awaitAssert(PATIENCE, () -> {
        for (var process : processes) assertThat(Files.readString(Path.of("/proc", process.toString(), "stat")))
            .matches("\\d+ \\(\\w+\\) [" + states + "] .*\\s*");
        return processes;
      });
    }

    @Test
    void standsStillWithAllItsProcessesUntilItIsThawed() throws Exception {
      var running = running();
      var machine = running.machine();
      for (var round = 0; round < 3; round++) {
        machine.freeze().run();
        areAll("T", running.processes());
        machine.thaw().run();
        areAll("SR", running.processes());
      }
      machine.stop().accept(Duration.ofMinutes(1));
      ends(machine);
    }

    @Test
    void isStoppedGentlyAllTheSame() throws Exception {
      var running = running();
      var machine = running.machine();
      machine.freeze().run();
      areAll("T", running.processes());
      machine.stop().accept(Duration.ofMinutes(1));
      ends(machine);
      for (var process : running.processes()) ProcessHandle.of(process).map(ProcessHandle::onExit)
          .ifPresent(exit -> assertThat(exit).succeedsWithin(PATIENCE));
    }

    @Test
    void isKilledAllTheSame() throws Exception {
      var pipe = pipe();
      var machine = boot("echo $$ > " + pipe + "; exec sleep 600", Map.of());
      up.receiveMessage(PATIENCE);
      var process = Long.valueOf(Files.readString(pipe).strip());
      machine.freeze().run();
      areAll("T", List.of(process));
      machine.stop().accept(Duration.ZERO);
      ends(machine);
    }
  }

  @Test
  void endsIfItsCommandCannotBeRun() {
    ends(boot("exec /no/such/program", Map.of()));
  }

  @Test
  void diesWithItsActor() throws Exception {
    var pipe = pipe();
    boot("echo $$ > " + pipe + "; exec sleep 600", Map.of());
    var process = ProcessHandle.of(Long.parseLong(Files.readString(pipe).strip())).orElseThrow();
    kit.shutdownTestKit();
    process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** The goal: nothing is left behind by a JVM that is killed. The method: kill one that has spawned a process. */
  @Test
  void diesWithTheJvmThatSpawnedIt() throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var jvm = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), SpawnAndStay.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (var told = jvm.inputReader()) {
      var process = ProcessHandle.of(Long.parseLong(told.readLine())).orElseThrow();
      jvm.destroyForcibly();
      process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** A JVM that spawns a machine's process, tells its id, and stays. */
  static final class SpawnAndStay {
    private SpawnAndStay() {}

    public static void main(String[] arguments) throws Exception {
      var process = Spawner.spawn(new ProcessBuilder("sleep", "600"));
      System.out.println(process.toCompletableFuture().get().pid());
      Thread.currentThread().join();
    }
  }
}
