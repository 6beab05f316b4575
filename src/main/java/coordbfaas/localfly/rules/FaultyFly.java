package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.CallFate.Ending;
import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.machines.HostStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * Fly as its callers find it: the {@link FlyRules} behind a network that delays and loses calls and answers as the
 * {@link FaultScript} says, and behind Fly's rate limits. What happens is kept in the {@link CallLog}.
 *
 * <p>As the rules, it has no sockets, threads or clock: it says which {@link Step}s are to be done, and is told what came of
 * them. Not for use by several threads.
 */
public final class FaultyFly {
  /** What is to be done, in order. A call is known by the number under which it was sent. */
  public sealed interface Step {
    /** {@link #arrived} is to be told after a delay. */
    record Arrive(long call, Duration after) implements Step {}

    /** {@link #waitOver} is to be told after a delay, unless the wait is over before. */
    record Await(long call, Duration after) implements Step {}

    /** The wait is over before its time. */
    record StopWaiting(long call) implements Step {}

    /** The caller is to be told after a delay; once for each call. */
    record Tell(long call, Duration after, Told told) implements Step {}

    /** An effect is to be carried out. */
    record Do(Effect effect) implements Step {}
  }

  /**
   * What surrounds the rules.
   *
   * @param rateLimits whether Fly's rate limits are kept
   * @param connection how long a caller's connection lasts without an answer; a wait is answered within this time
   * @param logEntries how many entries the log keeps; 0 for no log
   */
  public record Surroundings(boolean rateLimits, Duration connection, int logEntries) {}

  /** A call that has not been answered yet. */
  private record Underway(long number, ApiCall call, CallFate fate, Instant sent) {}

  private final FlyRules rules;
  private final OpenQuestions open;
  private final FaultScript faults;
  private final Surroundings surroundings;
  private final RateLimits limits = new RateLimits();
  private final CallLog log;
  private final LeaseNumbers leases = new LeaseNumbers();
  private final HeldWaits waits = new HeldWaits();
  private final Map<Long, Underway> underway = new HashMap<>();

  public FaultyFly(Delays delays, OpenQuestions open, RandomGenerator random, Surroundings surroundings) {
    this.rules = new FlyRules(delays, open, random);
    this.open = open;
    this.faults = new FaultScript(random);
    this.surroundings = surroundings;
    this.log = new CallLog(surroundings.logEntries());
  }

  public FaultScript faults() {
    return faults;
  }

  public CallLog log() {
    return log;
  }

  /** A call was sent. @param number of its own */
  public List<Step> sent(long number, ApiCall call, Instant now) {
    var sent = new Underway(number, call, lasting(faults.fate(call, now)), now);
    if (log.isKept()) log.add(new CallLog.Sent(
        now, number, call.action(), call.app(), call.machine(), call.caller(), arrival(sent)));
    var steps = new ArrayList<>(toldAtOnce(sent));
    if (sent.fate.handling() instanceof CallFate.Lost) return steps;
    if (sent.fate.arrives().isZero()) {
      steps.addAll(arrive(sent, now));
    } else {
      underway.put(number, sent);
      steps.add(new Step.Arrive(number, sent.fate.arrives()));
    }
    return steps;
  }

  /** Who would be answered after the end of its connection hears nothing. */
  private CallFate lasting(CallFate fate) {
    return fate.arrives().plus(fate.answers()).compareTo(surroundings.connection) < 0 || fate.ending() != Ending.ANSWERED
        ? fate : fate.silent();
  }

  private static Optional<Instant> arrival(Underway sent) {
    return switch (sent.fate.handling()) {
      case CallFate.Lost lost -> Optional.empty();
      case CallFate.CarriedOut carriedOut -> Optional.of(sent.sent.plus(sent.fate.arrives()));
      case CallFate.Rebuffed rebuffed -> Optional.of(sent.sent.plus(sent.fate.arrives()));
    };
  }

  private static List<Step> toldAtOnce(Underway sent) {
    return switch (sent.fate.ending()) {
      case CUT_AT_ONCE -> List.of(new Step.Tell(sent.number, Duration.ZERO, new Told.Cut()));
      case SILENT -> List.of(new Step.Tell(sent.number, Duration.ZERO, new Told.Silence()));
      case ANSWERED, CUT -> List.of();
    };
  }

  /** The delay of a {@link Step.Arrive} is over. */
  public List<Step> arrived(long number, Instant now) {
    return arrive(underway.remove(number), now);
  }

  private List<Step> arrive(Underway call, Instant now) {
    if (surroundings.rateLimits && !limits.admit(call.call, now))
      return rebuff(call, new Told.Answered(RateLimits.EXCEEDED, open.retryAfter()), now);
    return switch (call.fate.handling()) {
      case CallFate.Rebuffed(var answer) -> rebuff(call, answer, now);
      case CallFate.CarriedOut carriedOut -> carryOut(call, now);
      case CallFate.Lost never -> throw new IllegalStateException("a lost call arrived");
    };
  }

  private List<Step> rebuff(Underway call, Told.Answered answer, Instant now) {
    logArrival(call, lease(call.call), answer.answer(), false, now);
    return tell(call, answer, now);
  }

  private List<Step> carryOut(Underway call, Instant now) {
    var lease = lease(call.call);
    var outcome = rules.answer(call.call, now);
    logArrival(call, lease, outcome.reply(), true, now);
    var steps = new ArrayList<>(switch (outcome.reply()) {
      case Answer answer -> tell(call, Told.Answered.of(answer), now);
      case Reply.Wait wait -> hold(call, wait, now);
    });
    steps.addAll(steps(outcome.effects(), now));
    if (log.isKept()) leases.see(call.call, outcome.reply());
    return steps;
  }

  private OptionalLong lease(ApiCall call) {
    return !log.isKept() || call.nonce().isEmpty() ? OptionalLong.empty()
        : OptionalLong.of(leases.of(call.machine(), call.nonce().get()));
  }

  private List<Step> hold(Underway call, Reply.Wait wait, Instant now) {
    waits.hold(call.number, wait);
    underway.put(call.number, call);
    return List.of(new Step.Await(call.number, atMost(left(call, now), wait.timeout())));
  }

  /** How much longer a wait may take if its answer is to come while the connection lasts. */
  private Duration left(Underway call, Instant now) {
    var left = surroundings.connection.minus(Duration.between(call.sent, now)).minus(call.fate.answers());
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static Duration atMost(Duration most, Duration time) {
    return time.compareTo(most) < 0 ? time : most;
  }

  /** The delay of a {@link Step.Await} is over. */
  public List<Step> waitOver(long number, Instant now) {
    return waits.end(number).map(wait -> tell(underway.remove(number), Told.Answered.of(rules.tooLate(wait)), now))
        .orElse(List.of());
  }

  private List<Step> tell(Underway call, Told.Answered answer, Instant now) {
    var fate = call.fate;
    if (log.isKept()) log.add(new CallLog.Answered(
        now, call.number, answer.answer().status(), now.plus(fate.answers()), fate.ending()));
    return switch (fate.ending()) {
      case ANSWERED -> List.of(new Step.Tell(call.number, fate.answers(), answer));
      case CUT -> List.of(new Step.Tell(call.number, fate.answers(), new Told.Cut()));
      case CUT_AT_ONCE, SILENT -> List.of();
    };
  }

  private void logArrival(Underway call, OptionalLong lease, Reply reply, boolean carriedOut, Instant now) {
    if (!log.isKept()) return;
    var status = reply instanceof Answer answer ? OptionalInt.of(answer.status()) : OptionalInt.empty();
    log.add(new CallLog.Arrived(now, call.number, call.call.action(), call.call.machine(), lease, status, carriedOut));
    if (carriedOut && call.call.action() == Action.CREATE && reply instanceof Answer(var code, var body) && code == 200)
      body.ifPresent(machine -> log.add(new CallLog.Created(
          now, call.call.app(), machine.path("id").asText(), machine.path("name").asText())));
  }

  /** As {@link FlyRules#launched}. */
  public List<Step> launched(String machine, long boot, Instant now) {
    return steps(rules.launched(machine, boot, now), now);
  }

  /** As {@link FlyRules#booted}. */
  public List<Step> booted(String machine, long boot, Instant now) {
    return steps(rules.booted(machine, boot, now), now);
  }

  /** As {@link FlyRules#ended}. */
  public List<Step> ended(String machine, long boot, Instant now) {
    return steps(rules.ended(machine, boot, now), now);
  }

  /** As {@link FlyRules#settled}. */
  public List<Step> settled(String machine, long boot, Instant now) {
    return steps(rules.settled(machine, boot, now), now);
  }

  /** As {@link FlyRules#close}. */
  public List<Step> close(Instant now) {
    return steps(rules.close(now), now);
  }

  /** Something befalls a machine without a call. */
  public List<Step> befalls(String machine, Misfortune misfortune, Instant now) {
    return steps(misfortune.befall(machine, rules, now), now);
  }

  /** As {@link FlyRules#hostStatus}. */
  public void hostStatus(String machine, HostStatus status, Instant now) {
    rules.hostStatus(machine, status, now);
  }

  /** As {@link FlyRules#readLag}. */
  public void readLag(Duration lag, Instant now) {
    rules.readLag(lag, now);
  }

  public boolean knows(String machine) {
    return rules.knows(machine);
  }

  public boolean isClosed() {
    return rules.isClosed();
  }

  public boolean isStarted(String machine) {
    return rules.isStarted(machine);
  }

  public boolean isStarting(String machine) {
    return rules.isStarting(machine);
  }

  public boolean isCordoned(String machine) {
    return rules.isCordoned(machine);
  }

  /** A run goes to a machine's basher. */
  public void runPassed(String machine, long boot, Instant now) {
    if (log.isKept()) log.add(new CallLog.RunPassed(now, machine, boot));
  }

  /** A machine's basher began to answer a run. */
  public void runAnswered(String machine, long boot, int status, Instant now) {
    if (log.isKept()) log.add(new CallLog.RunAnswered(now, machine, boot, status));
  }

  /** A machine's basher was reached, but did not begin to answer a run. */
  public void runLost(String machine, long boot, Instant now) {
    if (log.isKept()) log.add(new CallLog.RunLost(now, machine, boot));
  }

  /** The machines that there are. */
  public List<MachineNow> machines(Instant now) {
    return rules.machines(now);
  }

  private List<Step> steps(List<Effect> effects, Instant now) {
    var steps = new ArrayList<Step>();
    effects.forEach(effect -> {
      logEffect(effect, now);
      steps.add(new Step.Do(effect));
      if (effect instanceof Effect.Changed changed) steps.addAll(decided(changed, now));
    });
    return steps;
  }

  /** Without the environment, which is the caller's business. */
  private void logEffect(Effect effect, Instant now) {
    if (!log.isKept()) return;
    leases.see(effect);
    log.add(new CallLog.Happened(now, effect instanceof Effect.Boot(var machine, var boot, var environment)
        ? new Effect.Boot(machine, boot, Map.of()) : effect));
  }

  private List<Step> decided(Effect.Changed changed, Instant now) {
    var steps = new ArrayList<Step>();
    waits.decide(changed.machine(), changed.to()).forEach(wait -> {
      steps.add(new Step.StopWaiting(wait.call()));
      steps.addAll(tell(underway.remove(wait.call()), Told.Answered.of(wait.answer()), now));
    });
    return steps;
  }
}
