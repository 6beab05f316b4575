package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import coordbfaas.outside.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A fork server")
@Timeout(60)
class ForkServerTest {
  private final ForkServer server = new ForkServer(List.of());

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void makesManyProcessesAtOnce() throws Exception {
    var orders = new ArrayList<CompletionStage<ForkedProcess>>();
    for (var i = 0; i < 40; i++) orders.add(server.fork(order()));
    for (var order : orders) {
      var process = Contained.get(order);
      process.awaitWalls();
      process.kill();
      Contained.get(process.ended());
      process.close();
    }
  }

  /** Each of its processes has its own pipes and nobody else's: stdin ends though others were made before and after. */
  @Test
  void givesAProcessNoEndOfAnothersPipes() throws Exception {
    try (var before = Contained.get(server.fork(order()))) {
      var ran = Contained.ran(server, walls(), "cat; ls /proc/1/fd | wc -w");
      before.awaitWalls();
      assertThat(ran.output()).isEqualTo("2\n"); // its stdout and its status channel
    }
  }

  @Test
  void saysWhyItMakesNone() {
    assertThatThrownBy(() -> Contained.get(server.fork(List.of("-1", "", "0"))))
        .hasCauseInstanceOf(IOException.class).hasMessageContaining("refused clone: Invalid argument");
    assertThatThrownBy(() -> Contained.get(server.fork(List.of("-1", "5000", "0"))))
        .hasCauseInstanceOf(IOException.class).hasMessageContaining("refused clone: Invalid argument");
  }

  @Test
  void takesItsProcessesWithItAndIsStartedAnew() throws Exception {
    var process = Contained.get(server.fork(order()));
    process.awaitWalls();
    server.close();
    Contained.get(process.ended());
    assertThat(process.child()).isEmpty();
    process.close();
    Eventually.eventually("another makes processes", () -> isServed());
  }

  /** There it makes no namespace and mounts nothing. */
  @Test
  void servesWhereAnImageIsBuilt(@TempDir Path bin) throws Exception {
    Files.copy(Path.of("deploy/image/without-namespaces"), bin.resolve("perl"), StandardCopyOption.COPY_ATTRIBUTES);
    try (var trained = new ForkServer(List.of("env", "PATH=" + bin + ":/usr/bin:/bin"))) {
      var ours = Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString();
      assertThat(Contained.ran(trained, walls(), "readlink /proc/self/ns/mnt").output()).isEqualTo(ours + "\n");
    } finally {
      Files.deleteIfExists(Path.of(Walls.DIRECTORY)); // there the run's is the computer's
    }
  }

  private boolean isServed() throws IOException {
    try {
      return Contained.ran(server, walls(), "echo served").output().equals("served\n");
    } catch (CompletionException ended) {
      return false;
    }
  }

  private static List<String> order() {
    return walls().order();
  }

  private static Walls walls() {
    var none = Contained.sandbox(Map.of("SANDBOX", "none"));
    return none.walls(OptionalInt.empty());
  }
}
