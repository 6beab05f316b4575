package coordbfaas.machines;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Whose turn it is: calls wait in lanes, each of which has a token bucket; urgent ones go first, others as they came.
 *
 * <p>Not for several threads. Lanes in which nobody waits and whose bucket is full are forgotten in time.
 *
 * @param <T> the calls
 */
final class Pacer<T extends Pacer.Turn> {
  /** A call that waits. */
  interface Turn {
    boolean urgent();

    /** Tells who came first; no two have the same. */
    long number();

    /** From when on a turn is of no use any more. */
    Instant lastTurn();
  }

  /** One whose turn would come too late, at {@code turn}. */
  record TooLate<T>(T call, Instant turn) {}

  /**
   * What has become of those who wait in a lane. Whoever is named here waits no longer.
   *
   * @param due whose turn it is now, in order
   * @param next when the next one's comes; empty if nobody waits
   */
  record Turns<T>(List<T> due, List<TooLate<T>> tooLate, Optional<Instant> next) {}

  private static final int LANES_KEPT = 64;

  private final class Waiting {
    private final TreeSet<T> calls = new TreeSet<>(Comparator.comparing(T::urgent).reversed().thenComparing(T::number));
    private TokenBucket bucket = TokenBucket.FULL;

    boolean isOver(Instant now) {
      return calls.isEmpty() && bucket.isFull(now);
    }
  }

  private final Map<Lane, Waiting> lanes = new HashMap<>();
  private Pace pace;
  private int forgetAt = LANES_KEPT;

  Pacer(Pace pace) {
    this.pace = pace;
  }

  /** Lets a call wait for its turn. */
  void enter(Lane lane, T call, Instant now) {
    if (lanes.size() >= forgetAt) forget(now);
    lanes.computeIfAbsent(lane, any -> new Waiting()).calls.add(call);
  }

  /** The API has refused a call of this lane for its rate: nobody's turn comes before {@code until}. */
  void refused(Lane lane, Instant until) {
    if (pace == Pace.ONCE_REFUSED) pace = Pace.ON;
    var waiting = lanes.computeIfAbsent(lane, any -> new Waiting());
    waiting.bucket = waiting.bucket.emptyUntil(rate(lane), until);
  }

  /** Takes out whose turn it is, and whose never comes in time. */
  Turns<T> turns(Lane lane, Instant now) {
    var waiting = lanes.get(lane);
    if (waiting == null) return new Turns<>(List.of(), List.of(), Optional.empty());
    var rate = rate(lane);
    var due = new ArrayList<T>();
    var tooLate = new ArrayList<TooLate<T>>();
    Optional<Instant> next = Optional.empty();
    var ahead = waiting.bucket; // once all who are before the one that is looked at have had their turns
    for (var calls = waiting.calls.iterator(); calls.hasNext();) {
      var call = calls.next();
      var turn = ahead.next(rate, now);
      if (!turn.isBefore(call.lastTurn())) {
        tooLate.add(new TooLate<>(call, turn));
        calls.remove();
        continue;
      }
      ahead = ahead.taken(rate, turn);
      if (turn.isAfter(now)) {
        next = next.or(() -> Optional.of(turn));
      } else {
        waiting.bucket = ahead;
        due.add(call);
        calls.remove();
      }
    }
    return new Turns<>(due, tooLate, next);
  }

  /** How many lanes are remembered. */
  int lanes() {
    return lanes.size();
  }

  private Rate rate(Lane lane) {
    return pace == Pace.ON ? lane.rate() : Rate.UNLIMITED;
  }

  /** Not more often than the lanes have doubled since the last time, so that it costs next to nothing for each call. */
  private void forget(Instant now) {
    lanes.values().removeIf(waiting -> waiting.isOver(now));
    forgetAt = Math.max(LANES_KEPT, 2 * lanes.size());
  }
}
