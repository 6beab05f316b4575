package coordbfaas.localfly;

import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.CallLog;
import coordbfaas.localfly.rules.Delays;
import coordbfaas.localfly.rules.Effect;
import coordbfaas.localfly.rules.FaultReader;
import coordbfaas.localfly.rules.FaultyFly.Step;
import coordbfaas.localfly.rules.FaultyFly;
import coordbfaas.localfly.rules.Misfortune;
import coordbfaas.localfly.rules.OpenQuestions;
import coordbfaas.localfly.rules.Told;
import coordbfaas.machines.HostStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Fly without sockets and threads, on a clock that the test moves. From the same seed, and the same calls at the same times,
 * follows the same story.
 *
 * <p>Calls take effect and are answered only while time passes, be it none at all ({@code timePasses(Duration.ZERO)}). Their
 * delays and losses are those of its faults.
 */
public final class SimulatedFly {
  /**
   * How Fly behaves.
   *
   * @param boot from a boot's beginning until the machine is started
   * @param end from a shutdown until the machine's main process is gone, unless it is killed sooner
   */
  public record Manner(Delays delays, OpenQuestions open, boolean rateLimits, Duration boot, Duration end) {
    public static final Manner QUICK =
        new Manner(Delays.NONE, OpenQuestions.GUESSED, false, Duration.ofMillis(100), Duration.ofMillis(50));
  }

  private record Due(Instant at, long number, Runnable task) {}

  private static final Duration CONNECTION = Duration.ofSeconds(59);
  private static final int LOG_ENTRIES = 1_000_000;

  /** More than anything that happens at once writes. */
  private static final int LOG_ENTRIES_WATCHED = 64;

  public static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private final Manner manner;
  private final FaultyFly fly;
  private final PriorityQueue<Due> agenda = new PriorityQueue<>(Comparator.comparing(Due::at).thenComparing(Due::number));
  private final Map<Long, Consumer<Told>> callers = new HashMap<>();
  private final Map<String, Long> running = new HashMap<>();
  private final Map<String, Long> ran = new HashMap<>();
  private final Optional<Consumer<CallLog.Entry>> onlooker;
  private Instant now = BEGIN;
  private long entriesSeen;
  private boolean refusing;
  private long numbers;

  public SimulatedFly(long seed, Manner manner) {
    this(seed, manner, LOG_ENTRIES, Optional.empty());
  }

  /** @param onlooker is told of everything when it has happened; the log keeps little of it */
  public SimulatedFly(long seed, Manner manner, Consumer<CallLog.Entry> onlooker) {
    this(seed, manner, LOG_ENTRIES_WATCHED, Optional.of(onlooker));
  }

  private SimulatedFly(long seed, Manner manner, int logEntries, Optional<Consumer<CallLog.Entry>> onlooker) {
    this.manner = manner;
    this.onlooker = onlooker;
    this.fly = new FaultyFly(manner.delays(), manner.open(), new SplittableRandom(seed),
        new FaultyFly.Surroundings(manner.rateLimits(), CONNECTION, logEntries));
  }

  public SimulatedFly(long seed) {
    this(seed, Manner.QUICK);
  }

  // ---- the callers ----

  /**
   * Sends a call.
   *
   * @param caller told at most once, while time passes
   * @return the call's number; empty if the API refuses connections, and the call was never sent
   */
  public OptionalLong call(ApiCall call, Consumer<Told> caller) {
    if (refusing) return OptionalLong.empty();
    var number = ++numbers;
    callers.put(number, caller);
    carryOut(fly.sent(number, call, now));
    onlookerSees();
    return OptionalLong.of(number);
  }

  /** The caller waits no longer. The call arrives all the same. */
  public void giveUp(long call) {
    callers.remove(call);
  }

  /**
   * Sends a run to a machine by flycast.
   *
   * @return 200 for the first of a boot, 409 for every other, 502 if the machine is not started
   */
  public int run(String machine) {
    if (!fly.isStarted(machine)) return 502;
    return takes(machine, running.get(machine).equals(ran.get(machine)) ? 409 : 200);
  }

  /** Sends a run to a machine by flycast whose worker, if it is started, answers it so. */
  public int takes(String machine, int status) {
    if (!fly.isStarted(machine)) return 502;
    var boot = running.get(machine);
    fly.runPassed(machine, boot, now);
    if (status == 200) ran.put(machine, boot);
    fly.runAnswered(machine, boot, status, now);
    onlookerSees();
    return status;
  }

  /** The number of the boot that a machine is in, running or suspended; empty if it is in none. */
  public OptionalLong boot(String machine) {
    var boot = running.get(machine);
    return boot == null ? OptionalLong.empty() : OptionalLong.of(boot);
  }

  /** Whether a machine's present boot took a run. */
  public boolean ran(String machine) {
    return running.containsKey(machine) && running.get(machine).equals(ran.get(machine));
  }

  // ---- what goes wrong ----

  /** Begins a fault, written as {@link FaultReader} says; returns its number. */
  public long happens(String fault) {
    return fly.faults().add(FaultReader.parse(fault), now);
  }

  public void isOver(long fault) {
    fly.faults().remove(fault);
  }

  /** The API refuses connections from now on; those that wait for an answer are cut. Flycast goes on. */
  public void refuses() {
    refusing = true;
    var waiting = List.copyOf(callers.values());
    callers.clear();
    waiting.forEach(caller -> caller.accept(new Told.Cut()));
  }

  /** The API takes connections again. */
  public void serves() {
    refusing = false;
  }

  /** Something befalls a machine without a call. */
  public void befalls(String machine, Misfortune misfortune) {
    carryOut(fly.befalls(machine, misfortune, now));
    onlookerSees();
  }

  /** Fly knows no better of a machine's host from now on. */
  public void hostIs(String machine, HostStatus status) {
    fly.hostStatus(machine, status, now);
  }

  /** From now on get and list tell the machines as they were so long ago. */
  public void readsLag(Duration lag) {
    fly.readLag(lag, now);
  }

  /** A machine's main process ends by itself, its work done. */
  public void exits(String machine) {
    Optional.ofNullable(running.get(machine)).ifPresent(boot -> later(Duration.ZERO, () -> ended(machine, boot)));
  }

  // ---- the time ----

  public Instant now() {
    return now;
  }

  /** When something happens next by itself. */
  public Optional<Instant> next() {
    return Optional.ofNullable(agenda.peek()).map(Due::at);
  }

  public void timePasses(Duration time) {
    goesTo(now.plus(time));
  }

  /** Time passes until an instant; what is due until then, that instant included, happens in its order. */
  public void goesTo(Instant end) {
    while (!agenda.isEmpty() && !agenda.peek().at().isAfter(end)) {
      var due = agenda.remove();
      if (due.at().isAfter(now)) now = due.at();
      due.task().run();
      onlookerSees();
    }
    if (end.isAfter(now)) now = end;
  }

  private void onlookerSees() {
    onlooker.ifPresent(this::tellAllThatIsNew);
  }

  private void tellAllThatIsNew(Consumer<CallLog.Entry> onlooker) {
    var log = fly.log();
    var entries = log.entries();
    var unseen = log.dropped() + entries.size() - entriesSeen;
    entries.stream().skip(entries.size() - unseen).forEach(onlooker);
    entriesSeen += unseen;
  }

  public boolean isStarted(String machine) {
    return fly.isStarted(machine);
  }

  /** The log, and the judge in it. */
  public CallLog log() {
    return fly.log();
  }

  // ---- the steps ----

  private void carryOut(List<Step> steps) {
    steps.forEach(step -> {
      switch (step) {
        case Step.Arrive(var call, var after)         -> soon(after, () -> fly.arrived(call, now));
        case Step.Await(var call, var after)          -> soon(after, () -> fly.waitOver(call, now));
        case Step.StopWaiting over                    -> { } // a wait that is over is not over again
        case Step.Tell(var call, var after, var told) -> later(after, () -> tell(call, told));
        case Step.Do(var effect)                      -> carryOut(effect);
      }
    });
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Changed changed                                -> { }
      case Effect.Leased leased                                  -> { }
      case Effect.Released released                              -> { }
      case Effect.Freeze freeze                                  -> { } // the machine is not started: no run reaches it
      case Effect.Thaw thaw                                      -> { }
      case Effect.Launch(var machine, var boot, var delay)       -> soon(delay, () -> fly.launched(machine, boot, now));
      case Effect.Boot(var machine, var boot, var environment)   -> boot(machine, boot);
      case Effect.Shutdown(var machine, var boot, var killAfter) -> shutdown(machine, boot, killAfter);
      case Effect.Settle(var machine, var boot, var delay)       -> soon(delay, () -> fly.settled(machine, boot, now));
    }
  }

  private void boot(String machine, long boot) {
    running.put(machine, boot);
    later(manner.boot(), () -> {
      if (running.getOrDefault(machine, 0L) == boot) carryOut(fly.booted(machine, boot, now));
    });
  }

  private void shutdown(String machine, long boot, Duration killAfter) {
    var isUp = running.getOrDefault(machine, 0L) == boot;
    var end = killAfter.compareTo(manner.end()) < 0 ? killAfter : manner.end();
    later(isUp ? end : Duration.ZERO, () -> ended(machine, boot));
  }

  private void ended(String machine, long boot) {
    running.remove(machine, boot);
    carryOut(fly.ended(machine, boot, now));
  }

  private void tell(long call, Told told) {
    Optional.ofNullable(callers.remove(call)).filter(caller -> !(told instanceof Told.Silence))
        .ifPresent(caller -> caller.accept(told));
  }

  /** Has what is to be done then carried out. */
  private void soon(Duration delay, Supplier<List<Step>> steps) {
    later(delay, () -> carryOut(steps.get()));
  }

  private void later(Duration delay, Runnable task) {
    agenda.add(new Due(now.plus(delay), ++numbers, task));
  }
}
