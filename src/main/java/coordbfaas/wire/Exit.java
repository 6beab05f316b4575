package coordbfaas.wire;

import java.util.Optional;

/**
 * How a run ended. Never invented: {@link Reason#EXITED} and {@link Reason#SIGNALED} come from a wait status alone.
 *
 * @param code the script's exit code, 0 to 255, or the code that stands for the reason: none but {@code EXITED} may be 0
 * @param signal the signal's name, such as {@code SIGKILL}, if and only if the reason is {@code SIGNALED}
 * @param limit what it ran into, if that made it fail; with {@code EXITED} and {@code SIGNALED} alone
 * @param durationMs from the request's acceptance, in milliseconds
 * @param usage what it took, if that is known
 */
public record Exit(
    int code, Reason reason, Optional<String> signal, Optional<Limit> limit, long durationMs, Optional<Usage> usage)
    implements RunEvent {
  /** A limit of a run that made it fail. */
  public enum Limit {
    MEMORY("memory"), PROCESSES("processes"), CPU_TIME("cpu-time"), FILE("file");

    private final String word;

    Limit(String word) {
      this.word = word;
    }

    /** The word for it in every form of answer. */
    public String word() {
      return word;
    }

    static Optional<Limit> of(String word) {
      for (var limit : values()) if (limit.word.equals(word)) return Optional.of(limit);
      return Optional.empty();
    }
  }

  /**
   * What a run took.
   *
   * @param cpuMs CPU time of all its processes, in milliseconds
   * @param maxRssKb the memory of its largest process at its largest, in KiB; of all together if it was killed
   */
  public record Usage(long cpuMs, long maxRssKb) {
    public Usage {
      if (cpuMs < 0 || maxRssKb < 0) throw new IllegalArgumentException("usage: (expected: 0 or more)");
    }
  }

  /** Why a run is over; beside each the codes that it may have. */
  public enum Reason {
    EXITED("exited", 0, 255),
    SIGNALED("signaled", 129, 192),
    DEADLINE("deadline", DEADLINE_CODE, DEADLINE_CODE),
    OUTPUT_LIMIT("output-limit", CUT_CODE, CUT_CODE),
    WORKER_LOST("worker-lost", CUT_CODE, CUT_CODE);

    private final String word;
    private final int codeMin;
    private final int codeMax;

    Reason(String word, int codeMin, int codeMax) {
      this.word = word;
      this.codeMin = codeMin;
      this.codeMax = codeMax;
    }

    /** The word for it in every form of answer. */
    public String word() {
      return word;
    }

    /** The reason of that word; empty if there is none. */
    public static Optional<Reason> of(String word) {
      for (var reason : values()) if (reason.word.equals(word)) return Optional.of(reason);
      return Optional.empty();
    }
  }

  private static final int DEADLINE_CODE = 124;
  private static final int CUT_CODE = 125;

  public Exit {
    if (code < reason.codeMin || code > reason.codeMax) throw new IllegalArgumentException(
        "code: " + code + " (expected for " + reason.word + ": " + reason.codeMin + " to " + reason.codeMax + ")");
    if (signal.isPresent() != (reason == Reason.SIGNALED))
      throw new IllegalArgumentException("signal: expected with signaled alone");
    if (limit.isPresent() && reason != Reason.EXITED && reason != Reason.SIGNALED)
      throw new IllegalArgumentException("limit: expected with exited or signaled");
    if (durationMs < 0) throw new IllegalArgumentException("durationMs: " + durationMs + " (expected: 0 or more)");
  }

  private Exit(int code, Reason reason, Optional<String> signal, long durationMs) {
    this(code, reason, signal, Optional.empty(), durationMs, Optional.empty());
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
    return new Exit(code, reason, signal, limit, durationMs, usage);
  }

  /** The same end, with what is known of what it took. */
  public Exit taking(Optional<Usage> usage) {
    return new Exit(code, reason, signal, limit, durationMs, usage);
  }

  /** The same end, with the limit that made it fail. */
  public Exit within(Optional<Limit> limit) {
    return new Exit(code, reason, signal, limit, durationMs, usage);
  }
}
