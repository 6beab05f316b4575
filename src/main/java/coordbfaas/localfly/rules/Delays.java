package coordbfaas.localfly.rules;

import java.time.Duration;

/**
 * How slow Fly is, beside what a machine's boot and end take themselves.
 *
 * @param create how long a new machine reads {@code created} before it boots
 * @param start how long a start of a stopped machine takes
 * @param resume how long a start of a suspended machine takes
 * @param stop how long a machine reads {@code stopping} after its main process is gone
 * @param suspend how long a machine reads {@code suspending}
 * @param stopWindow how long a machine that reads {@code stopped} still refuses to start
 */
public record Delays(Duration create, Duration start, Duration resume, Duration stop, Duration suspend, Duration stopWindow) {
  public static final Delays NONE =
      new Delays(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  public Delays {
    require("create", create);
    require("start", start);
    require("resume", resume);
    require("stop", stop);
    require("suspend", suspend);
    require("stop-window", stopWindow);
  }

  private static void require(String name, Duration delay) {
    if (delay.isNegative())
      throw new IllegalArgumentException("local-fly " + name + ": " + delay + " (expected: a duration of 0 or more)");
  }
}
