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

@DisplayName("deploy/update-worker.sh")
@Timeout(60)
class UpdateWorkerTest {
  private static final String SCRIPT = "deploy/update-worker.sh";
  private static final String OLD = "registry.fly.io/my-bfaas-workers:setup";

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
        "# 1 of 3 worker machines have it", "# 2 of 3 worker machines have it", "# 3 of 3 worker machines have it");
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
    assertThat(dry.out()).hasSize(2).first().asString()
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
