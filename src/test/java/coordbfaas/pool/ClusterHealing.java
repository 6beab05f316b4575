package coordbfaas.pool;

import coordbfaas.localfly.rules.MachineStatus;
import coordbfaas.pool.PoolSettings.OnExit;
import coordbfaas.pool.PoolSupervisor.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The end of a story, when nothing goes wrong any more. What must have come to be in time then:
 *
 * <ul>
 *   <li>4, bounded machine: no machine is left whose owner is gone; nor one that was tampered with;
 *   <li>6, no leak: each pool grants as many machines at once as it may have, unless a later instance of it has them;
 *   <li>8, no forgotten waiter: whoever waits then is served when another gives its machine back;
 *   <li>a pool that is closed ends, and leaves nothing running.
 * </ul>
 */
final class ClusterHealing {
  /** For what is on its way, and for calls that are repeated. */
  private static final Duration CALLS = Duration.ofSeconds(30);
  private static final int ROUNDS = 12;

  private final List<ClusterRequest> waiting = new ArrayList<>();
  private final List<SimPool> ready = new ArrayList<>();
  private final ClusterWorld world;
  private final ClusterScript script;
  private final Duration leaseTimeMax;

  ClusterHealing(ClusterWorld world, ClusterScript script, Duration leaseTimeMax) {
    this.world = world;
    this.script = script;
    this.leaseTimeMax = leaseTimeMax;
  }

  void heals() {
    world.trace().note(() -> "all is well from here on");
    world.fly().readsLag(Duration.ZERO);
    world.workers().areAtPeace();
    world.pools().forEach(pool -> {
      pool.weatherIs(SimWeather.CLEAR);
      pool.isCutOff(false);
      if (pool.isPaused()) world.wakesUp(pool);
    });
    world.network().comesToRest();
    world.requests().stream().filter(ClusterRequest::holds).toList().forEach(world::frees);
    waiting.addAll(world.requests().stream().filter(ClusterRequest::waits).toList());
    script.startsOneThatStays(world.random().nextBoolean());
    var cleanTimeMax = Duration.ofSeconds(10);
    goesOn(CALLS);
    nobodyIsForgotten();
    goesOn(leaseTimeMax.plus(cleanTimeMax.multipliedBy(2)));
    serveAll();
    goesOn(CALLS.plus(leaseTimeMax)); // so long a machine of an earlier instance may be kept from its maker
    nobodyIsForgotten();
    nothingIsLeftOver();
    close();
  }

  /** Time passes; who gets a machine late has no use for it. */
  private void goesOn(Duration time) {
    for (var left = time; left.isPositive(); left = left.minusSeconds(5)) {
      world.passes(Duration.ofSeconds(5), true);
      waiting.stream().filter(ClusterRequest::holds).forEach(world::frees);
    }
  }

  // ---- everybody is served ----

  private void nobodyIsForgotten() {
    waiting.stream().filter(request -> request.waits() && !request.pool().isGone())
        .forEach(request -> broken(8, request + " has waited since before " + request.deadline() + " and is not answered"));
    waiting.clear();
  }

  private List<SimPool> open() {
    return world.pools().stream().filter(pool -> !pool.isClosing()).toList();
  }

  /** Of two that had no machine to see each other by, one steps back once they have. */
  private void serveAll() {
    if (isServedByRivals()) {
      goesOn(leaseTimeMax.plus(CALLS));
      if (isServedByRivals()) broken(1, "two instances of a pool are ready: " + ready);
    }
  }

  private boolean isServedByRivals() {
    ready.clear();
    for (var pool : open()) if (isServing(pool)) ready.add(pool);
    return ready.stream().map(SimPool::name).distinct().count() < ready.size();
  }

  /** Whether it is ready; if not, a later instance is. */
  private boolean isServing(SimPool pool) {
    for (var round = 0; round < ROUNDS; round++) {
      var requests = Stream.generate(() -> world.asks(pool, pool.settings().requestTime()))
          .limit(pool.settings().size()).toList();
      world.passes(pool.settings().requestTime(), true);
      var granted = requests.stream().allMatch(ClusterRequest::holds);
      var waiter = granted ? isServedNext(pool, requests.getFirst()) : true;
      requests.stream().filter(ClusterRequest::holds).forEach(world::frees);
      requests.stream().filter(ClusterRequest::waits).forEach(waiting::add);
      if (requests.stream().allMatch(request -> request.isRefused(Reason.REPLACED))) return false;
      world.passes(Duration.ofSeconds(3), true);
      if (granted && waiter) return true;
    }
    broken(6, pool + " does not grant " + pool.settings().size() + " machines at once");
    return true;
  }

  /** One more asks while all machines are taken, and gets the next that is given back. */
  private boolean isServedNext(SimPool pool, ClusterRequest holder) {
    var next = world.asks(pool, pool.settings().requestTime());
    world.passes(Duration.ofMillis(100), true);
    if (holder.holds()) world.frees(holder);
    world.passes(pool.settings().requestTime(), true);
    var served = next.grant().isPresent() || next.isRefused(Reason.QUEUE_TIME_OVER);
    if (next.holds()) world.frees(next);
    else if (next.waits()) waiting.add(next);
    return served;
  }

  // ---- nothing is left over ----

  private void nothingIsLeftOver() {
    for (var machine : world.judge().machines()) {
      var pool = machine.name().flatMap(name -> ready.stream().filter(other -> other.name().equals(name.pool())).findFirst());
      if (machine.name().isEmpty()) continue;
      if (pool.isEmpty()) broken(4, machine + " is left, though its owner is gone");
      else if (machine.name().get().slot() >= pool.get().settings().size()) broken(4, machine + " is left beyond " + pool.get());
      if (machine.isTamperedWith()) broken(4, machine + " is left, though it was tampered with");
    }
  }

  private void close() {
    var all = List.copyOf(world.pools());
    all.stream().filter(pool -> !pool.isClosing()).forEach(world::closes);
    world.passes(CALLS, true);
    all.stream().filter(pool -> !pool.isGone()).forEach(pool -> broken(6, pool + " does not end"));
    for (var machine : world.judge().machines()) if (machine.name().isPresent()) {
      if (machine.status() != MachineStatus.STOPPED) broken(6, machine + " is left, though its pool is closed");
      if (ready.stream().anyMatch(pool -> pool.settings().onExit() == OnExit.DESTROY && isOf(machine, pool)))
        broken(6, machine + " is left, though its pool destroys its machines");
    }
  }

  private static boolean isOf(ClusterJudge.Known machine, SimPool pool) {
    return machine.name().filter(name -> name.pool().equals(pool.name())).isPresent();
  }

  private void broken(int invariant, String what) {
    world.judge().broken(invariant, what);
    world.passes(Duration.ZERO, false);
  }
}
