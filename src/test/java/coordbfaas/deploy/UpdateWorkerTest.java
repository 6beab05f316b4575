package coordbfaas.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("deploy/update-worker.sh")
@Timeout(60)
class UpdateWorkerTest {
  private static final String SCRIPT = "deploy/update-worker.sh";
  private static final String OLD = "registry.fly.io/my-bfaas-workers:setup";

  static final String RUN = "curl --silent --show-error --fail-with-body --max-time 20 "
      + "-H 'Accept: application/json' -d true https://my-bfaas.fly.dev/run";

  private StandIn computer;

  @BeforeEach
  void aComputerWithFly(@TempDir Path folder) throws IOException {
    computer = new StandIn(folder);
  }

  @AfterEach
  void isPutAway() {
    computer.close();
  }

  @Test
  void pushesTheImageTellsTheCoordinatorsAndWatchesUntilAllHaveIt() throws Exception {
    isSetUp();
    var updated = computer.withWorkers("my-bfaas-workers", 3, OLD).runs(SCRIPT, "--label", "next", "my-bfaas");
    assertThat(updated.exitCode()).as(updated.said()).isZero();
    assertThat(updated.out()).containsExactly(
        "fly deploy -c deploy/fly.toml.basher -a my-bfaas-workers --update-only --no-public-ips --image-label next --yes",
        "echo WORKER_IMAGE=registry.fly.io/my-bfaas-workers:next | fly secrets import -a my-bfaas",
        "# watching: fly machine list --json -a my-bfaas-workers",
        "# 1 of 3 worker machines have it", "# 2 of 3 worker machines have it", "# 3 of 3 worker machines have it",
        RUN);
    assertThat(computer.state("wanted-image")).isEqualTo("registry.fly.io/my-bfaas-workers:next");
    assertThat(computer.state("restarts")).isEqualTo("my-bfaas");
  }

  @Test
  void saysWhenTheRollOutDoesNotEnd() throws Exception {
    isSetUp();
    var stuck = computer.with("STUCK", "yes").withWorkers("my-bfaas-workers", 2, OLD)
        .runs(SCRIPT, "--label", "next", "--wait", "1", "my-bfaas");
    assertThat(stuck.exitCode()).isEqualTo(75);
    assertThat(stuck.said()).contains("only 0 of 2 machines have it").contains("fly logs -a my-bfaas");
  }

  @Test
  void takesNoMachinesForNoneThatHasIt() throws Exception {
    isSetUp();
    var none = computer.runs(SCRIPT, "--label", "next", "--wait", "1", "my-bfaas");
    assertThat(none.exitCode()).isEqualTo(75);
    assertThat(none.said()).contains("only 0 of 0 machines have it");
  }

  /** The image is told, machines are made of it, and none of them comes up. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      503                                     | error: 503
      {"code":137,"reason":"signaled"}        | "signaled"
      {"code":1,"reason":"exited"}            | "code":1""")
  void saysWhenTheNewImageRunsNothing(String answer, String said) throws Exception {
    isSetUp();
    var broken = computer.with("RUN_ANSWER", answer).withWorkers("my-bfaas-workers", 1, OLD).runs(SCRIPT, "--label", "next", "my-bfaas");
    assertThat(broken.exitCode()).isEqualTo(75);
    assertThat(broken.said()).contains("# 1 of 1 worker machines have it")
        .contains("my-bfaas runs no script").contains(said).contains("fly logs -a my-bfaas-workers");
  }

  @Test
  void pushesNothingUnderALabelThatMachinesHave() throws Exception {
    isSetUp();
    computer.calls();
    var refused = computer.withWorkers("my-bfaas-workers", 1, OLD).runs(SCRIPT, "--label", "setup", "my-bfaas");
    assertThat(refused.exitCode()).as(refused.said()).isEqualTo(64);
    assertThat(refused.said()).contains("--label: setup is what 1 of 1 worker machines have");
    assertThat(computer.calls()).isNotEmpty().noneMatch(call -> call.startsWith("fly deploy"));
  }

  @Test
  void tellsNobodyOfAnImageThatWasNotPushed() throws Exception {
    isSetUp();
    var failed = computer.with("FLY_FAILS", "deploy -c").runs(SCRIPT, "--label", "next", "my-bfaas");
    assertThat(failed.exitCode()).isNotZero();
    assertThat(computer.state("wanted-image")).isEqualTo(OLD);
  }

  @Test
  void printsInADryRunWhatItWouldDo() throws Exception {
    var dry = computer.runs(SCRIPT, "--dry-run", "my-bfaas", "their-workers");
    assertThat(dry.exitCode()).isZero();
    assertThat(dry.out()).hasSize(3).endsWith(RUN).first().asString()
        .matches("fly deploy -c deploy/fly.toml.basher -a their-workers .* --image-label w\\d{8}-\\d{6} --yes");
    assertThat(computer.calls()).isEmpty();
  }

  @Test
  void wantsToBeSetUpFirst() throws Exception {
    var refused = computer.runs(SCRIPT, "my-bfaas");
    assertThat(refused.exitCode()).isEqualTo(78);
    assertThat(refused.said()).contains("my-bfaas-workers: no such app");
  }

  @Test
  void saysWhatIsWrongWithItsArguments() throws Exception {
    var refused = computer.runs(SCRIPT, "--label", "a b", "my-bfaas");
    assertThat(refused.exitCode()).isEqualTo(64);
    assertThat(refused.said()).contains("--label: a b (expected:");
  }

  private void isSetUp() throws Exception {
    assertThat(computer.runs("deploy/setup.sh", "my-bfaas").exitCode()).isZero();
  }
}
