package coordbfaas.pool;

import coordbfaas.facts.Observer;
import coordbfaas.localfly.SimulatedFly;
import coordbfaas.pool.PoolSupervisor.Granted;
import coordbfaas.pool.PoolSupervisor.Refused;
import coordbfaas.story.StoryStage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One Fly, and the pools of several coordinators that use it. It does what it is told, nothing by itself: whoever tells the
 * story says when an actor handles a message, when time passes, and what goes wrong. All is judged at once.
 */
final class ClusterWorld {
  private static final Instant BEGIN = SimulatedFly.BEGIN;
  private static final int MESSAGES_MAX = 200_000;

  private final StoryStage stage;
  private final ClusterPlant plant;
  private final RandomGenerator random;
  private final SimTrace trace;
  private final ClusterJudge judge;
  private final SimulatedFly fly;
  private final SimNetwork network;
  private final SimWorkers workers;
  private final List<SimPool> pools = new ArrayList<>();
  private final List<SimPool> all = new ArrayList<>();
  private final List<ClusterRequest> requests = new ArrayList<>();
  private int poolsStarted;
  private int requestsMade;
  private long messages;

  ClusterWorld(StoryStage stage, long seed, SimulatedFly.Manner manner, ClusterPlant plant, RandomGenerator random,
      SimTrace trace) {
    this.stage = stage;
    this.plant = plant;
    this.random = random;
    this.trace = trace;
    this.judge = new ClusterJudge(trace);
    this.fly = new SimulatedFly(seed, manner, judge::sees);
    judge.judges(fly);
    this.network = new SimNetwork(stage.time(), fly, judge, trace, random);
    this.workers = new SimWorkers(stage.time(), fly, judge, trace, random);
  }

  ClusterJudge judge() {
    return judge;
  }

  SimulatedFly fly() {
    return fly;
  }

  SimNetwork network() {
    return network;
  }

  SimWorkers workers() {
    return workers;
  }

  SimTrace trace() {
    return trace;
  }

  RandomGenerator random() {
    return random;
  }

  long messages() {
    return messages;
  }

  Duration now() {
    return stage.time().passed();
  }

  // ---- who goes on, and when ----

  /** Up to so many messages are handled, by whichever actors of whichever pools that run. */
  void goOn(int most) {
    for (var i = 0; i < most; i++) {
      var busy = pools.stream().filter(pool -> pool.isRunning() && !stage.lane(pool.lane()).isIdle()).toList();
      if (busy.isEmpty()) return;
      handles(busy.get(random.nextInt(busy.size())));
    }
  }

  private void handles(SimPool pool) {
    if (++messages > MESSAGES_MAX) judge.broken(8, "the pools never come to rest");
    trace.isAbout(pool);
    stage.lane(pool.lane()).goesOn(random);
    trace.isAboutNobody();
    isSettled();
    if (stage.lane(pool.lane()).isIdle()) judge.knowsAll(pool);
  }

  private void isSettled() {
    stage.onlookersSee();
    stage.failures().forEach(failure -> judge.broken(0, "an actor failed: " + failure));
    fly.log().judge().violations().stream().skip(flysComplaints).forEach(violation -> {
      flysComplaints++;
      judge.broken(1, "fly: " + violation);
    });
    var broken = judge.broken();
    if (!broken.isEmpty()) throw new AssertionError(String.join("; ", broken));
  }

  private long flysComplaints;

  /** Time passes; meanwhile all pools that run handle what comes to them, or nobody does. */
  void passes(Duration time, boolean running) {
    var end = now().plus(time);
    if (running) goOn(Integer.MAX_VALUE);
    for (var next = next(); next.isPresent() && next.get().compareTo(end) <= 0; next = next()) {
      goesTo(next.get());
      if (running) goOn(Integer.MAX_VALUE);
    }
    goesTo(end);
    if (running) goOn(Integer.MAX_VALUE);
  }

  private Optional<Duration> next() {
    return Stream.concat(stage.time().next().stream(), fly.next().map(at -> Duration.between(BEGIN, at)).stream())
        .min(Duration::compareTo);
  }

  private void goesTo(Duration instant) {
    stage.time().reaches(instant);
    fly.goesTo(BEGIN.plus(instant));
    stage.time().passes(Duration.ZERO);
    isSettled();
  }

  // ---- pools ----

  List<SimPool> pools() {
    return pools;
  }

  boolean hasRoomForAnother() {
    return pools.size() < StoryStage.LANES;
  }

  /** Whether no later instance of its pool is known to have lived. */
  boolean isLatest(SimPool pool) {
    return all.stream().filter(other -> !other.equals(pool) && other.isOfThePoolOf(pool))
        .allMatch(other -> ClusterJudge.isLater(other, pool).map(later -> !later).orElse(false));
  }

  /** A coordinator starts. */
  SimPool starts(PoolSettings settings, Duration wallIsAhead, boolean freezes) {
    var lane = IntStream.range(0, StoryStage.LANES)
        .filter(free -> pools.stream().noneMatch(pool -> pool.lane() == free)).findFirst().orElseThrow();
    var pool = new SimPool(++poolsStarted, lane, settings, wallIsAhead, freezes);
    trace.note(() -> pool + " starts, size " + settings.size() + " warm " + settings.warm() + " " + settings.warmMode() + " "
        + settings.ownership() + " " + settings.worker().image() + " on exit " + settings.onExit());
    judge.opens(pool);
    pools.add(pool);
    all.add(pool);
    var clocks = new PoolClocks(() -> fly.now().plus(pool.wallIsAhead()), () -> fly.now().minus(pool.steadyIsBehind()));
    var with = new PoolSupervisor.Surroundings(
        new SimulatedApi(network, pool, stage.time(), random), workers.asSeenBy(pool), new SimClaims(pool), clocks,
        new SplittableRandom(random.nextLong()), Observer.NONE);
    var supervisor = PoolSupervisor.create(settings, with, plant.rules());
    pool.begins(stage.spawn(plant.around(judge.listensTo(pool, supervisor)), lane));
    stage.spawn(Behaviors.<Void>setup(context -> {
      context.watch(pool.actor());
      return Behaviors.receive(Void.class).onSignal(Terminated.class, end -> {
        ends(pool);
        return Behaviors.stopped();
      }).build();
    }));
    return pool;
  }

  /** It ended by itself. */
  private void ends(SimPool pool) {
    if (pool.isGone()) return;
    trace.note(() -> pool + " ended");
    if (!pool.isClosing()) judge.broken(0, pool + " ended, though nobody closed it");
    isNoMore(pool);
  }

  /** Its process ends at once; nothing of what its actors would do then happens. */
  void crashes(SimPool pool) {
    trace.note(() -> pool + " crashes");
    isNoMore(pool);
    stage.stops(pool.actor());
    stage.lane(pool.lane()).drains();
    stage.onlookersSee();
  }

  private void isNoMore(SimPool pool) {
    pool.isNoMore();
    pools.remove(pool);
    requests.stream().filter(request -> request.pool().equals(pool)).forEach(ClusterRequest::dies);
    requests.removeIf(request -> request.pool().equals(pool));
  }

  void pauses(SimPool pool) {
    trace.note(() -> pool + " stands still");
    pool.pauses(now());
  }

  void wakesUp(SimPool pool) {
    trace.note(() -> pool + " goes on");
    pool.goesOn(now());
  }

  void closes(SimPool pool) {
    trace.note(() -> pool + " is closed");
    pool.closes();
    requestsOf(pool).filter(ClusterRequest::holds).forEach(this::frees);
    pool.actor().tell(new PoolSupervisor.Close());
  }

  // ---- requests ----

  Stream<ClusterRequest> requestsOf(SimPool pool) {
    return requests.stream().filter(request -> request.pool().equals(pool));
  }

  List<ClusterRequest> requests() {
    return requests;
  }

  /** @param timeLeft up to its deadline */
  ClusterRequest asks(SimPool pool, Duration timeLeft) {
    var request = new ClusterRequest(++requestsMade, pool, now().plus(timeLeft));
    trace.note(() -> request + " asks, " + timeLeft.toMillis() + " ms left");
    requests.add(request);
    request.asks(stage.spawn(request.behavior(this::hears)), timeLeft);
    return request;
  }

  private void hears(ClusterRequest request, PoolSupervisor.AllocateReply reply) {
    trace.note(() -> request + " hears " + reply);
    if (request.isAnswered()) judge.broken(8, request + " was answered twice");
    switch (reply) {
      case Granted(var grant) -> {
        request.isGranted(grant);
        judge.grants(request.pool(), grant, network.flights(), workers);
      }
      case Refused refused -> {
        request.isRefused(refused);
        if (!request.isOver()) request.dies();
      }
    }
  }

  void runs(ClusterRequest request) {
    if (request.takesItsRun()) workers.runs(request.grant().orElseThrow());
  }

  void frees(ClusterRequest request) {
    ends(request, "frees", ClusterRequest::frees);
  }

  void dies(ClusterRequest request) {
    ends(request, "dies", ClusterRequest::dies);
  }

  void withdraws(ClusterRequest request) {
    ends(request, "withdraws", ClusterRequest::withdraws);
  }

  private void ends(ClusterRequest request, String how, Consumer<ClusterRequest> end) {
    trace.note(() -> request + " " + how);
    end.accept(request);
    stage.onlookersSee();
  }

  /** Forgets the requests that are over. */
  void tidiesUp() {
    requests.removeIf(ClusterRequest::isOver);
  }

  /** Everybody leaves the stage. */
  void ends() {
    for (var pool : List.copyOf(pools)) crashes(pool);
    requests.forEach(ClusterRequest::dies);
    stage.onlookersSee();
    stage.time().beginsAnew();
  }
}
