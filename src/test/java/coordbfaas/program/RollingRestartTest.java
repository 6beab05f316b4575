package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.settings.GoDuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Told in short; {@code -Drolling.time=60s -Drolling.clients=10 -Drolling.restarts=2} tells it at length. */
@DisplayName("Coordinators behind a proxy")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(600)
class RollingRestartTest {
  private static final Duration TIME = GoDuration.parse(System.getProperty("rolling.time", "15s"));
  private static final int CLIENTS = Integer.getInteger("rolling.clients", 4);
  private static final int RESTARTS = Integer.getInteger("rolling.restarts", 1);

  /** How many runs show that a coordinator takes part. */
  private static final int SOME = 3;

  private static final String NEW_IMAGE = "basher:new";

  /** A coordinator's end and its next beginning, while there was traffic. */
  private record Restart(Member member, Instant told, Duration away) {}

  private final List<Restart> restarts = new ArrayList<>();

  /**
   * Goal: whoever was told 200 gets the whole run, whatever its coordinator is told meanwhile, and there is never a machine too
   * many.
   *
   * <p>Method: clients run scripts through nginx. Each coordinator in turn is restarted in the midst of a run, and then once
   * more with another image for its workers; an outsider lists the machines all the time.
   */
  @Test
  void loseNoRunWhenTheyAreRestartedOrGivenAnotherImage(@TempDir Path folder) throws IOException {
    var ports = KeptPorts.some(3);
    try (var proxy = RoundRobin.start(ports.getFirst(), ports.subList(1, 3), folder); var cluster = Cluster.start()) {
      var a = cluster.member("a", variables(ports.get(1)));
      var b = cluster.member("b", variables(ports.get(2)));
      try {
        areRolled(cluster, List.of(a, b), proxy);
      } finally {
        cluster.keepLogs(logs());
      }
    }
  }

  /** With a deadline that no run meets, even on a computer that has much more to do. */
  private static Map<String, String> variables(int port) {
    return Map.of("PORT", Integer.toString(port), "MAXREQTIME", "40s", "LEASETIME", "60s");
  }

  private void areRolled(Cluster cluster, List<Member> members, RoundRobin proxy) throws IOException {
    members.forEach(cluster::isWhole);
    var traffic = new Traffic(CLIENTS, proxy.address());
    var watch = new AppWatch(cluster.api(), Cluster.APP);
    var begun = Instant.now();
    try (watch; traffic) {
      members.forEach(member -> traffic.isServedBy(member, SOME));
      for (var round = 0; round < RESTARTS; round++)
        for (var member : members) isRestarted(member, Map.of(), traffic);
      for (var member : members) isRestarted(member, Map.of("WORKER_IMAGE", NEW_IMAGE), traffic);
      traffic.goesOnUntil(begun.plus(TIME));
      Eventually.within(BfaasProcess.START_TIME, "all machines are new", () ->
          newOnes(watch) == members.size() * Cluster.SIZE);
    } finally {
      saw(begun, traffic, watch, proxy);
    }
    members.forEach(Member::terminate);

    assertThat(traffic.failures()).isEmpty();
    assertThat(restarts).allMatch(restart -> traffic.across(restart.member(), restart.told()) > 0);
    assertThat(cluster.fly().log().runs()).as("runs, as many as were told 200").isEqualTo(traffic.counts().get("200"));
    assertThat(proxy.cut()).isEmpty();
    assertThat(watch.failures()).isEmpty();
    assertThat(watch.most()).isEqualTo(members.size() * Cluster.SIZE);
    assertThat(watch.names()).allMatch(name -> name.matches("worker-[ab]-[0-" + (Cluster.SIZE - 1) + "]"));
    assertThat(watch.images()).hasSize(members.size() * Cluster.SIZE).containsOnly(NEW_IMAGE);
    for (var member : members) assertThat(cluster.fly().log().mostAtOnce(member.pool())).isEqualTo(Cluster.SIZE);
    cluster.fly().sawNothingWrong();
    cluster.runsNothing();
    cluster.ends();
  }

  private void isRestarted(Member member, Map<String, String> changed, Traffic traffic) {
    traffic.isInTheMidstOfARunOf(member);
    var told = Instant.now();
    member.terminate();
    member.start(changed);
    member.address();
    restarts.add(new Restart(member, told, Duration.between(told, Instant.now())));
    traffic.isServedBy(member, SOME);
  }

  private static long newOnes(AppWatch watch) {
    return watch.images().stream().filter(NEW_IMAGE::equals).count();
  }

  /** Figures for whoever asks how it went. */
  private void saw(Instant begun, Traffic traffic, AppWatch watch, RoundRobin proxy) throws IOException {
    var lines = new ArrayList<String>();
    lines.add("clients=" + CLIENTS + " seconds=" + Duration.between(begun, Instant.now()).toSeconds()
        + " answers=" + traffic.counts() + " failures=" + traffic.failures());
    lines.add("looks=" + watch.looks() + " most_machines=" + watch.most() + " names=" + watch.names());
    for (var restart : restarts) lines.add("restarted=" + restart.member().pool() + " away_ms=" + restart.away().toMillis()
        + " runs_under_way=" + traffic.across(restart.member(), restart.told()));
    lines.add("connections_refused=" + proxy.refused() + " cut=" + proxy.cut());
    Files.write(logs().resolve("saw.txt"), lines);
  }

  private static Path logs() throws IOException {
    return Files.createDirectories(Path.of("target", "cluster-logs", "rolling"));
  }
}
