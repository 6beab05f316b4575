package coordbfaas.pool;

import coordbfaas.auth.PoolClaims;
import coordbfaas.machines.Lease;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachinesApi;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * The first look of a coordinator at its app: what is there, and which epochs of its own pool there were. Fails if any part of
 * it cannot be read: an error proves nothing.
 *
 * @param machines all machines of the app
 * @param epoch the latest of the pool that was seen; 0 if there was none
 */
record Opening(List<Machine> machines, long epoch) {
  private static final int LEASES_AT_A_TIME = 32;

  /** The ids of the machines that are there. */
  Set<String> ids() {
    return machines.stream().map(Machine::id).collect(Collectors.toSet());
  }

  static CompletionStage<Opening> of(String pool, MachinesApi api, PoolClaims claims) {
    return api.list().thenCompose(machines -> {
      var ours = machines.stream().filter(machine -> isOurs(machine, pool)).toList();
      return latest(ours, 0, pool, api, claims).thenApply(epoch -> new Opening(machines, epoch));
    });
  }

  /** The latest epoch of some machines, or one that is later: a few leases are read at a time. */
  private static CompletionStage<Long> latest(
      List<Machine> machines, long seen, String pool, MachinesApi api, PoolClaims claims) {
    if (machines.isEmpty()) return CompletableFuture.completedStage(seen);
    var first = machines.subList(0, Math.min(LEASES_AT_A_TIME, machines.size()));
    var epochs = first.stream()
        .map(machine -> api.lease(machine.id()).thenApply(lease -> epoch(machine, lease, pool, claims)).toCompletableFuture())
        .toList();
    return CompletableFuture.allOf(epochs.toArray(CompletableFuture[]::new)).thenCompose(read -> {
      var latest = Math.max(seen, epochs.stream().mapToLong(CompletableFuture::join).max().orElse(seen));
      return latest(machines.subList(first.size(), machines.size()), latest, pool, api, claims);
    });
  }

  private static boolean isOurs(Machine machine, String pool) {
    return WorkerName.parse(machine.name()).filter(name -> name.pool().equals(pool)).isPresent();
  }

  private static long epoch(Machine machine, Optional<Lease> lease, String pool, PoolClaims claims) {
    var held = lease.flatMap(Lease::description).flatMap(Instance::parse)
        .filter(instance -> instance.pool().equals(pool)).map(Instance::epoch).orElse(0L);
    var made = WorkerName.parse(machine.name()).map(name -> MachineClaim.of(machine, name, claims)).orElseThrow()
        instanceof MachineClaim.Genuine genuine ? genuine.claim().epoch() : 0;
    return Math.max(held, made);
  }
}
