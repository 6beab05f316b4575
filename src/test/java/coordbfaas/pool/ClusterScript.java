package coordbfaas.pool;

import coordbfaas.localfly.rules.Misfortune;
import coordbfaas.pool.PoolSettings.OnExit;
import coordbfaas.pool.PoolSettings.Ownership;
import coordbfaas.pool.PoolSettings.WarmMode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** What happens in a story: one thing after the other, each drawn from its seed. */
final class ClusterScript {
  static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

  private static final List<String> NAMES = List.of("a", "b-1", "c");

  /** Names that no pool gives, or not quite. */
  private static final List<String> FOREIGN = List.of("db-1", "worker-a-01", "worker-b-1-x");

  private final ClusterWorld world;
  private final RandomGenerator random;
  private final Map<String, Ownership> ownerships = new HashMap<>();
  private boolean newerInstanceStarted;

  ClusterScript(ClusterWorld world) {
    this.world = world;
    this.random = world.random();
  }

  /** Three pools begin, among machines that are nobody's. */
  void begins() {
    FOREIGN.forEach(name -> SimForeigners.create(world.fly(), name));
    NAMES.forEach(this::starts);
  }

  /** Something happens. */
  void step() {
    var dice = random.nextInt(100);
    if (dice < 28) world.goOn(random.nextInt(1, 25));
    else if (dice < 52) world.passes(millis(1, 1500), true);
    else if (dice < 56) world.passes(millis(1000, 12_000), true);
    else if (dice < 59) world.passes(millis(1, random.nextInt(10) == 0 ? 20_000 : 2000), false);
    else if (dice < 86) requestStep(dice);
    else faultStep(dice);
    world.tidiesUp();
  }

  // ---- requests ----

  private void requestStep(int dice) {
    if (dice < 70) anyOf(running(), this::asks);
    else if (dice < 77) anyOf(holding(), world::runs);
    else if (dice < 82) anyOf(holding(), world::frees);
    else if (dice < 84) anyOf(requests().stream().filter(ClusterRequest::waits).toList(), world::withdraws);
    else if (dice < 85) anyOf(requests(), world::dies);
    else requests().stream().filter(request -> world.now().compareTo(request.deadline()) >= 0).findFirst()
        .ifPresent(this::isLate);
  }

  private void asks(SimPool pool) {
    if (world.requestsOf(pool).count() >= 6) return;
    world.asks(pool, millis(200, (int) pool.settings().requestTime().toMillis()));
  }

  /** Its deadline has come; whether it does what it should then is another matter. */
  private void isLate(ClusterRequest request) {
    if (request.waits()) world.withdraws(request);
    else if (random.nextInt(4) > 0) world.frees(request);
  }

  private List<ClusterRequest> requests() {
    return world.requests().stream().filter(request -> request.pool().isRunning() && !request.isOver()).toList();
  }

  private List<ClusterRequest> holding() {
    return requests().stream().filter(ClusterRequest::holds).toList();
  }

  // ---- what goes wrong ----

  private void faultStep(int dice) {
    switch (dice) {
      case 86, 87, 88 -> anyOf(world.pools(), pool -> {
        pool.weatherIs(SimWeather.any(random));
        world.trace().note(() -> pool + " has " + pool.weather());
      });
      case 89 -> anyOf(world.pools(), pool -> {
        pool.isCutOff(!pool.isCutOff());
        world.trace().note(() -> pool + (pool.isCutOff() ? " is cut off" : " is no longer cut off"));
      });
      case 90, 91 -> anyOf(world.pools(), pool -> {
        if (pool.isPaused()) world.wakesUp(pool);
        else world.pauses(pool);
      });
      case 92 -> anyOf(world.pools().stream().filter(SimPool::isPaused).toList(), world::wakesUp);
      case 93 -> anyOf(world.pools(), this::crashes);
      case 94 -> starts(NAMES.get(random.nextInt(NAMES.size())));
      case 95 -> newerInstanceStarts();
      case 96 -> anyOf(world.pools(), pool -> {
        pool.wallIsSet(millis(-60_000, 60_000));
        world.trace().note(() -> pool + " has its clock set");
      });
      case 97 -> {
        var lag = random.nextInt(3) == 0 ? Duration.ZERO : millis(0, 10_000);
        world.trace().note(() -> "reads lag " + lag);
        world.fly().readsLag(lag);
      }
      case 98 -> anyOf(world.judge().machines(), this::misfortune);
      default -> anyOf(world.pools(), this::closes);
    }
  }

  private void crashes(SimPool pool) {
    world.crashes(pool);
    if (random.nextBoolean()) starts(pool.name());
  }

  private void closes(SimPool pool) {
    if (pool.isRunning() && !pool.isClosing() && random.nextBoolean()) world.closes(pool);
  }

  private void newerInstanceStarts() {
    if (newerInstanceStarted && random.nextBoolean()) return;
    newerInstanceStarted = true;
    starts(NAMES.getFirst());
  }

  private void misfortune(ClusterJudge.Known machine) {
    if (machine.name().isEmpty()) return;
    switch (random.nextInt(5)) {
      case 0 -> world.workers().tamperWith(machine.id());
      case 1, 2 -> world.workers().isUsedByHand(machine);
      default -> misfortuneOfFlys(machine);
    }
  }

  private void misfortuneOfFlys(ClusterJudge.Known machine) {
    var misfortune = List.of(Misfortune.DIE, Misfortune.FAIL_LAUNCH, Misfortune.LOSE_SNAPSHOT).get(random.nextInt(3));
    world.trace().note(() -> misfortune + " befalls " + machine);
    world.fly().befalls(machine.id(), misfortune);
  }

  // ---- the pools ----

  private List<SimPool> running() {
    return world.pools().stream().filter(pool -> pool.isRunning() && !pool.isClosing()).toList();
  }

  /** A coordinator starts, if it is wanted, or if none that lives may be sure that there is no later instance of it. */
  void startsOneThatStays(boolean wanted) {
    if (wanted || running().stream().noneMatch(world::isLatest))
      NAMES.stream().filter(this::hasRoom).findFirst().ifPresent(this::starts);
  }

  private boolean hasRoom(String name) {
    return world.hasRoomForAnother() && world.pools().stream().filter(pool -> pool.name().equals(name)).count() < 2;
  }

  /** A coordinator starts; two of one name at most live at a time. */
  void starts(String name) {
    if (!hasRoom(name)) return;
    var wallIsAhead = random.nextInt(3) == 0 ? millis(-60_000, 60_000) : Duration.ZERO;
    world.starts(settings(name), wallIsAhead, random.nextInt(3) == 0);
  }

  private PoolSettings settings(String name) {
    var size = random.nextInt(1, 4);
    var requestTime = Duration.ofSeconds(random.nextInt(4, 7));
    var ownership = ownerships.computeIfAbsent(name, same -> ownership());
    return new PoolSettings(name, size, random.nextInt(size + 1),
        random.nextInt(3) == 0 ? WarmMode.SUSPENDED : WarmMode.STARTED, random.nextInt(3, 7),
        Duration.ofSeconds(random.nextInt(1, 6)), requestTime, ownership, Duration.ofSeconds(15), STOP_TIMEOUT,
        random.nextInt(3) == 0 ? OnExit.DESTROY : OnExit.STOP, worker("w:" + (random.nextInt(4) == 0 ? 2 : 1)));
  }

  private Ownership ownership() {
    var renew = random.nextInt(4) > 0;
    var ttl = Duration.ofSeconds(renew ? random.nextInt(20, 45) : random.nextInt(30, 60));
    return new Ownership(ttl, renew, ttl.plusSeconds(random.nextInt(10, 300)), Duration.ofSeconds(random.nextInt(5, 11)));
  }

  private static PoolSettings.Worker worker(String image) {
    var worker = APool.WORKER;
    return new PoolSettings.Worker(
        image, worker.region(), worker.cpus(), worker.memoryMb(), worker.publicKey(), worker.bodyBytesMax(),
        worker.containment());
  }

  // ---- small things ----

  private Duration millis(int least, int most) {
    return Duration.ofMillis(random.nextInt(least, most));
  }

  private <T> void anyOf(List<T> some, Consumer<T> action) {
    if (!some.isEmpty()) action.accept(some.get(random.nextInt(some.size())));
  }
}
