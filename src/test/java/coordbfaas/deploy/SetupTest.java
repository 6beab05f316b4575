package coordbfaas.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("deploy/setup.sh")
@Timeout(60)
class SetupTest {
  private static final String SCRIPT = "deploy/setup.sh";
  private static final List<String> QUESTIONS = List.of("auth", "apps list", "ips list", "secrets list", "machine list");

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
  void printsInADryRunWhatStandsInTheTranscriptAndCallsNothing() throws Exception {
    var dry = computer.with("FLY_API_HOSTNAME", "").with("BFAAS", "").runs(SCRIPT, "--dry-run", "--region", "dfw", "my-bfaas");
    assertThat(dry.exitCode()).as(dry.said()).isZero();
    assertThat(dry.out()).isEqualTo(Files.readAllLines(Path.of("deploy/setup.transcript")));
    assertThat(computer.calls()).isEmpty();
    assertThat(computer.policyCalls).isEmpty();
  }

  @Test
  void doesWhatItPrintsInADryRun() throws Exception {
    var dry = computer.runs(SCRIPT, "--dry-run", "--region", "dfw", "my-bfaas");
    var real = succeeds("--region", "dfw", "my-bfaas");
    assertThat(real.out()).isEqualTo(dry.out());
    var changes = computer.calls().stream().filter(call -> call.startsWith("fly "))
        .filter(call -> QUESTIONS.stream().noneMatch(question -> call.startsWith("fly " + question))).toList();
    var told = dry.out().stream().flatMap(line -> Stream.of(line.split(" \\| "))).filter(command -> command.startsWith("fly ")).toList();
    assertThat(changes).isEqualTo(told).hasSize(13);
  }

  @Test
  void makesTwoAppsOfWhichTheWorkersHaveANetworkOfTheirOwnAndNoPublicAddress() throws Exception {
    succeeds("my-bfaas");
    assertThat(computer.state("apps/my-bfaas/network")).isEmpty();
    assertThat(computer.state("apps/my-bfaas-workers/network")).isEqualTo("my-bfaas-workers");
    assertThat(computer.state("apps/my-bfaas-workers/ips")).contains("private_v6").contains("\"Org\": \"personal\"");
    assertThat(computer.state("apps/my-bfaas-workers/images")).isEqualTo("registry.fly.io/my-bfaas-workers:setup");
  }

  @Test
  void givesTheCoordinatorItsSecretsAndTheWorkersNone() throws Exception {
    succeeds("my-bfaas");
    var secrets = "apps/my-bfaas/secrets/";
    assertThat(computer.state(secrets + "PRIVATE")).isEqualTo(sha256(StandIn.PRIVATE_KEY));
    assertThat(computer.state(secrets + "FLY_TOKEN")).isEqualTo(sha256(StandIn.DEPLOY_TOKEN));
    assertThat(computer.state(secrets + "WORKER_APP")).isEqualTo(sha256("my-bfaas-workers"));
    assertThat(computer.state(secrets + "WORKER_IMAGE")).isEqualTo(sha256("registry.fly.io/my-bfaas-workers:setup"));
    assertThat(computer.calls()).noneMatch(call -> call.startsWith("fly secrets import") && call.contains("my-bfaas-workers"));
  }

  @Test
  void setsThePolicyBeforeThereIsAMachine() throws Exception {
    succeeds("my-bfaas");
    var policy = new ObjectMapper().readTree(computer.policies().getFirst());
    assertThat(policy.at("/selector/all").booleanValue()).isTrue();
    assertThat(policy.path("rules").findValuesAsText("direction")).containsExactly("ingress", "egress");
    assertThat(policy.at("/rules/0/ports").findValuesAsText("port")).containsExactly("8001");
    assertThat(policy.at("/rules/1/ports").findValuesAsText("port")).containsExactly("53", "53", "80", "443");
    assertThat(computer.policyCalls).extracting(StandIn.PolicyCall::authorization).containsOnly(StandIn.POLICY_TOKEN);
    assertThat(computer.policyCalls).extracting(StandIn.PolicyCall::path)
        .containsExactly("/v1/apps/my-bfaas-workers/network_policies/", "/v1/apps/my-bfaas-workers/network_policies");
    var calls = computer.calls();
    assertThat(calls.stream().map(call -> call.startsWith("curl --config")).toList().lastIndexOf(true)).isNotNegative()
        .isLessThan(first(calls, "fly deploy"));
  }

  @Test
  void asksForPoliciesAsTheKindOfTheTokenWants() throws Exception {
    computer.with("POLICY_TOKEN", "fo1_0af7");
    succeeds("my-bfaas");
    assertThat(computer.policyCalls).extracting(StandIn.PolicyCall::authorization).containsOnly("Bearer fo1_0af7");
  }

  @Test
  void takesAnAppOfWhichFlyKnowsNoPoliciesForOneWithoutAny() throws Exception {
    computer.withPolicyStatus(404);
    succeeds("my-bfaas");
    assertThat(computer.policies()).hasSize(1);
  }

  @Test
  void makesNoMachineWhereThePoliciesAreNotTold() throws Exception {
    var refused = computer.withPolicyStatus(403).runs(SCRIPT, "my-bfaas");
    assertThat(refused.exitCode()).isEqualTo(70);
    assertThat(refused.said()).contains("the network policies of my-bfaas-workers cannot be read").contains("no policies").contains("403");
    assertThat(computer.calls()).noneMatch(call -> call.startsWith("fly deploy"));
  }

  @Test
  void changesNothingTheSecondTime() throws Exception {
    succeeds("my-bfaas");
    computer.calls();
    var before = computer.files();
    var second = succeeds("my-bfaas");
    assertThat(second.out()).containsExactly(UpdateWorkerTest.RUN, "# ready: curl https://my-bfaas.fly.dev/run -d uptime");
    assertThat(computer.calls()).allMatch(call -> call.startsWith("curl ") || call.endsWith(" --expiry 15m")
        || QUESTIONS.stream().anyMatch(question -> call.startsWith("fly " + question)));
    assertThat(computer.policyCalls).filteredOn(call -> call.method().equals("POST")).hasSize(1);
    assertThat(computer.files()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "apps create my-bfaas-workers", "ips allocate-v6", "15m", "8760h", "deploy/fly.toml.basher", "deploy/fly.toml -a"})
  void goesOnAfterAFailureWhereItEnded(String failing) throws Exception {
    var failed = computer.with("FLY_FAILS", failing).runs(SCRIPT, "my-bfaas");
    assertThat(failed.exitCode()).isNotZero();
    assertThat(failed.said()).contains("504");
    var done = computer.calls().stream().filter(call -> call.startsWith("fly apps create my-bfaas ")).count();
    computer.with("FLY_FAILS", "");
    succeeds("my-bfaas");
    assertThat(computer.calls()).filteredOn(call -> call.startsWith("fly apps create my-bfaas ")).hasSize((int) (1 - done));
    assertThat(computer.state("apps/my-bfaas/machines")).contains("started");
  }

  @Test
  void leavesThePublicAddressesThatThereAre() throws Exception {
    var done = computer.withPublicAddress("my-bfaas").runs(SCRIPT, "my-bfaas");
    assertThat(done.exitCode()).as(done.said()).isZero();
    assertThat(computer.calls()).filteredOn(call -> call.startsWith("fly ips allocate")).singleElement().asString().contains("--private");
  }

  @Test
  void leavesAnAppPrivateThatWasMadeSo() throws Exception {
    succeeds("my-bfaas");
    computer.calls();
    var second = computer.withoutAddresses("my-bfaas").runs(SCRIPT, "my-bfaas");
    assertThat(second.exitCode()).as(second.said()).isZero();
    assertThat(second.said()).contains("my-bfaas has no public address");
    assertThat(computer.calls()).noneMatch(call -> call.startsWith("fly ips allocate") || call.contains("fly.dev/run"));
  }

  @Test
  void isNotReadyBeforeAScriptWasRun() throws Exception {
    var silent = computer.with("RUN_ANSWER", "502").runs(SCRIPT, "my-bfaas");
    assertThat(silent.exitCode()).isEqualTo(75);
    assertThat(silent.said()).doesNotContain("# ready").contains("error: 502").contains("fly logs -a my-bfaas");
  }

  @Test
  void makesTheAppThatBearsTheNameOfItsOrganization() throws Exception {
    computer.with("ORGANIZATION", "my-bfaas");
    succeeds("my-bfaas");
    assertThat(computer.state("apps/my-bfaas/machines")).contains("started");
  }

  @Test
  void makesNoAppWhereNoKeyCanBeMade() throws Exception {
    var refused = computer.with("NO_JDK", "yes").runs(SCRIPT, "my-bfaas");
    assertThat(refused.exitCode()).isEqualTo(69);
    assertThat(refused.said()).contains("no JDK").contains("genkey: failed (it wants a JDK 21");
    assertThat(computer.calls()).isNotEmpty().noneMatch(call -> call.startsWith("fly apps create"));
  }

  @Test
  void deploysAgainWhatWasMadeAndDoesNotStart() throws Exception {
    computer.withAMachineThatDoesNotStart("my-bfaas");
    succeeds("my-bfaas");
    assertThat(computer.calls()).filteredOn(call -> call.startsWith("fly deploy -c deploy/fly.toml ")).hasSize(1);
    assertThat(computer.state("apps/my-bfaas/machines")).contains("started");
  }

  @Test
  void leavesNoSecretInAnArgumentAFileOrWhatItSays() throws Exception {
    var said = succeeds("my-bfaas").said() + succeeds("my-bfaas").said();
    for (var secret : List.of(StandIn.PRIVATE_KEY, StandIn.DEPLOY_TOKEN, "fo1_0af7", StandIn.POLICY_TOKEN)) {
      assertThat(said).doesNotContain(secret);
      assertThat(computer.files()).allSatisfy((path, text) -> assertThat(text).as(path.toString()).doesNotContain(secret));
    }
    assertThat(computer.calls()).hasSizeGreaterThan(10).noneMatch(call -> call.contains("0af7"));
  }

  @Test
  void refusesWorkersThatThePublicCouldReach() throws Exception {
    var refused = computer.withPublicAddress("my-bfaas-workers").runs(SCRIPT, "my-bfaas");
    assertThat(refused.exitCode()).isEqualTo(78);
    assertThat(refused.said()).contains("my-bfaas-workers has a public address").contains("fly ips release");
    assertThat(computer.calls()).noneMatch(call -> call.startsWith("fly deploy"));
  }

  @Test
  void saysThatNobodyIsLoggedIn() throws Exception {
    var refused = computer.loggedOut().runs(SCRIPT, "my-bfaas");
    assertThat(refused.exitCode()).isEqualTo(77);
    assertThat(refused.said()).contains("fly auth login");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fly", "curl"})
  void saysWhatIsMissing(String program) throws Exception {
    var refused = computer.without(program).runs(SCRIPT, "my-bfaas");
    assertThat(refused.exitCode()).as(refused.said()).isEqualTo(69);
    assertThat(refused.said()).contains(program + ": not found on the PATH");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      ''                                | expected the names of one or two apps, and got 0
      my-bfaas w x                      | expected the names of one or two apps, and got 3
      My-bfaas                          | APP: My-bfaas (expected: lower-case letters
      my-bfaas -w                       | WORKER_APP: -w (expected: lower-case letters
      my-bfaas my-bfaas                 | my-bfaas: both apps
      --network default my-bfaas        | --network: default (expected: a network of the workers' own
      --region dallas my-bfaas          | --region: dallas (expected: a code of three letters
      --region                          | --region: without a value
      --org My:Org my-bfaas             | --org: expected the organization's slug
      --nonsense my-bfaas               | --nonsense: unknown""")
  void saysWhatIsWrongWithItsArguments(String arguments, String problem) throws Exception {
    var refused = computer.runs(SCRIPT, arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertThat(refused.exitCode()).isEqualTo(64);
    assertThat(refused.said()).contains(problem);
    assertThat(computer.calls()).isEmpty();
  }

  private StandIn.Ended succeeds(String... arguments) throws Exception {
    var ended = computer.runs(SCRIPT, arguments);
    assertThat(ended.exitCode()).as(ended.said()).isZero();
    return ended;
  }

  private static int first(List<String> calls, String beginning) {
    return calls.indexOf(calls.stream().filter(call -> call.startsWith(beginning)).findFirst().orElseThrow());
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
