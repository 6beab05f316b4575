package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.HostStatus;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.pool.Reconcile.Clean;
import coordbfaas.pool.Reconcile.Condemn;
import coordbfaas.pool.Reconcile.Drift;
import coordbfaas.pool.Reconcile.Held;
import coordbfaas.pool.Reconcile.Keep;
import coordbfaas.pool.Reconcile.Missing;
import coordbfaas.pool.Reconcile.NameTaken;
import coordbfaas.pool.Reconcile.OfLater;
import coordbfaas.pool.Reconcile.Reclaim;
import coordbfaas.pool.Reconcile.Surplus;
import coordbfaas.pool.Reconcile.Suspect;
import coordbfaas.pool.Reconcile.Suspended;
import coordbfaas.pool.Reconcile.Verdict;
import coordbfaas.pool.Reconcile.View;
import coordbfaas.pool.WorkerReport.Use;
import coordbfaas.settings.RandomCases;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Goal: no list, however odd, makes a pool touch what is not its own, or believe what may be old.
 *
 * <p>Method: thousands of random views and lists, in which names, states, claims and ids meet as they never should; each law
 * is checked for each machine and the verdict on it, which stand in the same order.
 */
@DisplayName("Whatever a list says, a pool")
class ReconcileLawsTest {
  private static final int CASES = 5_000;
  private static final int IDS = 8;
  private static final List<String> NAMES = List.of("postgres", "worker-c1", "worker-c1-", "worker-c1-x", "worker-c1-00",
      "coordinator-c1-1", "worker-c2-0", "worker-c1-1-2", "worker-c11-0");

  /** One machine of the list, with the verdict on it. */
  private record Judged(View view, Machine machine, Verdict verdict) {
    Optional<Integer> ownSlot() {
      return WorkerName.parse(machine.name()).filter(name -> name.pool().equals("c1")).map(WorkerName::slot);
    }

    /** The slot whose actor holds it. */
    Optional<Held> held() {
      return ownSlot().map(view.slots()::get).filter(held -> held.machine().equals(Optional.of(machine.id())));
    }

    boolean isEnding() {
      return machine.state() == MachineState.DESTROYING || machine.state() == MachineState.DESTROYED;
    }

    MachineClaim claim() {
      return MachineClaim.of(machine, WorkerName.parse(machine.name()).orElseThrow(), PlainClaims.OURS);
    }

    boolean isOfLater() {
      return claim() instanceof MachineClaim.Genuine genuine && genuine.instance().isLaterThan(view.self());
    }

    boolean isTamperedWith() {
      return claim() instanceof MachineClaim.TamperedWith || claim() instanceof MachineClaim.OfAnotherKey;
    }
  }

  private interface Law {
    void holds(Judged judged);
  }

  private record Situation(View view, List<Machine> machines) {
    List<Verdict> verdicts() {
      return Reconcile.verdicts(view, machines, PlainClaims.OURS);
    }

    static Situation any(RandomGenerator random) {
      var size = random.nextInt(1, 4);
      var slots = new HashMap<Integer, Held>();
      var suspects = new HashMap<Integer, Long>();
      for (var slot = 0; slot < 5; slot++) if (random.nextInt(3) > 0) {
        var change = random.nextLong(1, 4);
        var id = random.nextInt(4) == 0 ? Optional.<String>empty() : Optional.of("m" + slot);
        slots.put(slot, new Held(id, anyOf(random, List.of(Use.values())), change));
        if (random.nextBoolean()) suspects.put(slot, random.nextLong(1, 4));
      }
      var machines = new ArrayList<Machine>();
      for (var number = 0; number < IDS; number++) if (random.nextInt(4) > 0) machines.add(anyMachine(random, number));
      Collections.shuffle(machines, new Random(random.nextLong()));
      return new Situation(new View(ListedMachine.SELF, size, slots, suspects), List.copyOf(machines));
    }

    private static Machine anyMachine(RandomGenerator random, int number) {
      var name = random.nextInt(3) == 0 ? anyOf(random, NAMES)
          : "worker-c1-" + (random.nextInt(4) == 0 ? random.nextInt(6) : number);
      var state = anyOf(random, List.of(MachineState.values()));
      var claim = random.nextBoolean() ? "genuine" : anyOf(random, ListedMachine.CLAIMS);
      var told = ListedMachine.of("m" + number, name, state, claim);
      if (random.nextInt(8) > 0) return told;
      return new Machine(told.id(), name, state, told.instanceId(), told.nonce(), HostStatus.UNREACHABLE, told.config());
    }

    private static <T> T anyOf(RandomGenerator random, List<T> some) {
      return some.get(random.nextInt(some.size()));
    }
  }

  private static void always(Law law) {
    RandomCases.each(CASES, random -> {
      var situation = Situation.any(random);
      var verdicts = situation.verdicts();
      for (var place = 0; place < situation.machines().size(); place++) {
        var judged = new Judged(situation.view(), situation.machines().get(place), verdicts.get(place));
        try {
          law.holds(judged);
        } catch (AssertionError broken) {
          throw new AssertionError(judged + ": " + broken.getMessage(), broken);
        }
      }
    });
  }

  @Test
  void hasOneVerdictOnEachMachineAndOneOnEachThatIsMissing() {
    RandomCases.each(CASES, random -> {
      var situation = Situation.any(random);
      var there = situation.machines().stream().map(Machine::id).toList();
      var missing = situation.view().slots().entrySet().stream()
          .filter(slot -> slot.getValue().machine().filter(id -> !there.contains(id)).isPresent()).toList();
      var verdicts = situation.verdicts();
      assertThat(verdicts).hasSize(there.size() + missing.size());
      assertThat(verdicts.subList(0, there.size())).doesNotHaveAnyElementsOfTypes(Missing.class);
      assertThat(verdicts.subList(there.size(), verdicts.size())).containsExactlyInAnyOrderElementsOf(missing.stream()
          .<Verdict>map(slot -> new Missing(slot.getKey(), slot.getValue().change(), "not in the list")).toList());
    });
  }

  @Test
  void saysWhy() {
    always(judged -> assertThat(judged.verdict().reason()).isNotBlank());
  }

  @Test
  void leavesAloneWhatBearsNoWorkersName() {
    always(judged -> {
      if (WorkerName.parse(judged.machine().name()).isEmpty()) assertThat(judged.verdict()).isInstanceOf(Keep.class);
    });
  }

  @Test
  void leavesAloneWhatIsOnItsWayOut() {
    always(judged -> {
      if (judged.isEnding()) assertThat(judged.verdict()).isInstanceOf(Keep.class);
    });
  }

  @Test
  void cleansWhatIsAnotherPoolsAndThatAlone() {
    always(judged -> {
      var isAnothers = WorkerName.parse(judged.machine().name()).isPresent() && judged.ownSlot().isEmpty();
      assertThat(judged.verdict() instanceof Clean).isEqualTo(isAnothers && !judged.isEnding());
      if (judged.verdict() instanceof Clean clean) {
        assertThat(clean.machine()).isEqualTo(judged.machine().id());
        assertThat(clean.name()).isEqualTo(judged.machine().name());
      }
    });
  }

  @Test
  void stepsBackForAClaimThatOnlyALaterInstanceCanHaveSigned() {
    always(judged -> assertThat(judged.verdict() instanceof OfLater)
        .isEqualTo(judged.ownSlot().isPresent() && !judged.isEnding() && judged.isOfLater()));
  }

  @Test
  void takesOverWhatNoActorHoldsAndThatAlone() {
    always(judged -> {
      switch (judged.verdict()) {
        case Reclaim(var slot, var machine, var reason) -> isUnheld(judged, slot, machine, slot < judged.view().size());
        case Surplus(var slot, var machine, var reason) -> isUnheld(judged, slot, machine, slot >= judged.view().size());
        case NameTaken(var slot, var machine, var reason) ->
            assertThat(judged.view().slots().get(slot).machine()).as("id of the one that is made").isEmpty();
        case Verdict others -> { }
      }
    });
  }

  private static void isUnheld(Judged judged, int slot, String machine, boolean fits) {
    assertThat(judged.view().slots()).doesNotContainKey(slot);
    assertThat(judged.ownSlot()).contains(slot);
    assertThat(machine).isEqualTo(judged.machine().id());
    assertThat(fits).as("on the right side of the pool's size").isTrue();
  }

  @Test
  void condemnsWhatItHoldsIfItWasTamperedWithAndNothingElse() {
    always(judged -> {
      var isHeld = judged.held().filter(held -> held.use() != Use.EXPIRED).isPresent() && !judged.isEnding();
      assertThat(judged.verdict() instanceof Condemn).isEqualTo(isHeld && judged.isTamperedWith());
      if (judged.verdict() instanceof Condemn condemn) assertThat(condemn.machine()).isEqualTo(judged.machine().id());
    });
  }

  @Test
  void letsNothingDriftThatWasNotSuspectedAtTheSameChange() {
    always(judged -> {
      if (judged.verdict() instanceof Drift drift) {
        assertThat(judged.view().suspects()).containsEntry(drift.slot(), drift.asOf());
        assertThat(judged.held().orElseThrow().change()).isEqualTo(drift.asOf());
        assertThat(drift.seen()).isEqualTo(judged.machine().state());
      }
      if (judged.verdict() instanceof Suspect suspect)
        assertThat(judged.view().suspects()).doesNotContainEntry(suspect.slot(), suspect.asOf());
    });
  }

  @Test
  void tellsForWhichChangeOfTheActorItsVerdictHolds() {
    always(judged -> {
      var asOf = switch (judged.verdict()) {
        case Drift drift         -> Optional.of(drift.asOf());
        case Suspect suspect     -> Optional.of(suspect.asOf());
        case Suspended suspended -> Optional.of(suspended.asOf());
        case Verdict others      -> Optional.<Long>empty();
      };
      asOf.ifPresent(change -> assertThat(judged.held().map(Held::change)).contains(change));
    });
  }

  @Test
  void mindsNoStateOfAMachineThatIsNotIdle() {
    always(judged -> {
      if (judged.verdict() instanceof Drift || judged.verdict() instanceof Suspect)
        assertThat(judged.held().orElseThrow().use()).isIn(Use.WARM, Use.COLD, Use.SUSPENDED);
    });
  }

  @Test
  void keepsWhatIsAsItsActorTakesItFor() {
    always(judged -> {
      var isRight = judged.held().filter(held -> switch (held.use()) {
        case WARM -> judged.machine().state() == MachineState.STARTED;
        case COLD -> judged.machine().state() == MachineState.STOPPED;
        case SUSPENDED -> judged.machine().state() == MachineState.SUSPENDED;
        case BUSY -> judged.machine().state() == MachineState.STARTED;
        default -> false;
      }).isPresent();
      if (isRight && !judged.isTamperedWith() && !judged.isOfLater()) assertThat(judged.verdict()).isInstanceOf(Keep.class);
    });
  }

  /** What a list says twice is believed, and no list in between makes a suspect of one that changed. */
  @Test
  void believesWhatTwoListsSay() {
    RandomCases.each(CASES, random -> {
      var first = Situation.any(random);
      var suspects = Reconcile.suspects(first.verdicts());
      var view = first.view();
      var second = new Situation(new View(view.self(), view.size(), view.slots(), suspects), first.machines()).verdicts();
      var drifted = second.stream().filter(Drift.class::isInstance).map(drift -> ((Drift) drift).slot()).toList();
      assertThat(drifted).containsExactlyInAnyOrderElementsOf(suspects.keySet());
    });
  }

  @Test
  void doesNotMindTheOrder() {
    RandomCases.each(CASES, random -> {
      var situation = Situation.any(random);
      var shuffled = new ArrayList<>(situation.machines());
      Collections.shuffle(shuffled, new Random(random.nextLong()));
      assertThat(new Situation(situation.view(), shuffled).verdicts()).containsExactlyInAnyOrderElementsOf(situation.verdicts());
    });
  }
}
