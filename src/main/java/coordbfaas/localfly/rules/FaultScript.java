package coordbfaas.localfly.rules;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** What goes wrong next: the faults, each under a number, and the fate that they give to each call. */
public final class FaultScript {
  /**
   * A fault that goes on.
   *
   * @param left calls that it will yet befall; empty for all
   * @param until when it is over; empty for as long as it is not removed
   */
  public record Going(long number, Fault fault, Optional<Integer> left, Optional<Instant> until) {
    private boolean isOver(Instant now) {
      return left.filter(more -> more < 1).isPresent() || until.filter(end -> !now.isBefore(end)).isPresent();
    }

    private Going once() {
      return new Going(number, fault, left.map(more -> more - 1), until);
    }
  }

  private final RandomGenerator random;
  private final Map<Long, Going> faults = new TreeMap<>();
  private long numbers;

  FaultScript(RandomGenerator random) {
    this.random = random;
  }

  /** Begins a fault; returns its number. */
  public long add(Fault fault, Instant now) {
    var limits = fault.limits();
    faults.put(++numbers, new Going(numbers, fault, limits.times(), limits.lasts().map(now::plus)));
    return numbers;
  }

  public void addAll(Collection<Fault> more, Instant now) {
    more.forEach(fault -> add(fault, now));
  }

  /** Ends a fault; tells whether it went on. */
  public boolean remove(long number) {
    return faults.remove(number) != null;
  }

  public void clear() {
    faults.clear();
  }

  /** The faults that go on, the oldest first. */
  public List<Going> going(Instant now) {
    faults.values().removeIf(going -> going.isOver(now));
    return List.copyOf(faults.values());
  }

  /** The fate of a call that is sent now: given by the oldest fault that befalls it, which is used up by one. */
  CallFate fate(ApiCall call, Instant now) {
    if (faults.isEmpty()) return CallFate.USUAL;
    return going(now).stream().filter(going -> befalls(going.fault(), call)).findFirst().map(going -> {
      faults.put(going.number(), going.once());
      return going.fault().harm().fate(call.action(), random);
    }).orElse(CallFate.USUAL);
  }

  private boolean befalls(Fault fault, ApiCall call) {
    var chance = fault.limits().chance();
    return fault.calls().include(call) && (chance >= 1 || random.nextDouble() < chance);
  }
}
