package coordbfaas.pool;

import coordbfaas.auth.PoolClaim;
import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.WorkerCalls.Acquired;
import coordbfaas.pool.WorkerCalls.Call;
import coordbfaas.pool.WorkerCalls.CallFailed;
import coordbfaas.pool.WorkerCalls.Looked;
import coordbfaas.pool.WorkerCalls.Outcome;
import coordbfaas.pool.WorkerCalls.Released;
import coordbfaas.pool.WorkerCalls.Stopped;
import coordbfaas.pool.WorkerLease.LeaseNews;
import coordbfaas.pool.WorkerLease.NotRenewed;
import coordbfaas.pool.WorkerMachine.Allocate;
import coordbfaas.pool.WorkerMachine.CallAgain;
import coordbfaas.pool.WorkerMachine.Close;
import coordbfaas.pool.WorkerMachine.Command;
import coordbfaas.pool.WorkerMachine.Condemned;
import coordbfaas.pool.WorkerMachine.Due;
import coordbfaas.pool.WorkerMachine.Found;
import coordbfaas.pool.WorkerMachine.State;
import coordbfaas.pool.WorkerMachine.StepBack;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A {@link WorkerMachine} that exists under our name, but is not ours yet, or must become ours under another nonce.
 *
 * <pre>
 *   look ──nobody holds it──────────────────► acquire ──► ours: stopped, then cold; or destroyed
 *     │  ├─ an earlier instance ──► stop ──► release ──► look
 *     │  ├─ ourselves ──────────────────────► refresh ──► ours
 *     │  ├─ somebody ──► look again later
 *     │  └─ a later instance ──► it is none of our business
 *     └── 404 ──► gone
 * </pre>
 *
 * <p>It is stopped whatever was read, for whoever held it may have used it, and may have started it since. A failure says
 * nothing: the next look does. Until the lease is ours nothing is called but reads, and what turns out an earlier instance.
 */
final class WorkerReclaim {
  /** How often a machine is looked at that somebody holds, at most. */
  private static final Duration LOOK_PAUSE_MIN = Duration.ofSeconds(1);

  /**
   * What is known of the machine.
   *
   * @param id the machine's
   * @param before what it was while we held it; empty if this instance never did
   * @param doom why it is to be destroyed; empty if it is to be used
   * @param closing whether it is to be stopped and kept for the next instance
   * @param alarmed whether it was told that a stranger holds it
   * @param failures looks and calls in a row that led nowhere
   */
  private record Search(
      String id, Optional<HeldMachine> before, Optional<String> doom, boolean closing, boolean alarmed, int failures) {
    static Search of(String id, Optional<HeldMachine> before, Optional<String> doom) {
      return new Search(id, before, doom, false, false, 0);
    }

    Search doomed(String cause) {
      return new Search(id, before, doom.or(() -> Optional.of(cause)), closing, alarmed, failures);
    }

    /** What its metadata say outweighs any reason before. */
    Search condemned(String cause) {
      return new Search(id, before, Optional.of(cause), closing, alarmed, failures);
    }

    Search failed() {
      return new Search(id, before, doom, closing, alarmed, failures + 1);
    }

    Search closing(Close close) {
      return close.destroy() ? doomed("close") : new Search(id, before, doom, true, alarmed, failures);
    }

    Search withAlarm() {
      return new Search(id, before, doom, closing, true, failures);
    }
  }

  /**
   * What a look saw.
   *
   * @param theirs the nonce under which the machine is held; empty if nobody holds it
   * @param ours whether that is our own instance's
   */
  private record Sight(
      Machine machine, Optional<LeaseNonce> theirs, boolean ours, boolean outdated, boolean ofARival, Optional<Instant> made) {}

  private final WorkerContext worker;
  private final WorkerMachine machine;

  WorkerReclaim(WorkerContext worker, WorkerMachine machine) {
    this.worker = worker;
    this.machine = machine;
  }

  // ---- the states ----

  /** Waits for a look, or until it is time for one. */
  private Behavior<Command> looking(Search search) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Looked(var seen, var lease) -> looked(search, seen, lease);
      case CallFailed(var call, var failure) when call == Call.LOOK && worker.rules().isGone(failure) ->
          worker.end(State.CREATING, "gone");
      case CallFailed(var call, var failure) when call == Call.LOOK -> lookLater(search, call, failure);
      case CallAgain again             -> look(search);
      case Command other               -> meanwhile(search, other, this::looking);
    });
  }

  /** Waits for an acquire, or for a refresh of what is ours already. */
  private Behavior<Command> acquiring(Search search, Sight sight) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Acquired(var lease, var sent) when !sight.ours() || lease.nonce().equals(sight.theirs().orElseThrow()) ->
          owned(search, sight, lease.nonce(), sent);
      case Acquired(var lease, var sent) -> revived(search, lease.nonce());
      case CallFailed(var call, var failure) when call == Call.ACQUIRE -> lookLater(search, call, failure);
      case Command other -> meanwhile(search, other, changed -> acquiring(changed, sight));
    });
  }

  /** Stop was called under the nonce of an earlier instance; what it was running, nobody waits for. */
  private Behavior<Command> stoppingTheirs(Search search, Sight sight) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Stopped stopped -> release(search, sight.theirs().orElseThrow());
      case CallFailed(var call, var failure) when call == Call.STOP -> lookLater(search, call, failure);
      case Command other -> meanwhile(search, other, changed -> stoppingTheirs(changed, sight));
    });
  }

  /** Release was called: until it is known that it was done, it may be done at any time. */
  private Behavior<Command> releasing(Search search, LeaseNonce nonce) {
    return Behaviors.receiveMessage(message -> switch (message) {
      case Released released -> look(search);
      case NotRenewed(var asked, var failure) when asked.equals(nonce) && worker.rules().isLost(failure) ->
          look(failed(search)); // a renewal that was on its way found somebody else's lease
      case CallAgain again   -> release(search, nonce);
      case CallFailed(var call, var failure) when call == Call.RELEASE && worker.isUntold(failure) ->
          releaseLater(search, nonce, failure);
      case CallFailed(var call, var failure) when call == Call.RELEASE -> notReleased(search, failure);
      case Command other     -> meanwhile(search, other, changed -> releasing(changed, nonce));
    });
  }

  private interface Again {
    Behavior<Command> with(Search search);
  }

  private Behavior<Command> meanwhile(Search search, Command message, Again again) {
    return switch (message) {
      case StepBack later                  -> worker.stepBack(State.CREATING);
      case Close close                     -> again.with(search.closing(close));
      case Condemned(var of, var cause) when of.equals(search.id()) -> again.with(condemned(search, cause));
      case Found(var id) when !id.equals(search.id()) -> worker.end(State.CREATING, "another-has-the-name");
      case Allocate early                  -> worker.decline(early);
      case LeaseNews old                   -> Behaviors.same(); // of the lease that was given up
      case Outcome stale                   -> worker.late(State.CREATING, stale);
      case Due stale                       -> worker.late(State.CREATING, stale);
      case Command other                   -> Behaviors.same();
    };
  }

  // ---- the transitions ----

  /** Begins with a machine that this instance does not hold, for good or only to have it closed. */
  Behavior<Command> begin(String id, Optional<Close> closing) {
    var search = Search.of(id, Optional.empty(), Optional.empty());
    return begin(closing.map(search::closing).orElse(search));
  }

  /** Begins with a machine that is to be destroyed. */
  Behavior<Command> beginToDestroy(String id, String doom) {
    return begin(Search.of(id, Optional.empty(), Optional.of(doom)));
  }

  private Behavior<Command> begin(Search search) {
    worker.journal.transition(State.CREATING, State.CREATING, "name-taken id=" + search.id());
    worker.journal.report(search.doom().isPresent() ? Use.EXPIRED : Use.COMING, search.id());
    return look(search);
  }

  /** Gives a machine that is stopped and ours another nonce, so that calls which are still on their way are refused. */
  Behavior<Command> rotate(HeldMachine held) {
    worker.journal.transition(State.STOPPING, State.STOPPING, "rotate");
    worker.lease.isLeftToEnd();
    return release(Search.of(held.id(), Optional.of(held), held.doom()), worker.lease.nonce());
  }

  private Behavior<Command> look(Search search) {
    worker.calls.look(search.id());
    return looking(search);
  }

  private Behavior<Command> lookLater(Search search, Call call, MachinesFailure failure) {
    var failed = failed(search);
    worker.callLater(call, failure, failed.failures());
    return looking(failed);
  }

  private Search failed(Search search) {
    var failed = search.failed();
    if (failed.failures() >= WorkerContext.FAILURES_TO_STALL) worker.journal.stalls(search.id());
    return failed;
  }

  private Behavior<Command> looked(Search search, Machine seen, Optional<Lease> lease) {
    if (seen.state() == MachineState.DESTROYED || !seen.name().equals(worker.name.toString()))
      return worker.end(State.CREATING, "gone");
    var claim = MachineClaim.of(seen, worker.name, worker.with.claims());
    var judged = judged(search, seen, claim);
    var holder = worker.rules().holder(lease, claim, worker.with.instance());
    var sight = sight(seen, lease, claim, holder == WorkerRules.Holder.OURSELVES);
    return switch (holder) {
      case NONE      -> acquire(judged, sight);
      case OURSELVES -> adopt(judged, sight);
      case EARLIER   -> stopTheirs(judged, sight);
      case LATER     -> heldByLater(lease, claim);
      case UNKNOWN   -> waitForItsEnd(judged, lease.orElseThrow(), claim);
    };
  }

  private Sight sight(Machine seen, Optional<Lease> lease, MachineClaim claim, boolean ours) {
    var genuine = claim instanceof MachineClaim.Genuine(var told) ? Optional.of(told) : Optional.<PoolClaim>empty();
    var outdated = genuine.filter(told -> !told.image().equals(worker.with.settings().worker().image())).isPresent();
    var ofARival = worker.rules().isOfALivingRival(claim, worker.with.instance(), worker.with.old().contains(seen.id()));
    return new Sight(seen, lease.map(Lease::nonce), ours, outdated, ofARival, genuine.map(PoolClaim::created));
  }

  /** Whether what was seen lets the machine be used. */
  private Search judged(Search search, Machine seen, MachineClaim claim) {
    if (claim.doom().isPresent()) return condemned(search, claim.doom().get());
    if (!worker.rules().canBeReclaimed(seen.state())) return search.doomed("found-" + seen.state());
    return search;
  }

  private Search condemned(Search search, String cause) {
    worker.journal.condemned(search.id(), cause, search.doom());
    return search.condemned(cause);
  }

  private Behavior<Command> acquire(Search search, Sight sight) {
    worker.calls.acquire(search.id());
    return acquiring(search, sight);
  }

  private Behavior<Command> adopt(Search search, Sight sight) {
    worker.calls.adopt(search.id(), sight.theirs().orElseThrow());
    return acquiring(search, sight);
  }

  private Behavior<Command> stopTheirs(Search search, Sight sight) {
    worker.calls.stopTheirs(sight.machine(), sight.theirs().orElseThrow());
    return stoppingTheirs(search, sight);
  }

  private Behavior<Command> release(Search search, LeaseNonce nonce) {
    worker.calls.release(search.id(), nonce);
    return releasing(search, nonce);
  }

  private Behavior<Command> releaseLater(Search search, LeaseNonce nonce, MachinesFailure failure) {
    var failed = failed(search);
    worker.callLater(Call.RELEASE, failure, failed.failures());
    return releasing(failed, nonce);
  }

  /** Mostly there is no such lease any more, and the next look tells who can have the machine. */
  private Behavior<Command> notReleased(Search search, MachinesFailure failure) {
    var forGood = worker.rules().isRefused(failure) && !worker.rules().isLost(failure);
    return forGood ? lookLater(search, Call.RELEASE, failure) : look(failed(search));
  }

  /** What was ours had ended, and the refresh made a lease of its own. */
  private Behavior<Command> revived(Search search, LeaseNonce nonce) {
    worker.calls.discard(search.id(), nonce);
    worker.timer(CallAgain.class, new CallAgain(), LOOK_PAUSE_MIN);
    return looking(failed(search));
  }

  private Behavior<Command> heldByLater(Optional<Lease> lease, MachineClaim claim) {
    lease.flatMap(Lease::description).flatMap(Instance::parse)
        .or(() -> claim instanceof MachineClaim.Genuine genuine ? Optional.of(genuine.instance()) : Optional.empty())
        .ifPresent(worker.journal::heldByLater);
    return worker.end(State.CREATING, "held-by-later-instance");
  }

  private Behavior<Command> waitForItsEnd(Search search, Lease lease, MachineClaim claim) {
    if (search.closing()) return worker.end(State.CREATING, "closed");
    var alarming = isAlarming(search, lease, claim);
    if (alarming) worker.journal.alarm("held by somebody who does not say who it is, until " + lease.expiresAt(), search.id());
    worker.journal.report(Use.STALLED, search.id());
    var left = Duration.between(worker.now().wall(), lease.expiresAt());
    var most = worker.with.settings().ownership().probeTime();
    var pause = left.compareTo(most) < 0 ? left : most;
    worker.timer(CallAgain.class, new CallAgain(), pause.compareTo(LOOK_PAUSE_MIN) < 0 ? LOOK_PAUSE_MIN : pause);
    return looking((alarming ? search.withAlarm() : search).failed());
  }

  /** Whose maker we cannot know because the key was changed is replaced, and nobody need look into it. */
  private static boolean isAlarming(Search search, Lease lease, MachineClaim claim) {
    var keyChanged = claim instanceof MachineClaim.OfAnotherKey && lease.description().isEmpty();
    return !search.alarmed() && !keyChanged;
  }

  private Behavior<Command> owned(Search search, Sight sight, LeaseNonce nonce, Moment sent) {
    var age = sight.made().map(made -> Duration.between(made, sent.wall()))
        .filter(Duration::isPositive).orElse(Duration.ZERO); // its maker's clock may be ahead of ours
    worker.lease.begins(search.id(), nonce, sent, age);
    var found = search.before().orElseGet(() -> HeldMachine.found(sight.machine(), worker.journal.change(), sight.outdated()));
    var known = search.doom().map(found::doomed).orElse(found).withDoubt(sight.ours());
    var held = sight.ofARival() && search.before().isEmpty()
        ? known.meetingItsMaker(sent.plus(worker.with.settings().almostALease())) : known;
    if (held.doom().isPresent()) return machine.end.expire(State.CREATING, held, held.doom().get());
    return search.closing() ? machine.end.close(State.CREATING, held, false)
        : machine.end.stop(State.CREATING, held, "reclaimed");
  }
}
