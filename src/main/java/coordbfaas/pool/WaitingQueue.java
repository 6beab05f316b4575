package coordbfaas.pool;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Observer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** The requests that wait for a machine, first come first served. */
final class WaitingQueue {
  private final List<Waiter> waiting = new ArrayList<>();
  private final Observer observer;

  /** @param observer hears of each change of its length */
  WaitingQueue(Observer observer) {
    this.observer = observer;
  }

  int size() {
    return waiting.size();
  }

  void add(Waiter waiter) {
    waiting.addLast(waiter);
    changed();
  }

  /** Puts back a request that a machine declined, before those who came later. */
  void putBack(Waiter waiter) {
    var place = 0;
    while (place < waiting.size() && waiting.get(place).since().isBefore(waiter.since())) place++;
    waiting.add(place, waiter);
    changed();
  }

  Waiter next() {
    var next = waiting.removeFirst();
    changed();
    return next;
  }

  /** Takes a request out, wherever it waits. */
  Optional<Waiter> remove(ActorRef<?> requester) {
    var place = place(requester);
    if (place < 0) return Optional.empty();
    var removed = waiting.remove(place);
    changed();
    return Optional.of(removed);
  }

  /** How many wait before a request; -1 if it does not wait. */
  int place(ActorRef<?> requester) {
    for (var place = 0; place < waiting.size(); place++) if (waiting.get(place).requester().equals(requester)) return place;
    return -1;
  }

  /** The requests that came at an instant or before, but for some at the head of the queue. */
  List<Waiter> overdue(Instant since, int spared) {
    return waiting.stream().skip(spared).filter(waiter -> !waiter.since().isAfter(since)).toList();
  }

  /** Empties the queue. */
  List<Waiter> removeAll() {
    var all = List.copyOf(waiting);
    waiting.clear();
    changed();
    return all;
  }

  private void changed() {
    observer.saw(new Fact.Waiting(waiting.size()));
  }
}
