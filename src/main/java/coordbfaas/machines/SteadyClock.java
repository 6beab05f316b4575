package coordbfaas.machines;

import java.time.Instant;
import java.time.InstantSource;

/** A clock that nobody sets: the wall's time when it was made, and what has passed since then. */
public final class SteadyClock implements InstantSource {
  private final Instant made = Instant.now();
  private final long madeNanos = System.nanoTime();

  @Override
  public Instant instant() {
    return made.plusNanos(System.nanoTime() - madeNanos);
  }
}
