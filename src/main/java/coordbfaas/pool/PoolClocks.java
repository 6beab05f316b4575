package coordbfaas.pool;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The two clocks by which a pool counts how long it holds a machine.
 *
 * @param wall the computer's time, which may be set
 * @param steady moves by itself alone; what it says means nothing but in comparison with what it said before
 */
public record PoolClocks(InstantSource wall, InstantSource steady) {
  /** This computer's. */
  public static PoolClocks system() {
    var made = Instant.now();
    var madeNanos = System.nanoTime();
    return new PoolClocks(InstantSource.system(), () -> made.plusNanos(System.nanoTime() - madeNanos));
  }

  Moment now() {
    return new Moment(wall.instant(), steady.instant());
  }
}
