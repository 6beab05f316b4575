package coordbfaas.pool;

import coordbfaas.auth.KeyPair;
import coordbfaas.auth.PoolClaim;
import coordbfaas.auth.PoolClaims;
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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The judgement of a list of machines, half of them our own with real claims, whose signatures were checked before. */
@State(Scope.Benchmark)
public class ReconcileBenchmark {
  private static final Instance SELF = new Instance("c1", 2, "bb");

  @Param({"10", "1000", "10000"})
  int machines;

  private Reconcile.View view;
  private List<Machine> listed;
  private PoolClaims claims;

  @Setup
  public void list() {
    claims = SignedClaims.of(KeyPair.generate());
    var own = machines / 2;
    listed = IntStream.range(0, machines).mapToObj(number -> number < own ? machine(number) : others(number)).toList();
    var held = new HashMap<Integer, Reconcile.Held>();
    for (var slot = 0; slot < own; slot++) held.put(slot, new Reconcile.Held(Optional.of("m" + slot), Use.WARM, 7));
    view = new Reconcile.View(SELF, own, held, Map.of());
  }

  @Benchmark
  public Object reconcile() {
    return Reconcile.verdicts(view, listed, claims);
  }

  private Machine machine(int number) {
    var name = "worker-c1-" + number;
    var claim = new PoolClaim(name, "c1", "registry.example/w:1", 1, "aa", Instant.EPOCH);
    return new Machine("m" + number, name, MachineState.STARTED, "01H", Optional.empty(),
        Optional.of(new Machine.Config(claim.image(), MachineClaim.metadata(claim, claims))));
  }

  private static Machine others(int number) {
    return new Machine("m" + number, "worker-others-" + number, MachineState.STARTED, "01H", Optional.empty(),
        Optional.of(new Machine.Config("registry.example/w:1", Map.of("pool_id", "x", "pool_claim", "unread"))));
  }
}
