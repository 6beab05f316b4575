package coordbfaas.pool;

import java.time.Duration;
import java.time.Instant;

/**
 * An instant by two clocks: one that others may set, and one that nobody sets but that may stand still while the computer
 * does. Whatever must not last too long is over as soon as either says so.
 *
 * @param wall by the clock on the wall
 * @param steady by the clock that nobody sets; told as an instant, but only good to be compared with others of its kind
 */
record Moment(Instant wall, Instant steady) {
  Moment plus(Duration duration) {
    return new Moment(wall.plus(duration), steady.plus(duration));
  }

  /** Whether this has come, by either clock. */
  boolean hasCome(Moment now) {
    return !now.wall.isBefore(wall) || !now.steady.isBefore(steady);
  }

  /** From now until this, by the clock that says less; negative if it has passed. */
  Duration from(Moment now) {
    var byWall = Duration.between(now.wall, wall);
    var bySteady = Duration.between(now.steady, steady);
    return byWall.compareTo(bySteady) < 0 ? byWall : bySteady;
  }
}
