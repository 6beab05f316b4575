package coordbfaas.coord;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;

/**
 * How long a request is on its way to a worker, by which time the worker's clock starts too late. Nobody here sees it arrive, only
 * the answer begin; to arrive takes at least half as long, as a connection is made on the way there and none on the way back. Half
 * of the shortest of late is what is reckoned with, so that a worker's clock ends late rather than early. Safe for any thread.
 */
final class Transit {
  private static final int REMEMBERED = 16;

  private final Duration most;
  private final ArrayDeque<Duration> untilAnswer = new ArrayDeque<>(REMEMBERED);

  /** @param most that is reckoned with, however long they took */
  Transit(Duration most) {
    this.most = most;
  }

  /** An answer began. */
  synchronized void took(Duration time) {
    if (untilAnswer.size() == REMEMBERED) untilAnswer.remove();
    untilAnswer.add(time);
  }

  /** How long the next one takes at least. */
  synchronized Duration least() {
    if (untilAnswer.isEmpty()) return Duration.ZERO;
    var half = Collections.min(untilAnswer).dividedBy(2);
    return half.compareTo(most) < 0 ? half : most;
  }
}
