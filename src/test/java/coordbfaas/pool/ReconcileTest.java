package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.HostStatus;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.pool.Reconcile.Verdict;
import coordbfaas.pool.Reconcile.View;
import coordbfaas.pool.WorkerReport.Use;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each verdict with its reason, in the eyes of the pool c1 of three slots. What holds of all is {@link ReconcileLawsTest}'s. */
@DisplayName("What a list means to a pool")
class ReconcileTest {
  private static final Map<Integer, Long> NO_SUSPECTS = Map.of();

  @ParameterizedTest(name = "{0}, {1}, {2}: {3}, {4}")
  @CsvSource({
      // name,          state,      claim,           verdict,  reason
      "postgres,        STARTED,    none,            Keep,     no worker's name",
      "worker-c1,       STARTED,    none,            Keep,     no worker's name",
      "worker-c1-01,    STARTED,    none,            Keep,     no worker's name",
      "worker-c2-0,     STARTED,    genuine,         Clean,    another pool's",
      "worker-c2-0,     STOPPED,    none,            Clean,    another pool's",
      "worker-c1-1-0,   STARTED,    genuine,         Clean,    another pool's",
      "worker-c2-0,     DESTROYING, genuine,         Keep,     on its way out",
      "worker-c1-0,     DESTROYED,  none,            Keep,     on its way out",
      "worker-c1-0,     STARTED,    genuine,         Reclaim,  'ours, held by no actor'",
      "worker-c1-2,     SUSPENDED,  none,            Reclaim,  'ours, held by no actor'",
      "worker-c1-2,     STOPPED,    another key's,   Reclaim,  'ours, held by no actor'",
      "worker-c1-2,     UNKNOWN,    untold,          Reclaim,  'ours, held by no actor'",
      "worker-c1-3,     STOPPED,    genuine,         Surplus,  beyond the pool's size",
      "worker-c1-99999, STARTED,    none,            Surplus,  beyond the pool's size",
      "worker-c1-0,     STARTED,    of later,        OfLater,  its claim is of a later instance",
      "worker-c1-7,     STOPPED,    of later,        OfLater,  its claim is of a later instance",
      "worker-c2-0,     STARTED,    of later,        Clean,    another pool's"})
  void nobodyHolds(String name, MachineState state, String claim, String verdict, String reason) {
    judges(view(Map.of(), NO_SUSPECTS), machine(name, state, claim), verdict, reason);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}: {3}, {4}")
  @CsvSource({
      // its use,  state,         claim,          verdict,   reason
      "WARM,       STARTED,       genuine,        Keep,      as it should be",
      "WARM,       STARTING,      genuine,        Keep,      as it should be",
      "WARM,       STARTED,       untold,         Keep,      as it should be",
      "WARM,       UNKNOWN,       genuine,        Keep,      as it should be",
      "WARM,       STOPPED,       genuine,        Suspect,   not as it should be",
      "WARM,       SUSPENDED,     genuine,        Suspect,   not as it should be",
      "WARM,       FAILED,        genuine,        Suspect,   not as it should be",
      "COLD,       STOPPED,       genuine,        Keep,      as it should be",
      "COLD,       STOPPING,      genuine,        Keep,      as it should be",
      "COLD,       STARTED,       genuine,        Suspect,   not as it should be",
      "COLD,       SUSPENDED,     genuine,        Suspect,   not as it should be",
      "SUSPENDED,  SUSPENDED,     genuine,        Keep,      as it should be",
      "SUSPENDED,  STARTED,       genuine,        Keep,      as it should be",
      "SUSPENDED,  FAILED,        genuine,        Suspect,   not as it should be",
      "BUSY,       STARTED,       genuine,        Keep,      as it should be",
      "BUSY,       STOPPED,       genuine,        Keep,      as it should be",
      "BUSY,       FAILED,        genuine,        Keep,      as it should be",
      "BUSY,       SUSPENDED,     genuine,        Suspended, suspended while in use",
      "BUSY,       SUSPENDING,    genuine,        Suspended, suspended while in use",
      "COMING,     FAILED,        genuine,        Keep,      as it should be",
      "STALLED,    STOPPED,       genuine,        Keep,      as it should be",
      "WARM,       STARTED,       none,           Condemn,   tampered-with",
      "BUSY,       STARTED,       forged,         Condemn,   tampered-with",
      "COLD,       STOPPED,       another's,      Condemn,   tampered-with",
      "WARM,       STOPPED,       contradicted,   Condemn,   tampered-with",
      "SUSPENDED,  SUSPENDED,     another key's,  Condemn,   key-changed",
      "COMING,     CREATED,       none,           Condemn,   tampered-with",
      "EXPIRED,    STARTED,       none,           Keep,      being destroyed",
      "EXPIRED,    SUSPENDED,     genuine,        Keep,      being destroyed",
      "WARM,       DESTROYING,    none,           Keep,      on its way out",
      "WARM,       STARTED,       of later,       OfLater,   its claim is of a later instance"})
  void itsActorHolds(Use use, MachineState state, String claim, String verdict, String reason) {
    var held = Map.of(0, new Reconcile.Held(Optional.of("m1"), use, 5));
    judges(view(held, NO_SUSPECTS), machine("worker-c1-0", state, claim), verdict, reason);
  }

  @ParameterizedTest(name = "change {0}, suspected at {1}: {2}")
  @CsvSource({
      "5, 5, Drift,   'not as it should be, twice'",
      "6, 5, Suspect, not as it should be",
      "5, 6, Suspect, not as it should be"})
  void aStrangeStateCountsWhenItIsSeenTwiceWithoutAChangeBetween(long change, long suspectedAt, String verdict, String reason) {
    var held = Map.of(0, new Reconcile.Held(Optional.of("m1"), Use.WARM, change));
    judges(view(held, Map.of(0, suspectedAt)), machine("worker-c1-0", MachineState.STOPPED, "genuine"), verdict, reason);
  }

  @Test
  void aStrangeStateOfAMachineWhoseHostCannotBeAskedIsNewsFromBefore() {
    var held = Map.of(0, new Reconcile.Held(Optional.of("m1"), Use.WARM, 5));
    var told = machine("worker-c1-0", MachineState.STOPPED, "untold");
    var unreachable = new Machine(
        told.id(), told.name(), told.state(), told.instanceId(), told.nonce(), HostStatus.UNREACHABLE, told.config());
    judges(view(held, Map.of(0, 5L)), unreachable, "Keep", "its host cannot be asked");
  }

  @Test
  void aMachineMayHaveTheNameOfOneThatIsBeingMade() {
    var held = Map.of(0, new Reconcile.Held(Optional.empty(), Use.COMING, 1));
    var machine = machine("worker-c1-0", MachineState.STARTED, "genuine");
    judges(view(held, NO_SUSPECTS), machine, "NameTaken", "has the name of a new one");
  }

  @Test
  void aMachineMayHaveTheNameOfAnotherThatIsHeld() {
    var held = Map.of(0, new Reconcile.Held(Optional.of("m2"), Use.WARM, 3));
    var machine = machine("worker-c1-0", MachineState.STARTED, "genuine");
    assertThat(Reconcile.verdicts(view(held, NO_SUSPECTS), List.of(machine), PlainClaims.OURS)).containsExactly(
        new Reconcile.Keep("m1", "its slot is another machine's"), new Reconcile.Missing(0, 3, "not in the list"));
  }

  @Test
  void aMachineThatIsHeldMayBeMissing() {
    var held = Map.of(
        0, new Reconcile.Held(Optional.of("m2"), Use.COLD, 3), 1, new Reconcile.Held(Optional.empty(), Use.COMING, 1));
    assertThat(Reconcile.verdicts(view(held, NO_SUSPECTS), List.of(), PlainClaims.OURS))
        .containsExactly(new Reconcile.Missing(0, 3, "not in the list"));
  }

  @Test
  void suspectsAreThoseOfTheLastListAlone() {
    List<Verdict> verdicts = List.of(new Reconcile.Suspect(2, 7, "x"), new Reconcile.Drift(1, 4, MachineState.STOPPED, "x"),
        new Reconcile.Keep("m1", "x"));
    assertThat(Reconcile.suspects(verdicts)).isEqualTo(Map.of(2, 7L));
  }

  private static void judges(View view, Machine machine, String verdict, String reason) {
    assertThat(Reconcile.verdicts(view, List.of(machine), PlainClaims.OURS)).singleElement().satisfies(judged -> {
      assertThat(judged.getClass().getSimpleName()).isEqualTo(verdict);
      assertThat(judged.reason()).isEqualTo(reason);
    });
  }

  private static View view(Map<Integer, Reconcile.Held> held, Map<Integer, Long> suspects) {
    return new View(ListedMachine.SELF, 3, held, suspects);
  }

  private static Machine machine(String name, MachineState state, String claim) {
    return ListedMachine.of("m1", name, state, claim);
  }
}
