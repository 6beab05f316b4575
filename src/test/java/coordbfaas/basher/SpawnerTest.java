package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.outside.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A spawned process")
@Timeout(60)
class SpawnerTest {
  @Test
  void diesWithTheJvmThatSpawnedItHoweverThatEnds() throws Exception {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    var jvm = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-cp", classPath, ShortLivedJvm.class.getName())
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String mark;
    try {
      mark = new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8)).lines()
          .filter(line -> line.startsWith("mark-")).findFirst().orElseThrow();
      Eventually.eventually("bash and two children are up", () -> HostProcesses.marked(mark).size() == 3);
    } finally {
      jvm.destroyForcibly().waitFor();
    }
    Eventually.within(Duration.ofSeconds(2), "its processes are gone", () -> HostProcesses.marked(mark).isEmpty());
  }

  /** As when the JVM ends in the midst of it: somebody else is the parent. */
  @Test
  void isNotBegunIfTheJvmEndedBefore() throws Exception {
    var orphan = new ArrayList<>(List.of("sh", "-c", "\"$@\"; :", "sh"));
    orphan.addAll(Spawner.dyingWithUs(List.of("echo", "begun")));
    var process = new ProcessBuilder(orphan).redirectErrorStream(true).start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
    assertThat(process.waitFor()).isZero();
    assertThat(new ProcessBuilder(Spawner.dyingWithUs(List.of("true"))).start().waitFor()).isZero();
  }

  @Test
  void outlivesTheThreadThatAskedForIt() throws Exception {
    var asked = new CompletableFuture<Process>();
    var asking = Thread.ofPlatform().start(() -> asked.complete(Contained.get(Spawner.spawn(new ProcessBuilder("cat")))));
    asking.join();
    var process = asked.join();
    try (var stdin = process.getOutputStream()) {
      stdin.write('x');
      stdin.flush();
      assertThat(process.getInputStream().read()).isEqualTo('x');
    }
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void leadsASessionOfItsOwn() throws Exception {
    var process = Contained.get(Spawner.spawn(new ProcessBuilder("sh", "-c", "cut -d' ' -f6 /proc/$$/stat; :")));
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
        .isEqualTo(Long.toString(process.pid()));
  }

  @Test
  void isAFailureIfItCannotBeStarted() {
    var nowhere = new ProcessBuilder("true").directory(Path.of("/no/such/folder").toFile());
    assertThatThrownBy(() -> Contained.get(Spawner.spawn(nowhere))).hasCauseInstanceOf(IOException.class);
  }
}
