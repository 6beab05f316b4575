package coordbfaas.pool;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Observer;
import coordbfaas.machines.Lease;
import coordbfaas.machines.MachinesApi;
import coordbfaas.machines.MachinesFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Destroys the machines of pools whose coordinators are gone: those whose lease has ended. The delete bears no nonce, so that
 * the API itself refuses it if a lease came in between; to lose that race is no error, and an error proves nothing.
 */
final class PoolCleaner extends AbstractMatchingBehavior<PoolCleaner.Command> {
  sealed interface Command {}

  /** Looks at a machine of another pool, unless it is about to. */
  record Look(String machine, String name) implements Command {}

  private record LeaseRead(Look look, Optional<Lease> lease) implements Command {}

  private record Failed(Look look, MachinesFailure failure) implements Command {}

  private record Destroyed(Look look) implements Command {}

  /** Looks at a time. */
  private static final int AT_A_TIME = 8;

  static Behavior<Command> create(MachinesApi machines, WorkerRules rules, Observer observer) {
    return Behaviors.setup(context -> new PoolCleaner(context, machines, rules, observer));
  }

  private final MachinesApi machines;
  private final WorkerRules rules;
  private final Observer observer;
  private final Deque<Look> waiting = new ArrayDeque<>();
  private final Set<String> known = new HashSet<>();
  private int open;

  private PoolCleaner(ActorContext<Command> context, MachinesApi machines, WorkerRules rules, Observer observer) {
    super(context);
    this.machines = machines;
    this.rules = rules;
    this.observer = observer;
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Look look -> {
        if (known.add(look.machine())) waiting.add(look);
      }
      case LeaseRead(var look, var lease) when rules.isOrphan(lease) -> destroy(look);
      case LeaseRead(var look, var held) -> over(look);
      case Destroyed(var look) -> {
        getContext().getLog().info("orphan destroyed machine={} id={}", look.name(), look.machine());
        observer.saw(new Fact.OrphanDestroyed(look.name()));
        over(look);
      }
      case Failed(var look, var failure) -> {
        getContext().getLog().debug("orphan kept machine={} id={} cause={}", look.name(), look.machine(), failure.getMessage());
        over(look);
      }
    }
    while (open < AT_A_TIME && !waiting.isEmpty()) readLease(waiting.remove());
    return this;
  }

  private void readLease(Look look) {
    open++;
    getContext().pipeToSelf(machines.lease(look.machine()), (lease, failure) ->
        failure == null ? new LeaseRead(look, lease) : new Failed(look, MachinesFailure.of(failure)));
  }

  private void destroy(Look look) {
    getContext().pipeToSelf(machines.destroyUnleased(look.machine()), (done, failure) ->
        failure == null ? new Destroyed(look) : new Failed(look, MachinesFailure.of(failure)));
  }

  private void over(Look look) {
    open--;
    known.remove(look.machine());
  }
}
