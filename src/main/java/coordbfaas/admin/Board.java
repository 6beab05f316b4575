package coordbfaas.admin;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.Condition;
import coordbfaas.facts.Fact.PoolPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** What is known of a coordinator by the facts that were told: its machines, who waits, what happened of late. */
final class Board {
  /** How many of the latest transitions, and of the latest runs, are kept. */
  static final int TRANSITIONS_MAX = 100;
  static final int RUNS_MAX = 50;

  private static final int TEXT_MAX = 200;

  /** What the coordinator does with requests. */
  enum Stage { STARTING, SERVING, DRAINING }

  /**
   * A machine.
   *
   * @param state of the design, in capitals
   * @param since when it came to its condition
   * @param leaseUntil by the computer's clock; empty while there is no lease
   * @param runs how often it was granted, as long as the coordinator has held it
   */
  record Machine(
      String name, Optional<String> id, String state, Condition condition, Instant since, Optional<Instant> leaseUntil, long runs,
      Optional<Trouble> trouble) {
    private static Machine coming(String name, Instant at) {
      return new Machine(name, Optional.empty(), "CREATING", Condition.CREATING, at, Optional.empty(), 0, Optional.empty());
    }

    private Machine in(String newState) {
      return new Machine(name, id, newState, condition, since, leaseUntil, runs, trouble);
    }

    private Machine became(Optional<String> newId, Condition newCondition, Instant at) {
      return new Machine(name, newId.or(() -> id), state, newCondition, newCondition == condition ? since : at, leaseUntil, runs,
          trouble);
    }

    private Machine leased(Instant until) {
      return new Machine(name, id, state, condition, since, Optional.of(until), runs, trouble);
    }

    private Machine granted() {
      return new Machine(name, id, state, condition, since, leaseUntil, runs + 1, trouble);
    }

    private Machine troubled(Trouble news) {
      return new Machine(name, id, state, condition, since, leaseUntil, runs, Optional.of(news));
    }
  }

  /** The latest thing that went wrong with a machine. */
  record Trouble(Instant at, String what) {}

  record Transition(Instant at, Fact.Transition what) {}

  record Ended(Instant at, Fact.RequestEnded what) {}

  /**
   * The Machines API.
   *
   * @param silentSince when it fell silent; empty while it answers
   * @param answeredAt when it answered last
   * @param latest what the latest attempt at a call came to
   */
  record Api(Optional<Instant> silentSince, Optional<Instant> answeredAt, Optional<String> latest) {}

  /** How long a phase took that a fact ended. */
  record Took(Phase phase, Duration time) {}

  private final int size;
  private final Map<Integer, Machine> machines = new TreeMap<>();
  private final Deque<Transition> transitions = new ArrayDeque<>();
  private final Deque<Ended> runs = new ArrayDeque<>();
  private Stage stage = Stage.STARTING;
  private PoolPhase pool = PoolPhase.OPENING;
  private Api api = new Api(Optional.empty(), Optional.empty(), Optional.empty());
  private int waiting;
  private int failedBoots;

  /** @param size the most machines that the pool may have: slots from 0 */
  Board(int size) {
    this.size = size;
  }

  /** Notes a fact. Returns how long a phase of a machine took, if this is its end. */
  Optional<Took> take(Fact fact, Instant at) {
    var took = Optional.<Took>empty();
    switch (fact) {
      case Fact.Serving serving            -> stage = stage == Stage.STARTING ? Stage.SERVING : stage;
      case Fact.Draining draining          -> stage = Stage.DRAINING;
      case Fact.Answered answered          -> { }
      case Fact.RequestEnded ended         -> keep(runs, new Ended(at, ended), RUNS_MAX);
      case Fact.PoolBecame(var phase)      -> pool = phase;
      case Fact.Waiting(var requests)      -> waiting = requests;
      case Fact.Granted(var slot)          -> machines.computeIfPresent(slot, (same, machine) -> machine.granted());
      case Fact.Transition transition      -> move(transition, at);
      case Fact.Became became              -> took = become(became, at);
      case Fact.LeaseHeld(var slot, var until, var renewed) ->
          machines.computeIfPresent(slot, (same, machine) -> machine.leased(until));
      case Fact.LeaseLost lost             -> { }
      case Fact.MachineTroubled(var slot, var what) ->
          machines.computeIfPresent(slot, (same, machine) -> machine.troubled(new Trouble(at, cut(what))));
      case Fact.Alarm alarm                -> { }
      case Fact.OrphanDestroyed orphan     -> { }
      case Fact.ApiCalled called           -> api = called(called, at);
      case Fact.ApiSilent(var since)       -> api = new Api(Optional.of(since), api.answeredAt(), api.latest());
      case Fact.ApiAnswers answers         -> api = new Api(Optional.empty(), api.answeredAt(), api.latest());
    }
    return took;
  }

  private void move(Fact.Transition transition, Instant at) {
    keep(transitions, new Transition(at, transition), TRANSITIONS_MAX);
    var slot = transition.slot();
    var machine = machines.computeIfAbsent(slot, none -> Machine.coming(transition.machine(), at));
    if (transition.to().equals("ENDED")) {
      if (machine.condition() == Condition.CREATING || machine.condition() == Condition.STALLED) failedBoots++;
      machines.remove(slot);
    } else {
      machines.put(slot, machine.in(transition.to()));
    }
  }

  private Optional<Took> become(Fact.Became news, Instant at) {
    var before = machines.computeIfAbsent(news.slot(), none -> Machine.coming(news.machine(), at));
    machines.put(news.slot(), before.became(news.id(), news.condition(), at));
    var coming = before.condition() == Condition.CREATING || before.condition() == Condition.BOOTING;
    if (news.condition() == Condition.WARM) failedBoots = 0;
    if (news.condition() == Condition.EXPIRED && coming) failedBoots++;
    if (news.condition() == Condition.WARM && coming)
      return Optional.of(new Took(Phase.BOOT, Duration.between(before.since(), at)));
    if (news.condition() == Condition.COLD && before.condition() == Condition.STOPPING)
      return Optional.of(new Took(Phase.RESET, Duration.between(before.since(), at)));
    return Optional.empty();
  }

  private Api called(Fact.ApiCalled called, Instant at) {
    var answered = !called.status().equals("not-sent") && !called.status().equals("lost");
    return new Api(api.silentSince(), answered ? Optional.of(at) : api.answeredAt(),
        Optional.of(called.action() + ": " + called.status()));
  }

  private static <T> void keep(Deque<T> latest, T one, int max) {
    latest.addFirst(one);
    if (latest.size() > max) latest.removeLast();
  }

  private static String cut(String text) {
    return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
  }

  // ---- what is known ----

  Stage stage() {
    return stage;
  }

  PoolPhase pool() {
    return pool;
  }

  Api api() {
    return api;
  }

  int waiting() {
    return waiting;
  }

  /** How many machines in a row did not come up. */
  int failedBoots() {
    return failedBoots;
  }

  /** Whether another machine can be made. */
  boolean hasAFreeSlot() {
    return IntStream.range(0, size).anyMatch(slot -> !machines.containsKey(slot));
  }

  /** By their slots. */
  Map<Integer, Machine> machines() {
    return Map.copyOf(machines);
  }

  /** How many machines there are of each condition. */
  Map<Condition, Integer> counts() {
    var counts = new EnumMap<Condition, Integer>(Condition.class);
    for (var condition : Condition.values()) counts.put(condition, 0);
    machines.values().forEach(machine -> counts.merge(machine.condition(), 1, Integer::sum));
    return counts;
  }

  /** The newest first. */
  List<Transition> transitions() {
    return List.copyOf(transitions);
  }

  /** The newest first. */
  List<Ended> runs() {
    return List.copyOf(runs);
  }
}
