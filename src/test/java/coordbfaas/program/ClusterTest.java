package coordbfaas.program;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.outside.Eventually;
import coordbfaas.outside.Tap;
import coordbfaas.program.Crowd.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Stories of minutes rather than seconds, told at the same time: {@code -Dgroups=slow} runs them alone. */
@DisplayName("Coordinators that share an app")
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(420)
class ClusterTest {
  /** Beside what leases and looks take: for a busy computer. */
  private static final Duration SLACK = Duration.ofSeconds(15);

  private static final Duration GONE = Cluster.LEASE.plus(Cluster.CLEAN.multipliedBy(2));

  /** Longer than its leases. */
  private static final Duration STANDS_STILL = Cluster.LEASE.plusSeconds(5);

  /** A call that changes something, on a connection that brings one after another. */
  private static final Pattern CHANGE = Pattern.compile("(?m)^(POST|PUT|PATCH|DELETE) ");

  private final Cluster cluster = Cluster.start();
  private Instant begun;
  private String saw = "nothing to the end\n";

  @BeforeEach
  void begin() {
    begun = Instant.now();
  }

  /** What was seen and logged is kept, for whoever asks why a story failed. */
  @AfterEach
  void close(TestInfo test) throws IOException {
    var logs = Files.createDirectories(Path.of("target", "cluster-logs", test.getTestMethod().orElseThrow().getName()));
    Files.writeString(logs.resolve("saw.txt"), saw);
    cluster.keepLogs(logs);
    cluster.close();
  }

  /**
   * Goal: whatever happens to coordinators, a boot serves one run, a machine has one owner, and nothing is left over.
   *
   * <p>Method: clients run scripts on three of them; the first is killed for good, the second stands still until the machines
   * that it held are gone, the third is killed and started again at once.
   */
  @Test
  void loseNothingWhenOneIsKilledOneStandsStillAndOneStartsAgain() {
    var a = cluster.member("a", Map.of());
    var b = cluster.member("b", Map.of());
    var c = cluster.member("c", Map.of("POOL_ON_EXIT", "destroy"));
    List.of(a, b, c).forEach(cluster::isWhole);
    var crowd = new Crowd(20, List.of(a, b, c));
    Instant died;
    Instant resumed;
    Duration orphaned;
    Set<String> lost;
    try (crowd) {
      for (var member : List.of(a, b, c)) crowd.isServedBy(member, 5);
      var orphans = ids("a");
      lost = ids("b");
      var kept = ids("c");
      var leases = leases("c");

      a.kill();
      died = Instant.now();
      b.pause();
      c.kill();
      c.start();

      Eventually.eventually("the third holds its own again", () -> cluster.fly().machines("c").stream().allMatch(machine ->
          machine.lease().filter(lease -> !leases.contains(lease.number())).isPresent()));
      cluster.isWhole(c);
      assertThat(ids("c")).isEqualTo(kept);
      crowd.isServedBy(c, 20);

      Eventually.within(GONE.plus(SLACK), "the first's machines are gone", () -> cluster.fly().machines("a").isEmpty());
      orphaned = Duration.between(died, cluster.fly().log().destroyed(orphans).orElseThrow());
      Eventually.within(GONE.plus(SLACK), "so are the second's", () -> cluster.fly().machines("b").isEmpty());
      crowd.goesOn(STANDS_STILL.minus(Duration.between(died, Instant.now())));
      resumed = Instant.now();
      b.resume();
      crowd.isServedBy(b, 20);
    }
    cluster.isWhole(b);
    b.terminate();
    c.terminate();

    assertThat(crowd.count(Answer.WRONG)).as(crowd.notServed().toString()).isZero();
    assertThat(orphaned).isLessThan(GONE.plus(SLACK));
    var log = cluster.fly().log();
    assertThat(b.transitionsSince(resumed, "worker-b-").values()).hasSize(Cluster.SIZE)
        .allMatch(transitions -> transitions.stream().filter(line -> line.contains("to=ENDED")).findFirst().orElse("none")
            .matches(".* to=ENDED cause=lease-(over|lost)"));
    var late = log.since(resumed).changes("b", lost);
    assertThat(late).as("what was on its way when it stood still, and comes to nothing").hasSizeLessThanOrEqualTo(Cluster.SIZE);
    assertThat(List.of(log.mostAtOnce("a"), log.mostAtOnce("b"), log.mostAtOnce("c"))).allMatch(most -> most <= Cluster.SIZE);
    assertThat(cluster.fly().machines()).hasSize(Cluster.SIZE).allMatch(machine -> machine.isOf("b"))
        .allMatch(machine -> machine.state().equals("stopped") && machine.lease().isPresent());
    saw("answers=" + crowd.counts() + " runs=" + log.runs() + " orphans_gone_after_s=" + orphaned.toSeconds()
        + " stood_still_s=" + Duration.between(died, resumed).toSeconds() + " late_calls=" + late.size());
    endsWell();
  }

  /** A run under way when its coordinator is killed is ended before its machine is of use again, and no slot is lost. */
  @Test
  void endWhatTheyFindRunningBeforeAnyoneGetsTheMachine() {
    var member = cluster.member("c1", Map.of("MAXREQTIME", "40s", "LEASETIME", "60s"));
    cluster.isWhole(member);
    var processes = RunProcesses.ofARun();
    try {
      var running = member.client().run("echo began; " + processes.sleep());
      assertThat(running.next().orElseThrow().text()).isEqualTo("began\n");
      processes.areAlive();
      var machine = running.worker();
      var before = ids("c1");

      member.kill();
      var died = Instant.now();
      member.start();
      processes.areGone();
      var ended = Duration.between(died, Instant.now());
      cluster.isWhole(member);
      assertThat(ids("c1")).isEqualTo(before);

      assertThat(workersOfRunsAtATime(member)).isEqualTo(before);
      var since = cluster.fly().log().since(died);
      for (var id : before) {
        var course = since.courseOf(id);
        assertThat(course.subList(0, course.indexOf("run"))).containsSubsequence("stopped", "started");
      }
      saw("run_ended_after_ms=" + ended.toMillis() + " course=" + since.courseOf(machine));
    } finally {
      processes.end();
    }
    member.terminate();
    endsWell();
  }

  /** So many runs as there are slots, each of which waits until all of them are there. */
  private static Set<String> workersOfRunsAtATime(Member member) {
    var processes = IntStream.range(0, Cluster.SIZE).mapToObj(number -> RunProcesses.ofARun()).toList();
    try {
      var client = member.client();
      var runs = processes.stream().map(mark -> client.runLater("echo began; " + mark.sleep() + "; echo ended")).toList();
      processes.forEach(RunProcesses::areAlive);
      processes.forEach(RunProcesses::wakeUp);
      var workers = new HashSet<String>();
      for (var run : runs) {
        var answer = Eventually.await(run);
        assertThat(answer.outcome().stdout()).isEqualTo("began\nended\n");
        workers.add(answer.worker());
      }
      return workers;
    } finally {
      processes.forEach(RunProcesses::end);
    }
  }

  /**
   * Goal: of two coordinators of one pool the later one owns the machines, for good, and there are never more of them.
   *
   * <p>Method: the first calls Fly through a tap, which knows what it said after it stepped back.
   */
  @Test
  void leaveThePoolToALaterCoordinatorOfTheSameName() throws IOException {
    try (var tap = Tap.to(cluster.api())) {
      var first = cluster.member("c1", Map.of("FLY_API_HOSTNAME", tap.address().toString()));
      cluster.isWhole(first);
      try (var crowd = new Crowd(2, List.of(first))) {
        crowd.isServed(5);
        var second = cluster.member("c1", Map.of());
        second.address();
        var started = Instant.now();
        first.says("to=STEPPED_BACK");
        var steppedBack = Duration.between(started, Instant.now());
        Eventually.eventually("the first refuses", () -> first.client().run("echo").status() == 503);
        cluster.isWhole(second);
        assertThat(workersOfRunsAtATime(second)).isEqualTo(ids("c1"));

        var before = tap.asked();
        var settled = Instant.now();
        try (var steady = new Crowd(2, List.of(second))) {
          steady.goesOn(Duration.ofSeconds(20));
          assertThat(steady.counts().keySet()).containsOnly(Answer.SERVED);
        }
        assertThat(first.client().run("echo").problem(503).path("detail").asText()).isNotBlank();
        assertThat(tap.askedSince(before)).noneMatch(calls -> CHANGE.matcher(calls).find());
        var log = cluster.fly().log();
        assertThat(log.since(settled).created("c1")).isEmpty();
        assertThat(log.since(settled).destroyed()).isZero();
        assertThat(log.mostAtOnce("c1")).isEqualTo(Cluster.SIZE);
        saw("stepped_back_after_ms=" + steppedBack.toMillis() + " created=" + log.created("c1").size()
            + " destroyed=" + log.destroyed() + " first=" + crowd.counts());
        first.terminate();
        assertThat(cluster.fly().machines("c1")).hasSize(Cluster.SIZE);
        second.terminate();
      }
    }
    endsWell();
  }

  /** Machines that are used until their first lease ends are replaced in time for everyone who comes. */
  @Test
  void turnTheirMachinesOverWithoutRenewal() {
    var member = cluster.member("c1", Map.of("LEASE_RENEW", "off", "MAXREQTIME", "5s"));
    cluster.isWhole(member);
    Eventually.eventually("it serves", () -> member.client().run("true").status() == 200);
    var crowd = new Crowd(2, List.of(member));
    try (crowd) {
      crowd.goesOn(Duration.ofSeconds(60));
    }
    assertThat(crowd.counts().keySet()).as(crowd.notServed().toString()).containsOnly(Answer.SERVED);
    var log = cluster.fly().log();
    assertThat(log.created("c1").size()).isGreaterThanOrEqualTo(2 * Cluster.SIZE);
    assertThat(log.mostAtOnce("c1")).isEqualTo(Cluster.SIZE);
    saw("answers=" + crowd.counts() + " created=" + log.created("c1").size() + " destroyed=" + log.destroyed());
    member.terminate();
    endsWell();
  }

  private Set<String> ids(String pool) {
    return cluster.fly().machines(pool).stream().map(FlyAdmin.Machine::id).collect(Collectors.toSet());
  }

  private Set<Long> leases(String pool) {
    var leases = new HashSet<Long>();
    cluster.fly().machines(pool).forEach(machine -> machine.lease().ifPresent(lease -> leases.add(lease.number())));
    return leases;
  }

  private void endsWell() {
    assertThat(cluster.fly().machines()).allMatch(machine -> machine.state().equals("stopped") && machine.lease().isPresent());
    cluster.fly().sawNothingWrong();
    cluster.runsNothing();
    cluster.ends();
  }

  private void saw(String figures) {
    saw = "seconds=" + Duration.between(begun, Instant.now()).toSeconds() + " " + figures + "\n";
  }
}
