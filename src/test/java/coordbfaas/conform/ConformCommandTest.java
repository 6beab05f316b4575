package coordbfaas.conform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import coordbfaas.wire.ServerUrl;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("bfaas conform")
@Timeout(120)
class ConformCommandTest {
  @TempDir Path dir;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void tellsWhatItFoundAndEndsWithZeroIfAllIsWell() throws IOException {
    try (var server = ModelServer.without(dir)) {
      assertThat(conform("--only", "exit.137", "--only", "refused.empty", server.target().toString())).isZero();
      assertThat(lines()).hasSize(3);
      assertThat(lines().get(0)).matches("exit\\.137 +\\d+ ms  ok");
      assertThat(lines().get(1)).matches("refused\\.empty-script +\\d+ ms  ok");
      assertThat(lines().get(2)).startsWith(server.target() + ": green, 2 of 2 checks ok, in ");
    }
  }

  @Test
  void skipsWhatTheServersLimitOfOutputHasNoRoomFor() throws IOException {
    try (var server = ModelServer.without(dir)) {
      assertThat(conform("--max-output", "16KiB", "--only", "output.both", "--only", "document.large",
          server.target().toString())).isZero();
      assertThat(lines().get(0)).contains("skipped").contains("below the 1177790 bytes");
      assertThat(lines().get(1)).contains("skipped").contains("below the 1988895 bytes");
    }
  }

  @Test
  void endsWithOneIfACheckFails() throws IOException {
    try (var server = ModelServer.with(Fault.GUESSES_SIGNALS, dir)) {
      assertThat(conform("--only", "exit.137", server.target().toString())).isEqualTo(1);
      assertThat(lines().getFirst()).contains("FAILED  expected exit 137 exited; saw 137 signaled");
    }
  }

  @Test
  void writesOneJsonDocumentIfAskedTo() throws IOException {
    try (var server = ModelServer.without(dir)) {
      assertThat(conform("--json", "--only", "status.404", server.target().toString())).isZero();
      var report = new ObjectMapper().readTree(out.toByteArray());
      assertThat(report.path("checks").path(0).path("verdict").asText()).isEqualTo("ok");
    }
  }

  @Test
  void saysThatAServerCannotBeReached() throws IOException {
    var url = "http://127.0.0.1:" + portThatNobodyListensOn();
    assertThat(conform(url)).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith(url + ": cannot be reached: ");
    assertThat(lines()).isEmpty();
  }

  private static int portThatNobodyListensOn() throws IOException {
    try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return closed.getLocalPort();
    }
  }

  @Test
  void listsItsChecks() {
    assertThat(conform("--list")).isZero();
    assertThat(lines()).hasSize(Checks.all().size()).anyMatch(line -> line.matches("exit\\.137 +exit 137 is an exit, no signal"));
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    for (var arguments : List.of(List.<String>of(), List.of("a", "b"), List.of("--what", "x", "localhost"), List.of("--only"),
        List.of("ftp://localhost"), List.of("http://"), List.of("--patience", "10", "localhost"),
        List.of("--at-once", "0", "localhost"), List.of("--max-output", "x", "localhost"), List.of("--only", "no", "localhost")))
      assertThatIllegalArgumentException().as(arguments.toString())
          .isThrownBy(() -> conform(arguments.toArray(String[]::new))).withMessageContaining("expected");
  }

  @Test
  void takesUrlsAsPeopleWriteThem() {
    assertThat(ServerUrl.parse("localhost:8000")).hasToString("http://localhost:8000");
    assertThat(ServerUrl.parse("https://host/base/")).hasToString("https://host/base")
        .isEqualTo(new ServerUrl(true, "host", 443, "/base"));
    assertThat(ServerUrl.parse("http://[::1]:8000").socketHost()).isEqualTo("::1");
  }

  private int conform(String... arguments) {
    return Conform.run(List.of(arguments), new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
