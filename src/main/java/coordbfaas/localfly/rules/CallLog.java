package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.CallFate.Ending;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What was called, what came of it, and what was run, in the order in which it happened. Never a body, never a nonce: leases
 * are told by their numbers.
 *
 * <p>It is bounded: the oldest entries are dropped, and counted. A {@link Judge} sees every entry before that.
 */
public final class CallLog {
  /** Something that happened at an instant. */
  public sealed interface Entry {
    Instant at();
  }

  /**
   * A call was sent.
   *
   * @param machine its id; empty for calls on the app
   * @param caller who says to have sent it; empty if nobody does
   * @param arrives when it will arrive; empty if it is lost on its way
   */
  public record Sent(Instant at, long call, Action action, String app, String machine, String caller,
      Optional<Instant> arrives) implements Entry {}

  /**
   * A call arrived. Its effects follow.
   *
   * @param lease the number of the lease whose nonce it bears; 0 if that is unknown, empty if it bears none
   * @param status of the answer; empty for a wait that goes on
   * @param carriedOut whether Fly's rules were asked, which a fault or a rate limit spares them
   */
  public record Arrived(Instant at, long call, Action action, String machine, OptionalLong lease, OptionalInt status,
      boolean carriedOut) implements Entry {}

  /** A machine came into being. */
  public record Created(Instant at, String app, String machine, String name) implements Entry {}

  /** Fly's rules wanted this done. */
  public record Happened(Instant at, Effect effect) implements Entry {}

  /**
   * A call's answer was given.
   *
   * @param told when the caller gets it, or sees its connection cut
   * @param ending whether it gets it
   */
  public record Answered(Instant at, long call, int status, Instant told, Ending ending) implements Entry {}

  /** Flycast passed a run to a machine's basher. */
  public record RunPassed(Instant at, String machine, long boot) implements Entry {}

  /** A basher began to answer a run. */
  public record RunAnswered(Instant at, String machine, long boot, int status) implements Entry {}

  /** Nobody knows whether a basher took a run: its connection was made, and gave no answer. */
  public record RunLost(Instant at, String machine, long boot) implements Entry {}

  private final int entriesMax;
  private final Judge judge = new Judge();
  private final Deque<Entry> entries = new ArrayDeque<>();
  private long dropped;

  /** @param entriesMax how many are kept; 0 keeps none and judges none */
  CallLog(int entriesMax) {
    this.entriesMax = entriesMax;
  }

  boolean isKept() {
    return entriesMax > 0;
  }

  void add(Entry entry) {
    judge.see(entry);
    entries.addLast(entry);
    if (entries.size() <= entriesMax) return;
    entries.removeFirst();
    dropped++;
  }

  /** The entries that are left, the oldest first. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** How many entries came before those that are left. */
  public long dropped() {
    return dropped;
  }

  public Judge judge() {
    return judge;
  }
}
