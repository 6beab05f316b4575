package coordbfaas.pool;

import coordbfaas.auth.PoolClaims;
import coordbfaas.machines.HostStatus;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.pool.WorkerReport.Use;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a list of all machines of the app means to one pool: a verdict with its reason for each machine, and for each of its own
 * that is not there. Pure.
 *
 * <p>A list may be old. So what it says of a machine that an actor holds counts only if the actor has not changed since it was
 * asked for, and a strange state only if two lists in a row say so.
 */
final class Reconcile {
  /** What the pool knew when it asked for the list. */
  record View(Instance self, int size, Map<Integer, Held> slots, Map<Integer, Long> suspects) {
    View {
      slots = Map.copyOf(slots);
      suspects = Map.copyOf(suspects);
    }
  }

  /**
   * A slot that is taken.
   *
   * @param machine its id; empty while its create goes on
   * @param change the number of the actor's latest change
   */
  record Held(Optional<String> machine, Use use, long change) {}

  /** What is to be done about a machine. */
  sealed interface Verdict {
    String reason();
  }

  /** Nothing. */
  record Keep(String machine, String reason) implements Verdict {}

  /** It is ours, and nobody of ours holds it. */
  record Reclaim(int slot, String machine, String reason) implements Verdict {}

  /** It bears a name of ours, for a slot that we do not have. */
  record Surplus(int slot, String machine, String reason) implements Verdict {}

  /** It has the name of a slot for which we make one. */
  record NameTaken(int slot, String machine, String reason) implements Verdict {}

  /** It is another pool's: destroyed if nobody holds it. */
  record Clean(String machine, String name, String reason) implements Verdict {}

  /** It must be destroyed once its grant is over. */
  record Condemn(int slot, String machine, String reason) implements Verdict {}

  /** It is in a strange state: once more and it has drifted. */
  record Suspect(int slot, long asOf, String reason) implements Verdict {}

  /** It is not what its actor takes it for. */
  record Drift(int slot, long asOf, MachineState seen, String reason) implements Verdict {}

  /** It is, or was lately, suspended: nobody may use it again who used it before. */
  record Suspended(int slot, long asOf, MachineState seen, String reason) implements Verdict {}

  /** It is not in the list. */
  record Missing(int slot, long asOf, String reason) implements Verdict {}

  /** A later instance of our pool made it: the pool is that one's. */
  record OfLater(Instance instance, String reason) implements Verdict {}

  private final View view;
  private final PoolClaims claims;
  private final List<Verdict> verdicts = new ArrayList<>();

  private Reconcile(View view, PoolClaims claims) {
    this.view = view;
    this.claims = claims;
  }

  static List<Verdict> verdicts(View view, List<Machine> machines, PoolClaims claims) {
    var reconcile = new Reconcile(view, claims);
    machines.forEach(reconcile::judge);
    reconcile.judgeTheMissing(machines);
    return List.copyOf(reconcile.verdicts);
  }

  private void judge(Machine machine) {
    var name = WorkerName.parse(machine.name());
    if (isEnding(machine.state())) keep(machine, "on its way out");
    else if (name.isEmpty()) keep(machine, "no worker's name");
    else if (!name.get().pool().equals(view.self().pool()))
      verdicts.add(new Clean(machine.id(), machine.name(), "another pool's"));
    else judgeOwn(machine, name.get());
  }

  private static boolean isEnding(MachineState state) {
    return state == MachineState.DESTROYING || state == MachineState.DESTROYED;
  }

  private void judgeOwn(Machine machine, WorkerName name) {
    var claim = MachineClaim.of(machine, name, claims);
    if (claim instanceof MachineClaim.Genuine genuine && genuine.instance().isLaterThan(view.self())) {
      verdicts.add(new OfLater(genuine.instance(), "its claim is of a later instance"));
      return;
    }
    var held = Optional.ofNullable(view.slots().get(name.slot()));
    if (held.isEmpty()) judgeUnheld(machine, name);
    else if (held.get().machine().isEmpty()) verdicts.add(new NameTaken(name.slot(), machine.id(), "has the name of a new one"));
    else if (!held.get().machine().get().equals(machine.id())) keep(machine, "its slot is another machine's");
    else judgeHeld(machine, name.slot(), held.get(), claim);
  }

  private void judgeUnheld(Machine machine, WorkerName name) {
    verdicts.add(name.slot() < view.size()
        ? new Reclaim(name.slot(), machine.id(), "ours, held by no actor")
        : new Surplus(name.slot(), machine.id(), "beyond the pool's size"));
  }

  private void judgeHeld(Machine machine, int slot, Held held, MachineClaim claim) {
    var seen = machine.state();
    if (held.use() == Use.EXPIRED) keep(machine, "being destroyed");
    else if (claim.doom().isPresent()) verdicts.add(new Condemn(slot, machine.id(), claim.doom().get()));
    else if (machine.hostStatus() != HostStatus.OK) keep(machine, "its host cannot be asked");
    else if (held.use() == Use.BUSY && (seen == MachineState.SUSPENDED || seen == MachineState.SUSPENDING))
      verdicts.add(new Suspended(slot, held.change(), seen, "suspended while in use"));
    else if (!isStrange(held.use(), seen)) keep(machine, "as it should be");
    else if (Long.valueOf(held.change()).equals(view.suspects().get(slot)))
      verdicts.add(new Drift(slot, held.change(), seen, "not as it should be, twice"));
    else verdicts.add(new Suspect(slot, held.change(), "not as it should be"));
  }

  /** Whether a machine of this use should not be in this state. */
  private static boolean isStrange(Use use, MachineState seen) {
    return switch (use) {
      case WARM -> switch (seen) {
        case STOPPED, STOPPING, SUSPENDED, SUSPENDING, FAILED, LAUNCH_FAILED, MIGRATED, REPLACED -> true;
        default -> false;
      };
      case COLD -> switch (seen) {
        case STARTED, STARTING, RESTARTING, SUSPENDED, SUSPENDING, FAILED, LAUNCH_FAILED, MIGRATED, REPLACED -> true;
        default -> false;
      };
      case SUSPENDED -> switch (seen) { // one that is about to be suspended may run for long
        case FAILED, LAUNCH_FAILED, MIGRATED, REPLACED -> true;
        default -> false;
      };
      case COMING, STALLED, BUSY, EXPIRED -> false;
    };
  }

  private void judgeTheMissing(List<Machine> machines) {
    Set<String> there = new HashSet<>();
    machines.forEach(machine -> there.add(machine.id()));
    view.slots().forEach((slot, held) -> held.machine().filter(id -> !there.contains(id)).ifPresent(id ->
        verdicts.add(new Missing(slot, held.change(), "not in the list"))));
  }

  private void keep(Machine machine, String reason) {
    verdicts.add(new Keep(machine.id(), reason));
  }

  /** The slots that the next list may find to have drifted. */
  static Map<Integer, Long> suspects(List<Verdict> verdicts) {
    var suspects = new HashMap<Integer, Long>();
    verdicts.forEach(verdict -> {
      if (verdict instanceof Suspect(var slot, var asOf, var reason)) suspects.put(slot, asOf);
    });
    return suspects;
  }
}
