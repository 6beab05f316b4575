package coordbfaas.coord;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.End;
import coordbfaas.facts.Observer;
import coordbfaas.pool.PoolSupervisor;
import coordbfaas.wire.Exit;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringJoiner;

/**
 * How long the parts of one request took, for its answer and for whoever watches, who is told of its end once.
 *
 * <p>Queue: from its acceptance to the grant, or to its end without one. First byte: from the grant to the worker's answer. Run:
 * from there to the run's end.
 */
final class RunJournal {
  private static final double NANOS_IN_A_MILLI = 1e6;

  private final RunOrder order;
  private final Observer observer;
  private Optional<String> machine = Optional.empty();
  private long grantedNanos;
  private Optional<Long> beganNanos = Optional.empty();
  private boolean told;

  RunJournal(RunOrder order, Observer observer) {
    this.order = order;
    this.observer = observer;
  }

  /** @param id of the machine */
  void granted(String id) {
    machine = Optional.of(id);
    grantedNanos = System.nanoTime();
  }

  /** The id of the machine that was granted; empty before. */
  Optional<String> machine() {
    return machine;
  }

  /** The worker's answer has begun. */
  void began() {
    beganNanos = Optional.of(System.nanoTime());
  }

  /** The run is over. */
  void over(Exit exit) {
    var end = switch (exit.reason()) {
      case EXITED       -> End.EXITED;
      case SIGNALED     -> End.SIGNALED;
      case DEADLINE     -> End.DEADLINE;
      case OUTPUT_LIMIT -> End.OUTPUT_LIMIT;
      case WORKER_LOST  -> End.WORKER_LOST;
    };
    tell(end, OptionalInt.of(exit.code()));
  }

  /** There was no run. */
  void refused(PoolSupervisor.Reason reason) {
    failed(switch (reason) {
      case NOT_IDLE        -> End.NOT_IDLE;
      case QUEUE_FULL      -> End.QUEUE_FULL;
      case QUEUE_TIME_OVER -> End.QUEUE_TIME_OVER;
      case CLOSING         -> End.CLOSING;
      case REPLACED        -> End.REPLACED;
    });
  }

  /** It ended without an exit, unless its end was told before. */
  void failed(End end) {
    tell(end, OptionalInt.empty());
  }

  private void tell(End end, OptionalInt code) {
    if (told) return;
    told = true;
    var now = System.nanoTime();
    observer.saw(new Fact.RequestEnded(order.run(), machine, end, code, Duration.ofNanos(queueNanos(now)),
        beganNanos.map(began -> Duration.ofNanos(began - grantedNanos)),
        beganNanos.map(began -> Duration.ofNanos(now - began))));
  }

  /**
   * What is known now, for a {@code Server-Timing} header: {@code queue;dur=0.2, first-byte;dur=4.1}, in milliseconds.
   *
   * @see <a href="https://www.w3.org/TR/server-timing/">W3C: Server Timing</a>
   */
  String serverTiming() {
    var now = System.nanoTime();
    var parts = new StringJoiner(", ").add(part("queue", queueNanos(now)));
    if (machine.isPresent()) parts.add(part("first-byte", beganNanos.orElse(now) - grantedNanos));
    return parts.toString();
  }

  private long queueNanos(long now) {
    return (machine.isPresent() ? grantedNanos : now) - order.acceptedNanos();
  }

  /** Tenths, without the locale's own idea of a decimal point. */
  private static String part(String name, long nanos) {
    return name + ";dur=" + Math.round(nanos / NANOS_IN_A_MILLI * 10) / 10.0;
  }
}
