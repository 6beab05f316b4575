package coordbfaas.pool;

import coordbfaas.pool.PoolSupervisor.Command;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * The slots of a pool and the actors in them.
 *
 * <p>A slot is taken from before its machine's create, or the look that finds it, until after the actor's end; a machine that
 * was lost is looked for at once, for its name is taken all the same.
 */
final class PoolMachines {
  /**
   * A slot that is taken.
   *
   * @param since when its present use began
   * @param cameToUse whether it was more than a create
   * @param resuming whether it is on its way from being suspended
   * @param asked who was sent to the machine and has no answer from it yet
   * @param lost what the actor said when it lost the machine
   */
  private record Slot(
      ActorRef<WorkerMachine.Command> actor, Use use, Instant since, boolean cameToUse, boolean resuming, long change,
      Optional<String> machine, boolean outdated, Optional<Waiter> asked, Optional<WorkerReport.Lost> lost) {
    Slot used(Use newUse, Instant now) {
      return new Slot(actor, newUse, now, cameToUse, newUse == Use.COMING && use == Use.SUSPENDED, change, machine, outdated, asked, lost);
    }

    Slot asked(Optional<Waiter> waiter) {
      return new Slot(actor, use, since, cameToUse, resuming, change, machine, outdated, waiter, lost);
    }

    Slot lost(WorkerReport.Lost news) {
      return new Slot(actor, use, since, cameToUse, resuming, change, machine, outdated, asked, Optional.of(news));
    }
  }

  /** What the end of a slot's actor leaves to do. */
  enum AfterEnd { NOTHING, CREATE_FAILED, LOOK_FOR_IT }

  private final ActorContext<Command> context;
  private final PoolSettings settings;
  private final WorkerMachine.Surroundings with;
  private final IntFunction<Command> ended;
  private final Map<Integer, Slot> slots = new TreeMap<>();
  private int nextSlot;
  private long latestChange;

  /** @param ended tells that a slot's actor ended */
  PoolMachines(
      ActorContext<Command> context, PoolSettings settings, WorkerMachine.Surroundings with, IntFunction<Command> ended) {
    this.context = context;
    this.settings = settings;
    this.with = with;
    this.ended = ended;
  }

  // ---- what the actors tell ----

  /** Returns how long the machine was of use to a request until now, if it was. */
  Optional<Duration> became(WorkerReport.Became news) {
    latestChange = Math.max(latestChange, news.change());
    var slot = slots.get(news.slot());
    if (slot == null) return Optional.empty();
    var idle = news.use() == Use.WARM || news.use() == Use.COLD || news.use() == Use.SUSPENDED;
    var same = slot.use() == news.use(); // a grant and the stop after it are one use
    slots.put(news.slot(), new Slot(slot.actor(), news.use(), same ? slot.since() : now(), slot.cameToUse() || idle,
        same && slot.resuming(), news.change(), news.machine().or(slot::machine), news.outdated(),
        news.use() == Use.BUSY ? Optional.empty() : slot.asked(), slot.lost()));
    var over = !same && slot.use() == Use.BUSY && news.use() != Use.EXPIRED;
    return over ? Optional.of(Duration.between(slot.since(), now())) : Optional.empty();
  }

  /** Whether the machine of a slot was made by us and is of no use yet. */
  boolean isNew(int number) {
    return slots.containsKey(number) && !slots.get(number).cameToUse();
  }

  void declined(int number) {
    slots.computeIfPresent(number, (same, slot) -> slot.asked(Optional.empty()));
  }

  void lost(WorkerReport.Lost news) {
    slots.computeIfPresent(news.slot(), (same, slot) -> slot.lost(news));
  }

  /** Who was sent to a machine whose actor ended before it could answer. */
  Optional<Waiter> unanswered(int number) {
    return slots.get(number).asked();
  }

  /** @param open whether the pool goes on */
  AfterEnd ended(int number, boolean open) {
    var slot = slots.remove(number);
    if (slot.lost().isPresent() && open) {
      reclaim(number, slot.lost().get().machine(), slot.lost().get().doom());
      return AfterEnd.LOOK_FOR_IT;
    }
    return slot.cameToUse() ? AfterEnd.NOTHING : AfterEnd.CREATE_FAILED;
  }

  // ---- what the pool does with them ----

  void allocate(int number, Waiter waiter) {
    tell(number, new WorkerMachine.Allocate(waiter));
    slots.computeIfPresent(number, (same, slot) -> slot.used(Use.BUSY, now()).asked(Optional.of(waiter)));
  }

  void free(Grant grant) {
    tell(grant.name().slot(), new WorkerMachine.Free(grant));
  }

  void closeAll(boolean destroy) {
    tellAll(new WorkerMachine.Close(destroy));
  }

  void stepBack() {
    tellAll(new WorkerMachine.StepBack());
  }

  /** @param replaces whether machines of an old image may go: not while it is in doubt whether others can be created */
  PoolPlan plan(int waiting, boolean replaces) {
    var created = (int) slots.values().stream().filter(slot -> slot.use() == Use.COMING && !slot.cameToUse()).count();
    var resuming = (int) slots.values().stream().filter(Slot::resuming).count();
    var stock = new PoolPlan.Stock(count(Use.WARM), count(Use.SUSPENDED), count(Use.COMING), created, resuming, count(Use.COLD),
        count(Use.EXPIRED), (int) slots.keySet().stream().filter(number -> number < settings.size()).count());
    var outdated = !replaces ? PoolPlan.Outdated.NONE
        : new PoolPlan.Outdated(countOutdated(Use.WARM) + countOutdated(Use.SUSPENDED), countOutdated(Use.COLD));
    return PoolPlan.of(stock, outdated, waiting, settings.warm(), settings.size());
  }

  /** Lets the machines of an old image go, and boots and resumes what the plan says. */
  void retireAndBoot(PoolPlan plan) {
    if (plan.retires() > 0) retireOne();
    for (var boots = 0; boots < plan.resumes(); boots++) oldest(Use.SUSPENDED).ifPresent(this::boot);
    for (var boots = 0; boots < plan.boots(); boots++) oldest(Use.COLD).ifPresent(this::boot);
  }

  private void retireOne() {
    Stream.of(Use.COLD, Use.SUSPENDED, Use.WARM).flatMap(use -> oldest(use, Slot::outdated).stream()).findFirst()
        .ifPresent(number -> {
          slots.computeIfPresent(number, (same, slot) -> slot.used(Use.EXPIRED, now()));
          tell(number, new WorkerMachine.Retire("image-changed"));
        });
  }

  private void boot(int number) {
    slots.computeIfPresent(number, (same, slot) -> slot.used(Use.COMING, now()));
    tell(number, new WorkerMachine.Boot());
  }

  /** Lets those that are warm, and that nobody waits for, sleep until they are wanted. */
  void suspendTheWarm() {
    slots.values().stream().filter(slot -> slot.use() == Use.WARM)
        .forEach(slot -> slot.actor().tell(new WorkerMachine.Suspend()));
  }

  /** Creates a machine in a free slot; the name of a slot may be taken, so it is not tried again before the others. */
  void create() {
    var number = IntStream.range(0, settings.size()).map(step -> (nextSlot + step) % settings.size())
        .filter(free -> !slots.containsKey(free)).findFirst().orElseThrow();
    nextSlot = number + 1;
    fill(number, WorkerMachine.create(with.rules().name(settings.name(), number), nextChange(), with), Use.COMING, Optional.empty());
  }

  /** Takes over a machine that has a name of ours, unless its slot is taken. */
  void reclaim(int number, String machine, Optional<String> doom) {
    if (slots.containsKey(number)) return;
    fill(number, WorkerMachine.reclaim(new WorkerName(settings.name(), number), machine, doom, nextChange(), with),
        doom.isPresent() ? Use.EXPIRED : Use.COMING, Optional.of(machine));
  }

  /** What a list says of a machine that was in a slot never holds for the one that came after it. */
  private long nextChange() {
    return latestChange + 1;
  }

  private void fill(int number, Behavior<WorkerMachine.Command> behavior, Use use, Optional<String> machine) {
    var actor = context.spawnAnonymous(behavior, DispatcherSelector.sameAsParent());
    context.watchWith(actor, ended.apply(number));
    slots.put(number, new Slot(actor, use, now(), machine.isPresent(), false, 0, machine, false, Optional.empty(), Optional.empty()));
  }

  // ---- what a list says of them ----

  /** @param size how many slots the pool has: what is beyond is too much */
  Reconcile.View view(int size, Map<Integer, Long> suspects) {
    var held = new HashMap<Integer, Reconcile.Held>();
    slots.forEach((number, slot) -> held.put(number, new Reconcile.Held(slot.machine(), slot.use(), slot.change())));
    return new Reconcile.View(with.instance(), size, held, suspects);
  }

  /** Carries out the verdicts on our own machines. */
  void apply(List<Reconcile.Verdict> verdicts) {
    verdicts.forEach(verdict -> {
      switch (verdict) {
        case Reconcile.Reclaim(var number, var machine, var reason) -> reclaim(number, machine, Optional.empty());
        case Reconcile.Surplus(var number, var machine, var reason) -> reclaim(number, machine, Optional.of("surplus"));
        case Reconcile.NameTaken(var number, var machine, var reason) -> tell(number, new WorkerMachine.Found(machine));
        case Reconcile.Condemn(var number, var machine, var reason) -> tell(number, new WorkerMachine.Condemned(machine, reason));
        case Reconcile.Drift(var number, var asOf, var seen, var reason) -> tell(number, new WorkerMachine.Drifted(asOf, seen));
        case Reconcile.Suspended(var number, var asOf, var seen, var reason) ->
            tell(number, new WorkerMachine.SeenSuspended(asOf, seen));
        case Reconcile.Missing(var number, var asOf, var reason) -> tell(number, new WorkerMachine.Missing(asOf));
        case Reconcile.Suspect suspect -> { }
        case Reconcile.Keep kept -> { }
        case Reconcile.Clean others -> { }
        case Reconcile.OfLater later -> { }
      }
    });
  }

  // ---- small things ----

  boolean isEmpty() {
    return slots.isEmpty();
  }

  /** The warm machine that has been idle for longest: use spreads over the machines, and with it Fly's rate limits. */
  Optional<Integer> oldestWarm() {
    return oldest(Use.WARM);
  }

  /** Whether a machine is idle, booted or not, once those who wait have theirs: what is coming is theirs first. */
  boolean hasIdleBeside(int waiting) {
    return count(Use.WARM) + count(Use.SUSPENDED) + count(Use.COLD) > Math.max(0, waiting - count(Use.COMING));
  }

  private Optional<Integer> oldest(Use use) {
    return oldest(use, slot -> true);
  }

  private Optional<Integer> oldest(Use use, Predicate<Slot> which) {
    return slots.entrySet().stream().filter(slot -> slot.getValue().use() == use && which.test(slot.getValue()))
        .min(Comparator.comparing(slot -> slot.getValue().since())).map(Map.Entry::getKey);
  }

  int count(Use use) {
    return (int) slots.values().stream().filter(slot -> slot.use() == use).count();
  }

  private int countOutdated(Use use) {
    return (int) slots.values().stream().filter(slot -> slot.use() == use && slot.outdated()).count();
  }

  private void tell(int number, WorkerMachine.Command command) {
    var slot = slots.get(number);
    if (slot != null) slot.actor().tell(command);
  }

  private void tellAll(WorkerMachine.Command command) {
    slots.values().forEach(slot -> slot.actor().tell(command));
  }

  private Instant now() {
    return with.clocks().now().steady();
  }
}
