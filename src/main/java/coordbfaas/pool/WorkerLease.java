package coordbfaas.pool;

import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.State;
import java.time.Duration;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The lease of one {@link WorkerMachine}: until when it holds, by our own clocks, and its renewal, which goes on in every state.
 *
 * <p>It ends when its last renewal was sent plus its time, whatever Fly says: a lease that ends here ends there later.
 */
final class WorkerLease {
  /** What happens to the lease. */
  sealed interface LeaseNews extends Command {}

  record RenewalDue() implements LeaseNews {}

  record Renewed(LeaseNonce asked, Lease answer, Moment sent) implements LeaseNews {}

  record NotRenewed(LeaseNonce asked, MachinesFailure failure) implements LeaseNews {}

  record LeaseOver() implements LeaseNews {}

  /** The machine was ours for as long as it may be. */
  record UseEnds() implements WorkerMachine.Due {}

  private static final Duration RENEWAL_PAUSE_MIN = Duration.ofMillis(500);
  private static final Backoff AGAIN = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(5));

  /** Machines that were made together do not end together: the last eighth of their time is left to chance. */
  private static final int SPREAD = 8;

  private final WorkerContext worker;
  private String machine = "";
  private LeaseNonce nonce = new LeaseNonce("none");
  private Moment end;
  private Moment useEnd;
  private boolean renewing;
  private int failures;

  WorkerLease(WorkerContext worker) {
    this.worker = worker;
  }

  /**
   * A lease begins.
   *
   * @param sent when it was asked for
   * @param age of the machine then; 0 for a new one
   */
  void begins(String machine, LeaseNonce nonce, Moment sent, Duration age) {
    this.machine = machine;
    this.nonce = nonce;
    this.renewing = ownership().renew();
    this.failures = 0;
    holdsFrom(sent);
    worker.journal.leaseHeld(end.wall(), false);
    var life = renewing ? ownership().maxAge() : ownership().leaseTtl().minus(worker.with.settings().leaseReserve());
    var use = life.minus(age);
    var spread = use.isPositive() ? worker.with.random().nextLong(use.toMillis() / SPREAD + 1) : 0;
    useEnd = sent.plus(use.minusMillis(spread));
    worker.timer(UseEnds.class, new UseEnds(), useEnd.from(worker.now()));
  }

  LeaseNonce nonce() {
    return nonce;
  }

  /** Whether it is over by our clocks: from then on the machine is not ours, and no call is made. */
  boolean isOver() {
    return worker.rules().isOver(end, worker.now());
  }

  /** Whether the machine may not be used any more, even if the lease goes on. */
  boolean useIsOver() {
    return useEnd.hasCome(worker.now());
  }

  /** How much of it is left. */
  Duration left() {
    return end.from(worker.now());
  }

  /** Whether so much of it is left. */
  boolean leaves(Duration time) {
    return left().compareTo(time) >= 0;
  }

  /** Whether there will be more of it than there is. */
  boolean isRenewed() {
    return renewing && !useIsOver();
  }

  void renewNow() {
    if (isRenewed()) worker.timer(RenewalDue.class, new RenewalDue(), Duration.ZERO);
  }

  /** From now on it ends by itself. */
  void isLeftToEnd() {
    renewing = false;
    worker.timers.cancel(RenewalDue.class);
  }

  /** What the states do with news of the lease: all the same. */
  Behavior<Command> hear(LeaseNews news, State state, HeldMachine held) {
    return switch (news) {
      case RenewalDue due -> renew(state, held);
      case Renewed(var asked, var answer, var sent) when asked.equals(nonce) -> renewed(answer, sent, state, held);
      case Renewed stale -> Behaviors.same();
      case NotRenewed(var asked, var failure) when asked.equals(nonce) -> notRenewed(failure, state, held);
      case NotRenewed stale -> Behaviors.same();
      case LeaseOver over when isOver() -> worker.lost(state, held, "lease-over");
      case LeaseOver early -> stays();
    };
  }

  private Behavior<Command> renew(State state, HeldMachine held) {
    if (isOver()) return worker.lost(state, held, "lease-over");
    if (!renewing) return Behaviors.same();
    var sent = worker.now();
    var asked = nonce;
    worker.context.pipeToSelf(worker.calls.renew(machine, this), (lease, failure) ->
        failure == null ? new Renewed(asked, lease, sent) : new NotRenewed(asked, MachinesFailure.of(failure)));
    return Behaviors.same();
  }

  private Behavior<Command> renewed(Lease answer, Moment sent, State state, HeldMachine held) {
    if (!worker.rules().isSameLease(nonce, answer.nonce())) {
      worker.calls.discard(machine, answer.nonce());
      return worker.lost(state, held, "lease-lost");
    }
    failures = 0;
    holdsFrom(sent);
    worker.journal.leaseHeld(end.wall(), true);
    return Behaviors.same();
  }

  private Behavior<Command> notRenewed(MachinesFailure failure, State state, HeldMachine held) {
    if (worker.rules().isLost(failure) || worker.rules().isGone(failure)) return worker.lost(state, held, "lease-lost");
    worker.timer(RenewalDue.class, new RenewalDue(), worker.laterBy(WorkerCalls.Call.ACQUIRE, failure, ++failures, AGAIN));
    return Behaviors.same();
  }

  private void holdsFrom(Moment sent) {
    end = sent.plus(ownership().leaseTtl());
    stays();
    if (renewing) worker.timer(RenewalDue.class, new RenewalDue(), sent.plus(pause()).from(worker.now()));
  }

  private Behavior<Command> stays() {
    worker.timer(LeaseOver.class, new LeaseOver(), end.from(worker.now()));
    return Behaviors.same();
  }

  /** Half of its time; sooner if less of it would be left then than a request needs. */
  private Duration pause() {
    var half = ownership().leaseTtl().dividedBy(2);
    var reserve = worker.with.settings().leaseReserve();
    var pause = half.compareTo(reserve) > 0 ? half : ownership().leaseTtl().minus(reserve).dividedBy(2);
    return pause.compareTo(RENEWAL_PAUSE_MIN) < 0 ? RENEWAL_PAUSE_MIN : pause;
  }

  private PoolSettings.Ownership ownership() {
    return worker.with.settings().ownership();
  }
}
