package coordbfaas.conform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Judges the judges: each check passes a server that does right, and fails one that does its one thing wrong. */
@DisplayName("The checks")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class ChecksTest {
  @TempDir Path dir;

  @Test
  void findNothingWrongWithAServerThatDoesRight() throws IOException {
    try (var server = ModelServer.without(dir)) {
      var terms = ModelServer.TERMS;
      var patient = new Terms(Duration.ofSeconds(10), Duration.ofSeconds(10), terms.quiet(), terms.outputBytesMax());
      var findings = new Checking(server.target(), patient).run(Checks.all(), 3, finding -> {});
      assertThat(findings).allSatisfy(finding -> assertThat(finding.verdict()).isEqualTo(new Finding.Ok()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void findEachFault(Fault fault) throws IOException {
    try (var server = ModelServer.with(fault, dir)) {
      for (var name : fault.checks()) {
        var finding = new Checking(server.target(), ModelServer.TERMS).run(named(name));
        assertThat(finding.verdict()).as(name).isInstanceOf(Finding.Failed.class);
      }
    }
  }

  @Test
  void haveNamesOfTheirOwnAndAFaultEach() {
    var checks = Checks.all().stream().map(Check::name).toList();
    assertThat(checks).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z]+\\.[a-z0-9.-]+"));
    assertThat(Arrays.stream(Fault.values()).flatMap(fault -> fault.checks().stream()).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(checks);
  }

  private static Check named(String name) {
    return Checks.all().stream().collect(Collectors.toMap(Check::name, Function.identity())).get(name);
  }
}
