package coordbfaas.basher;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * A script's output in larger pieces. A script that writes much, a few KiB at a time, is followed by its reader so closely that
 * each piece would make the whole way to the client alone; so a read waits a little after one that brought some KiB but not all
 * that it might. Who writes lines is never waited for, nor is a full pipe.
 */
final class GatheredInput extends FilterInputStream {
  /** So long after a read began to return, the next one may take what came meanwhile. */
  static final Duration PAUSE = Duration.ofNanos(100_000);

  /** What one {@code write} of a buffer brings at least; a read that brought less is no part of a flood. */
  static final int FLOOD_BYTES = 4096;

  private final LongSupplier nanoClock;
  private final LongConsumer pause;
  private boolean pausing;
  private long readAt;

  GatheredInput(InputStream input) {
    this(input, System::nanoTime, LockSupport::parkNanos);
  }

  /** @param pause waits for so many nanoseconds, or less */
  GatheredInput(InputStream input, LongSupplier nanoClock, LongConsumer pause) {
    super(input);
    this.nanoClock = nanoClock;
    this.pause = pause;
  }

  @Override
  public int read(byte[] buffer, int from, int length) throws IOException {
    if (pausing) {
      var left = PAUSE.toNanos() - (nanoClock.getAsLong() - readAt);
      if (left > 0) pause.accept(left);
    }
    var count = in.read(buffer, from, length);
    pausing = count >= FLOOD_BYTES && count < length;
    if (pausing) readAt = nanoClock.getAsLong();
    return count;
  }
}
