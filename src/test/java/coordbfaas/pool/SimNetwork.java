package coordbfaas.pool;

import com.fasterxml.jackson.databind.JsonNode;
import coordbfaas.localfly.SimulatedFly;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.Reply;
import coordbfaas.localfly.rules.Told;
import coordbfaas.pool.SimWeather.Fate;
import coordbfaas.pool.SimWeather.Harm;
import coordbfaas.story.StoryTime;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.Cancellable;

/** The ways of all coordinators to one Fly: what is sent arrives at once, late, or never, and so do the answers. */
final class SimNetwork {
  /** What one attempt at a call came to. */
  sealed interface Outcome {}

  /** There was no connection. */
  record NotSent() implements Outcome {}

  /** It was sent, and no answer came. */
  record NoAnswer() implements Outcome {}

  record Answer(int status, Optional<JsonNode> body) implements Outcome {
    @Override
    public String toString() {
      return Integer.toString(status);
    }
  }

  /** A call on its way to Fly. */
  static final class Flight {
    private final SimPool from;
    private final ApiCall call;
    private final Fate fate;
    private final Attempt attempt;
    private Cancellable arrival;

    private Flight(SimPool from, ApiCall call, Fate fate, Attempt attempt) {
      this.from = from;
      this.call = call;
      this.fate = fate;
      this.attempt = attempt;
    }

    SimPool from() {
      return from;
    }

    ApiCall call() {
      return call;
    }
  }

  /** An attempt, until its caller hears of it once. */
  private final class Attempt {
    private final SimPool from;
    private final ApiCall call;
    private final Consumer<Outcome> caller;
    private final Cancellable timeout;
    private boolean over;

    Attempt(SimPool from, ApiCall call, Duration time, Consumer<Outcome> caller) {
      this.from = from;
      this.call = call;
      this.caller = caller;
      this.timeout = this.from.isCutOff() ? later(Duration.ofMillis(1), () -> ends(new NotSent()))
          : later(time, () -> ends(new NoAnswer()));
    }

    void ends(Outcome outcome) {
      if (over) return;
      over = true;
      timeout.cancel();
      if (from.isGone()) return;
      trace.note(() -> from + " hears of " + words(call) + ": " + outcome);
      judge.hears(from, call, outcome);
      caller.accept(outcome);
    }
  }

  private final StoryTime time;
  private final SimulatedFly fly;
  private final ClusterJudge judge;
  private final SimTrace trace;
  private final RandomGenerator random;
  private final Set<Flight> flights = new LinkedHashSet<>();

  SimNetwork(StoryTime time, SimulatedFly fly, ClusterJudge judge, SimTrace trace, RandomGenerator random) {
    this.time = time;
    this.fly = fly;
    this.judge = judge;
    this.trace = trace;
    this.random = random;
  }

  /** A coordinator means to make a call; it may then be sent more than once. */
  void isDecided(SimPool by, ApiCall call) {
    if (!by.isGone()) judge.sends(by, call);
  }

  /**
   * Sends a call.
   *
   * @param patience how long the caller waits for the answer
   * @param caller told once, unless the coordinator is gone by then
   */
  void send(SimPool from, ApiCall call, Duration patience, Consumer<Outcome> caller) {
    if (from.isGone()) return;
    var attempt = new Attempt(from, call, patience, caller);
    if (from.isCutOff()) return;
    var fate = from.weather().fate(random);
    trace.note(() -> from + " calls " + words(call) + (fate.harm() == Harm.NONE ? "" : " " + fate));
    if (fate.cut() && (fate.harm() == Harm.LOST || fate.harm() == Harm.LATE))
      later(fate.back(), () -> attempt.ends(new NoAnswer()));
    if (fate.harm() != Harm.LOST) takesOff(new Flight(from, call, fate, attempt));
  }

  private void takesOff(Flight flight) {
    flights.add(flight);
    flight.arrival = later(flight.fate.out(), () -> lands(flight));
  }

  private void lands(Flight flight) {
    flights.remove(flight);
    switch (flight.fate.harm()) {
      case ERROR -> answers(flight, new Answer(500, Optional.empty()));
      case RATE -> answers(flight, new Answer(429, Optional.empty()));
      case NONE, LOST, LATE, SILENT, ERROR_AFTER -> isCarriedOut(flight);
    }
  }

  private void isCarriedOut(Flight flight) {
    judge.lands(flight);
    fly.call(flight.call, told -> told(flight, told));
    judge.hasLanded();
  }

  private void told(Flight flight, Told told) {
    if (!(told instanceof Told.Answered(Reply.Answer(var status, var body), var after))) return;
    body.filter(answer -> status / 100 == 2).ifPresent(answer -> judge.tellsNonce(flight, answer));
    switch (flight.fate.harm()) {
      case ERROR_AFTER -> answers(flight, new Answer(502, Optional.empty()));
      case SILENT -> {
        if (flight.fate.cut()) later(flight.fate.back(), () -> flight.attempt.ends(new NoAnswer()));
      }
      case NONE, LOST, LATE, ERROR, RATE -> answers(flight, new Answer(status, body));
    }
  }

  private void answers(Flight flight, Answer answer) {
    var listTime = flight.call.action() == Action.LIST ? flight.from.weather().listTime() : Duration.ZERO;
    later(flight.fate.back().plus(listTime), () -> {
      if (!flight.from.isCutOff()) flight.attempt.ends(answer);
    });
  }

  /** The calls that are on their way to Fly. */
  List<Flight> flights() {
    return List.copyOf(flights);
  }

  /** Whatever is on its way arrives now, or never. */
  void comesToRest() {
    for (var flight : flights()) {
      flight.arrival.cancel();
      flights.remove(flight);
      if (random.nextBoolean()) lands(flight);
    }
  }

  private Cancellable later(Duration delay, Runnable task) {
    return time.later(delay, task);
  }

  static String words(ApiCall call) {
    return call.action() + (call.machine().isEmpty() ? "" : " " + call.machine());
  }
}
