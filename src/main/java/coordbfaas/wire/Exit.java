package coordbfaas.wire;

import java.util.Optional;

/**
 * How a run ended. Never invented: {@link Reason#EXITED} and {@link Reason#SIGNALED} come from a wait status alone.
 *
 * @param code the script's exit code, 0 to 255, or the code that stands for the reason
 * @param signal the signal's name, such as {@code SIGKILL}, if and only if the reason is {@code SIGNALED}
 * @param durationMs from the request's acceptance, in milliseconds
 */
public record Exit(int code, Reason reason, Optional<String> signal, long durationMs) implements RunEvent {
  /** Why a run is over; the code stands beside each that has a code of its own. */
  public enum Reason {
    EXITED("exited"),
    SIGNALED("signaled"),
    DEADLINE("deadline"),
    OUTPUT_LIMIT("output-limit"),
    WORKER_LOST("worker-lost");

    private final String word;

    Reason(String word) {
      this.word = word;
    }

    /** The word for it in every form of answer. */
    public String word() {
      return word;
    }

    static Optional<Reason> of(String word) {
      for (var reason : values()) if (reason.word.equals(word)) return Optional.of(reason);
      return Optional.empty();
    }
  }

  private static final int DEADLINE_CODE = 124;
  private static final int CUT_CODE = 125;

  public Exit {
    if (code < 0 || code > 255) throw new IllegalArgumentException("code: " + code + " (expected: 0 to 255)");
    if (signal.isPresent() != (reason == Reason.SIGNALED)) throw new IllegalArgumentException("signal: expected with signaled alone");
    if (durationMs < 0) throw new IllegalArgumentException("durationMs: " + durationMs + " (expected: 0 or more)");
  }

  public static Exit exited(int code, long durationMs) {
    return new Exit(code, Reason.EXITED, Optional.empty(), durationMs);
  }

  /** Ended by a signal; the code is the shell's 128 + n. */
  public static Exit signaled(int signal, long durationMs) {
    return new Exit(128 + signal, Reason.SIGNALED, Optional.of(Signals.name(signal)), durationMs);
  }

  public static Exit deadline(long durationMs) {
    return new Exit(DEADLINE_CODE, Reason.DEADLINE, Optional.empty(), durationMs);
  }

  public static Exit outputLimit(long durationMs) {
    return new Exit(CUT_CODE, Reason.OUTPUT_LIMIT, Optional.empty(), durationMs);
  }

  public static Exit workerLost(long durationMs) {
    return new Exit(CUT_CODE, Reason.WORKER_LOST, Optional.empty(), durationMs);
  }

  /** The same end, its duration counted by another clock. */
  public Exit after(long durationMs) {
    return new Exit(code, reason, signal, durationMs);
  }
}
