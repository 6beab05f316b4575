package coordbfaas.pool;

import coordbfaas.auth.KeyPair;
import coordbfaas.auth.PoolClaim;
import coordbfaas.auth.SignedClaims;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How long the judgement of 10,000 listed machines takes, of which some are the pool's own and bear real claims. To be run by
 * hand; nothing is asserted. The first judgement checks each signature; the next ones remember what was read.
 */
final class ReconcileBench {
  private static final int MACHINES = 10_000;
  private static final int REPEATS = 20;
  private static final Instance SELF = new Instance("c1", 2, "bb");

  private ReconcileBench() {}

  public static void main(String[] none) {
    var keys = KeyPair.generate();
    for (var own : new int[] {4, 100, 4_000, MACHINES}) {
      var machines = machines(own, SignedClaims.of(keys));
      var view = view(own);
      var fresh = SignedClaims.of(keys);
      var first = millis(view, machines, fresh);
      var next = IntStream.range(0, REPEATS).mapToDouble(repeat -> millis(view, machines, fresh)).sorted().toArray();
      System.out.printf("%d machines, %d of them our own: first %.1f ms, then %.1f ms (median of %d)%n",
          MACHINES, own, first, next[REPEATS / 2], REPEATS);
    }
  }

  private static double millis(Reconcile.View view, List<Machine> machines, SignedClaims claims) {
    var before = System.nanoTime();
    var verdicts = Reconcile.verdicts(view, machines, claims);
    var millis = (System.nanoTime() - before) / 1e6;
    if (verdicts.size() != MACHINES)
      throw new IllegalStateException("verdicts: " + verdicts.size() + " (expected: " + MACHINES + ")");
    return millis;
  }

  private static Reconcile.View view(int own) {
    var held = new HashMap<Integer, Reconcile.Held>();
    for (var slot = 0; slot < own; slot++) held.put(slot, new Reconcile.Held(Optional.of("m" + slot), Use.WARM, 7));
    return new Reconcile.View(SELF, own, held, Map.of());
  }

  private static List<Machine> machines(int own, SignedClaims claims) {
    return IntStream.range(0, MACHINES)
        .mapToObj(number -> number < own ? machine("worker-c1-" + number, number, claims) : others(number)).toList();
  }

  private static Machine machine(String name, int number, SignedClaims claims) {
    var claim = new PoolClaim(name, "c1", "registry.example/w:1", 1, "aa", Instant.EPOCH);
    return new Machine("m" + number, name, MachineState.STARTED, "01H", Optional.empty(),
        Optional.of(new Machine.Config(claim.image(), MachineClaim.metadata(claim, claims))));
  }

  private static Machine others(int number) {
    return new Machine("m" + number, "worker-others-" + number, MachineState.STARTED, "01H", Optional.empty(),
        Optional.of(new Machine.Config("registry.example/w:1", Map.of("pool_id", "x", "pool_claim", "unread"))));
  }
}
