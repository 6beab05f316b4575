package coordbfaas.localfly.rules;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** The machines as get and list tell them: as they are, or as they were a while ago. Remembers nothing unless it has to. */
final class Past {
  private record Moment(Instant at, Map<String, LocalMachine> machines) {}

  private final Map<String, LocalMachine> present;
  private final Deque<Moment> moments = new ArrayDeque<>();
  private Duration lag = Duration.ZERO;

  /** @param present what changes */
  Past(Map<String, LocalMachine> present) {
    this.present = present;
  }

  /** How far the reads are behind from now on. They do not go further back than to this instant. */
  void lag(Duration next, Instant now) {
    lag = next;
    moments.clear();
    remember(now);
  }

  /** When the reads of this instant see the machines. */
  Instant seen(Instant now) {
    return now.minus(lag);
  }

  /** To be called after every change. */
  void remember(Instant now) {
    if (lag.isZero()) return;
    forget(seen(now));
    var machines = new LinkedHashMap<String, LocalMachine>();
    present.forEach((id, machine) -> machines.put(id, machine.copy()));
    moments.add(new Moment(now, machines));
  }

  Map<String, LocalMachine> machines(Instant now) {
    if (lag.isZero()) return present;
    forget(seen(now));
    return moments.getFirst().machines();
  }

  /** Lets go of what was over by then. */
  private void forget(Instant seen) {
    while (moments.size() > 1 && isOver(moments.getFirst(), seen)) moments.removeFirst();
  }

  /** Whether another moment had begun. */
  private boolean isOver(Moment first, Instant seen) {
    return moments.stream().skip(1).findFirst().filter(next -> !next.at().isAfter(seen)).isPresent();
  }
}
