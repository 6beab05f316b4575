package coordbfaas.pool;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import coordbfaas.localfly.SimulatedFly;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.MachineStatus;
import coordbfaas.localfly.rules.Reply;
import coordbfaas.localfly.rules.Told;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * What runs on the machines: workers that take one run in a boot and end after it, and what a script may make of one that ran
 * it as root.
 */
final class SimWorkers {
  /** A worker that no longer does what it should, for as long as its boot lasts. */
  private record Hostile(long boot, String says) {}

  private static final int OK = 200;

  private final StoryTime time;
  private final SimulatedFly fly;
  private final ClusterJudge judge;
  private final SimTrace trace;
  private final RandomGenerator random;
  private final Map<String, Hostile> hostile = new HashMap<>();
  private boolean peaceful;

  SimWorkers(StoryTime time, SimulatedFly fly, ClusterJudge judge, SimTrace trace, RandomGenerator random) {
    this.time = time;
    this.fly = fly;
    this.judge = judge;
    this.trace = trace;
    this.random = random;
  }

  /** From now on scripts do nothing bad. */
  void areAtPeace() {
    peaceful = true;
  }

  /** The health of all workers as a coordinator sees it. */
  WorkerHealth asSeenBy(SimPool pool) {
    return machine -> check(pool, machine);
  }

  private CompletionStage<WorkerHealth.Healthy> check(SimPool pool, String machine) {
    var answer = new CompletableFuture<WorkerHealth.Healthy>();
    if (!pool.isGone()) time.later(Duration.ofMillis(random.nextInt(1, 10)), () -> {
      if (pool.isGone()) return;
      if (!fly.isStarted(machine) || random.nextInt(50) == 0 && !peaceful)
        answer.completeExceptionally(new MachinesFailure.Unreachable("no worker answers"));
      else answer.complete(new WorkerHealth.Healthy(machine, said(machine)));
    });
    return answer;
  }

  /** What the worker on a machine says of its boot. */
  String said(String machine) {
    var boot = fly.boot(machine).orElseThrow();
    return liar(machine, boot).map(Hostile::says).orElseGet(() -> name(machine, boot));
  }

  private Optional<Hostile> liar(String machine, long boot) {
    return Optional.ofNullable(hostile.get(machine)).filter(worker -> worker.boot() == boot);
  }

  static String name(String machine, long boot) {
    return machine + "/" + boot;
  }

  /** A script comes to a machine under a grant. */
  void runs(Grant grant) {
    var machine = grant.machine();
    var boot = fly.boot(machine);
    var status = boot.isEmpty() ? 502 : status(grant, boot.getAsLong());
    var answered = fly.takes(machine, status);
    trace.note(() -> "run on " + machine + " boot " + grant.boot() + ": " + answered);
    if (answered == OK) {
      judge.ran(machine);
      goesOn(machine, boot.getAsLong());
    }
  }

  private int status(Grant grant, long boot) {
    var liar = liar(grant.machine(), boot);
    var isMeant = grant.boot().equals(name(grant.machine(), boot))
        || liar.filter(worker -> worker.says().equals(grant.boot())).isPresent();
    if (!isMeant) return 401;
    return fly.ran(grant.machine()) && liar.isEmpty() ? 409 : OK;
  }

  private void goesOn(String machine, long boot) {
    var runs = Duration.ofMillis(random.nextInt(10, 4000));
    if (!peaceful && random.nextInt(5) == 0) {
      hostile.put(machine, new Hostile(boot, random.nextBoolean() ? name(machine, boot) : "new-" + random.nextInt(1000)));
      trace.note(() -> "hostile worker on " + machine);
      if (random.nextInt(3) == 0) time.later(runs, () -> isSuspended(machine, boot));
    } else if (random.nextInt(5) > 0) {
      time.later(runs, () -> {
        if (fly.boot(machine).orElse(0) == boot) fly.exits(machine);
      });
    }
  }

  /** Whoever is root in a machine can have it suspended. */
  private void isSuspended(String machine, long boot) {
    if (peaceful || fly.boot(machine).orElse(0) != boot) return;
    trace.note(() -> "worker suspends " + machine);
    fly.call(SimulatedApi.call(Action.LEASE_READ, machine, Map.of(), Optional.empty(), SimulatedApi.nothing()), told ->
        fly.call(SimulatedApi.call(Action.SUSPEND, machine, Map.of(), nonce(told), SimulatedApi.nothing()), done -> { }));
  }

  /** Somebody with the app's token starts a stopped machine, whoever holds it, and uses it. */
  void isUsedByHand(ClusterJudge.Known machine) {
    if (machine.status() != MachineStatus.STOPPED) return;
    trace.note(() -> "somebody starts " + machine.id());
    fly.call(SimulatedApi.call(Action.LEASE_READ, machine.id(), Map.of(), Optional.empty(), SimulatedApi.nothing()), told ->
        fly.call(SimulatedApi.call(Action.START, machine.id(), Map.of(), nonce(told), SimulatedApi.nothing()), started -> {
          if (started instanceof Told.Answered(Reply.Answer(var status, var body), var after) && status == OK
              && body.orElseThrow().path("previous_state").asText().equals("stopped")) judge.isUsedByHand(machine.id());
        }));
  }

  private static Optional<LeaseNonce> nonce(Told told) {
    return told instanceof Told.Answered(Reply.Answer(var status, var body), var after) && status == OK
        ? body.map(lease -> new LeaseNonce(lease.path("data").path("nonce").asText())) : Optional.empty();
  }

  /** Whoever is root in a machine may be able to write the metadata of any machine of the app. */
  void tamperWith(String machine) {
    var key = random.nextBoolean() ? MachineClaim.CLAIM : MachineClaim.POOL_ID;
    trace.note(() -> "tampered with " + machine + " " + key);
    fly.call(new ApiCall(Action.METADATA_SET_KEY, SimulatedApi.APP, machine, key, Map.of(), Optional.empty(),
        JsonNodeFactory.instance.objectNode().put("value", List.of("", "x", "other//w:9").get(random.nextInt(3)))), done -> { });
    judge.tamperedWith(machine);
  }
}
