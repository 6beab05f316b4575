package coordbfaas.machines;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How a call has gone so far.
 *
 * @param begun when it was asked for
 * @param ends when its time is over, waiting, attempts and pauses included
 * @param waitEnds when the caller's own wait for a state is over; {@code begun}, if it is no such call
 * @param sent when the last attempt was sent
 * @param attempts how many were sent
 * @param setbacks how many have failed in a row
 * @param mayBeDone whether one of them may have been carried out all the same
 * @param activeSince when the API said for the first time that the machine is still active
 * @param otherwise how the call fails if there is no time for another attempt; empty before the first has failed
 */
record Course(
    Instant begun,
    Instant ends,
    Instant waitEnds,
    Instant sent,
    int attempts,
    int setbacks,
    boolean mayBeDone,
    Optional<Instant> activeSince,
    Optional<MachinesFailure> otherwise) {

  /** So much time an attempt needs: one that is sent in the last moment would only leave its fate unknown. */
  private static final Duration ATTEMPT_SHORTEST = Duration.ofSeconds(1);

  /** @param time for all of it, a wait for a state apart */
  static Course begin(Instant now, Duration time, Optional<Duration> patience) {
    var waitEnds = now.plus(patience.orElse(Duration.ZERO));
    return new Course(now, waitEnds.plus(time), waitEnds, now, 0, 0, false, Optional.empty(), Optional.empty());
  }

  Course sent(Instant now) {
    return new Course(begun, ends, waitEnds, now, attempts + 1, setbacks, mayBeDone, activeSince, otherwise);
  }

  /** An attempt that may have been carried out has failed. */
  Course perhapsDone(boolean perhaps) {
    return new Course(begun, ends, waitEnds, sent, attempts, setbacks, mayBeDone || perhaps, activeSince, otherwise);
  }

  Course activeSince(Instant now) {
    return new Course(
        begun, ends, waitEnds, sent, attempts, setbacks, mayBeDone, Optional.of(activeSince.orElse(now)), otherwise);
  }

  Course setBack(MachinesFailure otherwise) {
    return new Course(begun, ends, waitEnds, sent, attempts, setbacks + 1, mayBeDone, activeSince, Optional.of(otherwise));
  }

  /** A slice of a wait was over, which is no setback. */
  Course sliceOver(MachinesFailure otherwise) {
    return new Course(begun, ends, waitEnds, sent, attempts, 0, mayBeDone, activeSince, Optional.of(otherwise));
  }

  /** How the call fails if it is given up before its time: what the API said so far was "not yet", which is no "no". */
  Optional<MachinesFailure> givenUp() {
    return otherwise.map(failure -> failure instanceof MachinesFailure.Rejected notYet
        ? new MachinesFailure.Later(Duration.ZERO, mayBeDone, notYet.getMessage()) : failure);
  }

  /** How long the caller wants to wait for a state yet; negative, if that is over. */
  Duration waitLeft(Instant now) {
    return Duration.between(now, waitEnds);
  }

  /** Up to when an attempt is worth sending: a second before the end, or the last quarter of a short call. */
  Instant lastTurn() {
    var quarter = Duration.between(begun, ends).dividedBy(4);
    return ends.minus(quarter.compareTo(ATTEMPT_SHORTEST) < 0 ? quarter : ATTEMPT_SHORTEST);
  }

  Duration left(Instant now) {
    return Duration.between(now, ends);
  }
}
