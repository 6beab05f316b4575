package coordbfaas.pool;

import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.pool.PoolSupervisor.Command;
import coordbfaas.pool.PoolSupervisor.Told;
import coordbfaas.pool.WorkerReport.Became;
import coordbfaas.pool.WorkerReport.Use;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * What the pools make of lists. No machine is let go of because it was not in a list, or thrown away because two saw it in a
 * strange state, unless they were asked for since it came into its present use: what an older one tells is of the use before,
 * and the machine may be as good as any. One whose lease ends before it is destroyed comes back for that alone.
 */
final class ClusterVerdicts {
  private record Slot(SimPool pool, int number) {}

  private record Doomed(SimPool pool, String machine) {}

  /** Hears what the machines of a pool tell it, when it does. */
  private final class Ear extends BehaviorInterceptor<Command, Command> {
    private final SimPool pool;

    Ear(SimPool pool) {
      super(Command.class);
      this.pool = pool;
    }

    @Override
    public Behavior<Command> aroundReceive(TypedActorContext<Command> context, Command message, ReceiveTarget<Command> receiver) {
      if (message instanceof Told(Became news)) hears(pool, news);
      return receiver.apply(context, message);
    }
  }

  private final ClusterJudge judge;
  private final Map<SimPool, Long> lists = new HashMap<>();
  private final Map<Slot, Long> listsBefore = new HashMap<>();
  private final Set<Doomed> doomed = new HashSet<>();

  ClusterVerdicts(ClusterJudge judge) {
    this.judge = judge;
  }

  Behavior<Command> around(SimPool pool, Behavior<Command> behavior) {
    return Behaviors.intercept(() -> new Ear(pool), behavior);
  }

  void sends(SimPool pool, ApiCall call) {
    if (call.action() == Action.LIST) lists.merge(pool, 1L, Long::sum);
  }

  private void hears(SimPool pool, Became news) {
    var asked = lists.getOrDefault(pool, 0L);
    var before = listsBefore.put(new Slot(pool, news.slot()), asked);
    if (news.use() != Use.EXPIRED || before == null) return;
    if (!doomed.add(new Doomed(pool, news.machine().orElseThrow()))) return;
    if (asked - before < listsNeeded(news.cause())) judge.broken(6, pool + " threw away " + news.machine().orElseThrow()
        + " for what lists told of it before its present use: " + news.cause());
  }

  private static int listsNeeded(String cause) {
    return cause.equals("missing") ? 1 : cause.startsWith("drifted") ? 2 : 0;
  }
}
