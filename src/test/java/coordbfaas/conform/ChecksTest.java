package coordbfaas.conform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Judges the judges: each check passes a server that does right, and fails one that does its one thing wrong. The servers are met
 * a few at a time, since most of the time something is waited for.
 */
@DisplayName("The checks")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(240)
class ChecksTest {
  private static final int SERVERS_AT_ONCE = 3;

  @TempDir static Path dir;

  private static final Map<Fault, CompletableFuture<List<Finding>>> FINDINGS = new EnumMap<>(Fault.class);
  private static ExecutorService threads;

  @BeforeAll
  static void meetTheServers() {
    threads = Executors.newFixedThreadPool(SERVERS_AT_ONCE);
    for (var fault : Fault.values()) FINDINGS.put(fault, CompletableFuture.supplyAsync(() -> findings(fault), threads));
  }

  @AfterAll
  static void leave() {
    threads.close();
  }

  private static List<Finding> findings(Fault fault) {
    try (var server = ModelServer.with(fault, Files.createDirectory(dir.resolve(fault.name())))) {
      return fault.checks().stream().map(name -> new Checking(server.target(), ModelServer.TERMS).run(named(name))).toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Check named(String name) {
    return Checks.all().stream().collect(Collectors.toMap(Check::name, Function.identity())).get(name);
  }

  @ParameterizedTest
  @EnumSource
  void findEachFault(Fault fault) {
    for (var finding : FINDINGS.get(fault).join())
      assertThat(finding.verdict()).as(finding.check().name()).isInstanceOf(Finding.Failed.class);
  }

  @Test
  void findNothingWrongWithAServerThatDoesRight() throws IOException {
    try (var server = ModelServer.without(Files.createDirectory(dir.resolve("right")))) {
      var terms = ModelServer.TERMS;
      var patient = new Terms(Duration.ofSeconds(10), Duration.ofSeconds(10), terms.quiet(), terms.outputBytesMax());
      var findings = new Checking(server.target(), patient).run(Checks.all(), SERVERS_AT_ONCE, finding -> {});
      assertThat(findings.stream().filter(finding -> !finding.verdict().equals(new Finding.Ok()))
          .map(finding -> Report.line(finding, 1))).isEmpty();
    }
  }

  @Test
  void haveNamesOfTheirOwnAndAFaultEach() {
    var checks = Checks.all().stream().map(Check::name).toList();
    assertThat(checks).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z]+\\.[a-z0-9.-]+"));
    assertThat(Arrays.stream(Fault.values()).flatMap(fault -> fault.checks().stream()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(checks);
  }
}
