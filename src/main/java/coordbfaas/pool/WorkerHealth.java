package coordbfaas.pool;

import java.util.Objects;
import java.util.concurrent.CompletionStage;

/** Asks a worker whether a run would go at full speed. */
public interface WorkerHealth {
  /**
   * A worker's answer.
   *
   * @param machine the id that it goes by
   * @param boot random for each boot of its server
   */
  record Healthy(String machine, String boot) {
    public Healthy {
      Objects.requireNonNull(machine, "machine");
      Objects.requireNonNull(boot, "boot");
    }
  }

  /** Asks the worker on a machine; fails, for whatever reason, as long as it is not ready. */
  CompletionStage<Healthy> check(String machineId);

  /** The worker will be stopped or suspended: what is kept of it for its run is of no use any more. */
  default void forget(String machineId) {}
}
