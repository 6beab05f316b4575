package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.KeyPair;
import coordbfaas.outside.Eventually;
import coordbfaas.outside.Running;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A local Fly and the coordinators that share it, each a process of its own. */
final class Cluster implements AutoCloseable {
  /** The app that holds the machines. */
  static final String APP = "workers";

  /** Machines of each coordinator. */
  static final int SIZE = 3;

  /** How long a lease lasts, and from one look at all machines to the next. */
  static final Duration LEASE = Duration.ofSeconds(20);
  static final Duration CLEAN = Duration.ofSeconds(5);

  private static final Pattern SERVES = Pattern.compile(
      ".*local fly serves api=(?<api>http://\\S+) flycast=(?<flycast>http://\\S+) admin=(?<admin>http://\\S+)");

  /** When a boot, a stop or an end takes no time, none of them is ever interrupted. */
  private static final Map<String, String> DELAYS = Map.of(
      "LOCAL_FLY_CREATE", "50ms", "LOCAL_FLY_START", "100ms", "LOCAL_FLY_STOP", "100ms");

  private final String keys = KeyPair.generate().privateText();
  private final List<Member> members = new ArrayList<>();
  private final BfaasProcess process;
  private final URI api;
  private final URI flycast;
  private final FlyAdmin admin;

  private Cluster(BfaasProcess process) {
    this.process = process;
    var served = process.says(SERVES);
    this.api = URI.create(served.group("api"));
    this.flycast = URI.create(served.group("flycast"));
    this.admin = new FlyAdmin(URI.create(served.group("admin")));
  }

  static Cluster start() {
    return start(Map.of());
  }

  /** @param more variables of the local Fly */
  static Cluster start(Map<String, String> more) {
    var variables = new HashMap<>(DELAYS);
    variables.putAll(more);
    var process = BfaasProcess.start(variables, "local-fly", "--port", "0", "--flycast-port", "0", "--admin-port", "0");
    try {
      return new Cluster(process);
    } catch (AssertionError notServing) {
      process.close(); // or it would outlive the tests
      throw notServing;
    }
  }

  FlyAdmin fly() {
    return admin;
  }

  URI api() {
    return api;
  }

  /** Starts a coordinator. @param more variables, which go before those that it has anyway */
  Member member(String pool, Map<String, String> more) {
    var variables = new HashMap<>(Map.of(
        "WORKER_APP", APP, "WORKER_IMAGE", "basher", "FLY_TOKEN", "fm2_x", "FLY_MACHINE_ID", pool, "PRIVATE", keys,
        "FLY_API_HOSTNAME", api.toString(), "WORKER_URL", flycast.toString(), "PORT", "0"));
    variables.putAll(Map.of("POOLSIZE", Integer.toString(SIZE), "POOL_WARM", "all", "MAXREQTIME", "10s",
        "LEASETIME", LEASE.toSeconds() + "s", "CLEANTIME", CLEAN.toSeconds() + "s"));
    variables.putAll(more);
    var member = new Member(pool, variables);
    members.add(member);
    return member;
  }

  /** Waits until a pool's machines all run. */
  void isWhole(Member member) {
    Eventually.within(BfaasProcess.START_TIME, "the machines of " + member.pool() + " run", () -> {
      var machines = admin.machines(member.pool());
      return machines.size() == SIZE && machines.stream().allMatch(machine -> machine.state().equals("started"));
    });
  }

  /** Nothing runs on the local Fly any more: no bash that waits for a script, none that has one. Its own two stay to the end. */
  void runsNothing() {
    Eventually.eventually("no process of a worker is left", () -> process.handle().descendants().allMatch(this::isFlysOwn));
  }

  /** Whether it is what makes processes, or owns the firewall. */
  private boolean isFlysOwn(ProcessHandle child) {
    var program = child.info().command().orElse("");
    return child.parent().equals(Optional.of(process.handle())) && (program.endsWith("/nft") || program.endsWith("/perl"));
  }

  /** Ends the local Fly as an operator does, and sees that nothing is left of it. */
  void ends() {
    var all = process.handle().descendants().toList();
    process.terminate();
    assertThat(process.exitCode()).isZero();
    Eventually.eventually("no process is left", () -> !Running.any(all));
  }

  /** Writes what all processes logged. */
  void keepLogs(Path directory) throws IOException {
    Files.write(directory.resolve("fly.log"), process.err());
    for (var i = 0; i < members.size(); i++)
      Files.write(directory.resolve(members.get(i).pool() + "-" + i + ".log"), members.get(i).log());
  }

  @Override
  public void close() {
    members.forEach(Member::close);
    process.close();
  }
}
