package coordbfaas.pool;

import org.apache.pekko.actor.typed.Behavior;

/** What is wrong with the pools of a story: nothing, or one bug that was put in. */
interface ClusterPlant {
  ClusterPlant NONE = new ClusterPlant() {};

  default WorkerRules rules() {
    return new WorkerRules();
  }

  default Behavior<PoolSupervisor.Command> around(Behavior<PoolSupervisor.Command> pool) {
    return pool;
  }
}
