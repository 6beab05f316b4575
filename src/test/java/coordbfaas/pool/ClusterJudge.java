package coordbfaas.pool;

import com.fasterxml.jackson.databind.JsonNode;
import coordbfaas.localfly.SimulatedFly;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.localfly.rules.CallLog;
import coordbfaas.localfly.rules.Effect;
import coordbfaas.localfly.rules.MachineStatus;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.pool.SimNetwork.Answer;
import coordbfaas.pool.SimNetwork.Flight;
import coordbfaas.pool.SimNetwork.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.Behavior;

/**
 * Sees everything that several pools do to one Fly, and what they give to their requests, and says which of the design's
 * invariants was broken:
 *
 * <ul>
 *   <li>1, one owner: a machine is granted only by the pool that holds its lease, and no call that may change it is then on its
 *       way, but for one whose lease a later instance has released in this very boot: it will stop what it takes over before
 *       it uses it; what is under a lease is changed by its holder alone, but for a later instance of the holder's pool, which
 *       stops and releases; who was told that it lost a lease does not use it again; what no pool made is not touched;
 *   <li>2, single use: a machine is granted once between two boots from a clean disk, and for the boot that it is in; what
 *       a pool saw suspended after a run, it never starts again;
 *   <li>5, bounded pool: the machines under a pool's name are never more than the largest size that the pool had;
 *   <li>6, no leak: what lists tell of the past of a machine is no reason to let go of it.
 * </ul>
 *
 * <p>What takes time to be broken, 4, 8 and most of 6, is for {@link ClusterHealing}.
 */
final class ClusterJudge {
  /** A machine, as Fly knows it. */
  static final class Known {
    private final String id;
    private final String name;
    private MachineStatus status = MachineStatus.CREATED;
    private Optional<Effect.Leased> lease = Optional.empty();
    private Optional<LeaseNonce> nonce = Optional.empty();
    private final Set<SimPool> takenFrom = new HashSet<>();
    private final Set<SimPool> takenFromInItsBoot = new HashSet<>();
    private boolean resumes;
    private boolean dirty;
    private boolean usedByHand;
    private boolean isInAnothersBoot;
    private boolean tamperedWith;

    private Known(String id, String name) {
      this.id = id;
      this.name = name;
    }

    String id() {
      return id;
    }

    Optional<WorkerName> name() {
      return WorkerName.parse(name);
    }

    MachineStatus status() {
      return status;
    }

    boolean isTamperedWith() {
      return tamperedWith;
    }

    @Override
    public String toString() {
      return id + " " + name + " " + status;
    }
  }

  /** What only a later instance may do. */
  private record Doubt(SimPool by, SimPool holder, String what) {}

  private record Nonce(String machine, LeaseNonce nonce) {}

  private static final Set<Action> FENCED = EnumSet.of(Action.UPDATE, Action.DESTROY, Action.START, Action.STOP, Action.SUSPEND,
      Action.RESTART, Action.CORDON, Action.UNCORDON, Action.LEASE_ACQUIRE, Action.LEASE_RELEASE);
  private static final Set<Action> STATE_CHANGES = EnumSet.of(Action.START, Action.STOP, Action.SUSPEND, Action.DESTROY);
  private static final Set<Action> OF_A_LATER_INSTANCE = EnumSet.of(Action.STOP, Action.LEASE_RELEASE);

  private final SimTrace trace;
  private final Map<String, Known> machines = new HashMap<>();
  private final Map<Long, SimPool> holders = new HashMap<>();
  private final Map<String, Integer> sizes = new HashMap<>();
  private final Set<String> bootsGranted = new HashSet<>();
  private final Map<SimPool, Set<Nonce>> heardLost = new HashMap<>();
  private final Map<SimPool, Set<Nonce>> knownLost = new HashMap<>();
  private final List<Doubt> doubts = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private final ClusterSuspensions suspensions = new ClusterSuspensions(this);
  private final ClusterVerdicts verdicts = new ClusterVerdicts(this);
  private SimulatedFly fly;
  private Optional<Flight> landing = Optional.empty();

  ClusterJudge(SimTrace trace) {
    this.trace = trace;
  }

  void judges(SimulatedFly fly) {
    this.fly = fly;
  }

  // ---- what was broken ----

  /** What was broken since this was asked last. */
  List<String> broken() {
    if (!doubts.isEmpty()) judgesLaterInstances();
    if (broken.isEmpty()) return List.of();
    var all = List.copyOf(broken);
    broken.clear();
    return all;
  }

  void broken(int invariant, String what) {
    trace.note(() -> "BROKEN " + invariant + ": " + what);
    broken.add("invariant " + invariant + ": " + what);
  }

  // ---- what Fly does ----

  void sees(CallLog.Entry entry) {
    if (entry instanceof CallLog.Created(var at, var app, var machine, var name)) created(new Known(machine, name));
    else if (entry instanceof CallLog.Arrived arrived) arrived(arrived);
    else if (entry instanceof CallLog.Happened(var at, var effect)) happened(effect);
  }

  private void created(Known machine) {
    machines.put(machine.id, machine);
    machine.name().ifPresent(name -> {
      var all = machines.values().stream().filter(other -> isOf(other, name.pool())).count();
      var most = sizes.getOrDefault(name.pool(), 0);
      if (all > most) broken(5, all + " machines under the name of " + name.pool() + ", whose size was at most " + most);
    });
  }

  private void happened(Effect effect) {
    if (effect instanceof Effect.Changed(var id, var from, var to, var cause)) {
      trace.note(() -> "fly: " + id + " " + from + " -> " + to + " " + cause);
      Optional.ofNullable(machines.get(id)).ifPresent(machine -> changed(machine, from, to));
    } else if (effect instanceof Effect.Boot(var id, var boot, var environment)) {
      Optional.ofNullable(machines.get(id)).filter(machine -> !machine.resumes).ifPresent(machine -> {
        machine.takenFromInItsBoot.clear();
        machine.dirty = machine.usedByHand;
        machine.isInAnothersBoot = machine.usedByHand;
        machine.usedByHand = false;
      });
    } else if (effect instanceof Effect.Leased leased) {
      trace.note(() -> "fly: " + leased.machine() + " leased " + leased.leaseNumber() + " " + leased.cause());
      leased(leased);
    } else if (effect instanceof Effect.Released(var id, var number, var cause)) {
      trace.note(() -> "fly: " + id + " released " + number + " " + cause);
      Optional.ofNullable(machines.get(id)).ifPresent(machine -> machine.lease = Optional.empty());
    }
  }

  private void changed(Known machine, MachineStatus from, MachineStatus to) {
    machine.status = to;
    if (to == MachineStatus.STARTING) machine.resumes = from == MachineStatus.SUSPENDED || from == MachineStatus.SUSPENDING;
    if (to == MachineStatus.STOPPED) machine.usedByHand = false; // before it was up
    if (to == MachineStatus.DESTROYED) machines.remove(machine.id);
  }

  private void leased(Effect.Leased lease) {
    var machine = machines.get(lease.machine());
    if (machine == null) return;
    machine.lease = Optional.of(lease);
    landing.ifPresent(flight -> {
      if (holders.putIfAbsent(lease.leaseNumber(), flight.from()) == null) machine.nonce = Optional.empty();
    });
  }

  /** The effects of what lands are this flight's. */
  void lands(Flight flight) {
    landing = Optional.of(flight);
  }

  void hasLanded() {
    landing = Optional.empty();
  }

  private void arrived(CallLog.Arrived call) {
    trace.note(() -> "fly: " + landing.map(flight -> flight.from().toString()).orElse("somebody") + " " + call.action() + " "
        + call.machine() + " " + (call.status().isPresent() ? call.status().getAsInt() : "held"));
    if (landing.isEmpty() || !FENCED.contains(call.action()) || call.status().orElse(0) / 100 != 2) return;
    var machine = machines.get(call.machine());
    if (machine == null) return;
    var by = landing.get().from();
    if (machine.name().isEmpty()) broken(1, by + " " + call.action() + " of " + machine + ", which no pool made");
    holder(machine).filter(holder -> !holder.equals(by)).ifPresent(holder -> {
      var what = by + " " + call.action() + " of " + machine + " under the lease of " + holder;
      if (!OF_A_LATER_INSTANCE.contains(call.action())) broken(1, what);
      else doubts.add(new Doubt(by, holder, what));
      machine.takenFrom.add(holder);
      if (call.action() == Action.LEASE_RELEASE) machine.takenFromInItsBoot.add(holder);
    });
  }

  /** Whether of two instances of one pool this is the one that stays; empty if one of them has not said yet who it is. */
  static Optional<Boolean> isLater(SimPool one, SimPool other) {
    if (!one.isOfThePoolOf(other)) return Optional.of(false);
    return one.instance().flatMap(mine -> other.instance().map(mine::isLaterThan));
  }

  /** Judges what could not be judged before it was known who is the later one. */
  private void judgesLaterInstances() {
    doubts.removeIf(doubt -> {
      var later = isLater(doubt.by(), doubt.holder());
      later.filter(is -> !is).ifPresent(earlier -> broken(1, doubt.what()));
      return later.isPresent();
    });
  }

  /** Who holds the lease of a machine now. */
  private Optional<SimPool> holder(Known machine) {
    return machine.lease.filter(lease -> fly.now().isBefore(lease.until())).map(lease -> holders.get(lease.leaseNumber()));
  }

  // ---- what the pools do ----

  void opens(SimPool pool) {
    sizes.merge(pool.name(), pool.settings().size(), Math::max);
  }

  /** A pool's behavior, listened to. */
  Behavior<PoolSupervisor.Command> listensTo(SimPool pool, Behavior<PoolSupervisor.Command> behavior) {
    return verdicts.around(pool, behavior);
  }

  void sends(SimPool pool, ApiCall call) {
    suspensions.sends(pool, call);
    verdicts.sends(pool, call);
    if (call.action() == Action.START && suspensions.isKnown(pool, call.machine()))
      broken(2, pool + " starts " + call.machine() + ", which it saw suspended after a run");
    if (call.action() == Action.LEASE_RELEASE) return; // to give up what one does not have any more does no harm
    call.nonce().map(nonce -> new Nonce(call.machine(), nonce))
        .filter(nonce -> knownLost.getOrDefault(pool, Set.of()).contains(nonce))
        .ifPresent(nonce -> broken(1, pool + " " + call.action() + " of " + call.machine()
            + " under a lease that it knew was lost"));
  }

  void hears(SimPool pool, ApiCall call, Outcome outcome) {
    suspensions.hears(pool, call, outcome);
    if (!(outcome instanceof Answer(var status, var body)) || status != 409 || call.nonce().isEmpty()) return;
    var text = body.map(said -> said.path("error").asText()).orElse("");
    if (text.contains("lease")) heardLost.computeIfAbsent(pool, same -> new HashSet<>())
        .add(new Nonce(call.machine(), call.nonce().get()));
  }

  /** A pool has taken note of everything that it was told. */
  void knowsAll(SimPool pool) {
    suspensions.knowsAll(pool);
    var heard = heardLost.remove(pool);
    if (heard != null) knownLost.computeIfAbsent(pool, same -> new HashSet<>()).addAll(heard);
  }

  /** Somebody is told the nonce of the lease that his call made. */
  void tellsNonce(Flight flight, JsonNode answer) {
    var nonce = flight.call().action() == Action.CREATE ? answer.path("nonce") : answer.path("data").path("nonce");
    var id = flight.call().action() == Action.CREATE ? answer.path("id").asText() : flight.call().machine();
    if (nonce.isTextual()) Optional.ofNullable(machines.get(id)).filter(machine -> holder(machine).filter(flight.from()::equals)
        .isPresent()).ifPresent(machine -> machine.nonce = Optional.of(new LeaseNonce(nonce.textValue())));
  }

  /** @param flights the calls that are on their way now */
  void grants(SimPool pool, Grant grant, List<Flight> flights, SimWorkers workers) {
    if (!bootsGranted.add(grant.boot())) broken(2, pool + " granted boot " + grant.boot() + " again");
    var machine = machines.get(grant.machine());
    if (machine == null) return; // somebody destroyed it: it cannot be used any more
    var boot = fly.boot(machine.id);
    var runs = machine.status == MachineStatus.STARTED && boot.isPresent();
    var inItsBoot = runs && (grant.boot().equals(SimWorkers.name(machine.id, boot.getAsLong()))
        || grant.boot().equals(workers.said(machine.id)));
    if (holder(machine).filter(pool::equals).isPresent()) {
      if (runs && !inItsBoot && !machine.isInAnothersBoot)
        broken(2, pool + " granted " + machine + " for " + grant.boot() + ", but it is in boot " + boot);
    } else if (!(inItsBoot ? machine.takenFromInItsBoot : machine.takenFrom).contains(pool)) {
      broken(1, pool + " granted " + machine + ", held by " + holder(machine).map(SimPool::toString).orElse("nobody"));
    }
    if (inItsBoot && machine.dirty) broken(2, pool + " granted " + machine + ", which was used before");
    machine.dirty |= inItsBoot;
    flights.stream().filter(flight -> isFromTo(flight, pool, machine)).findFirst().ifPresent(flight -> broken(1, pool
        + " granted " + machine + " while its own " + flight.call().action() + " is on its way"));
  }

  /** Whether what is on its way would be carried out, and change the machine's state. */
  private static boolean isFromTo(Flight flight, SimPool pool, Known machine) {
    return flight.from().equals(pool) && flight.call().machine().equals(machine.id)
        && STATE_CHANGES.contains(flight.call().action()) && flight.call().nonce().equals(machine.nonce);
  }

  // ---- what the workers do ----

  void ran(String machine) {
    Optional.ofNullable(machines.get(machine)).ifPresent(known -> known.dirty = true);
  }

  /** The boot that begins now is somebody else's. */
  void isUsedByHand(String machine) {
    Optional.ofNullable(machines.get(machine)).ifPresent(known -> known.usedByHand = known.status != MachineStatus.STOPPED);
  }

  void tamperedWith(String machine) {
    Optional.ofNullable(machines.get(machine)).ifPresent(known -> known.tamperedWith = true);
  }

  // ---- what there is ----

  /** Whether a machine is suspended in a boot that ran something. */
  boolean isSuspendedAfterARun(String machine) {
    return Optional.ofNullable(machines.get(machine)).filter(known -> known.dirty && known.status == MachineStatus.SUSPENDED)
        .isPresent();
  }

  /** The machines whose boot was granted, or ran something. */
  Set<String> used() {
    return machines.values().stream().filter(machine -> machine.dirty).map(Known::id).collect(Collectors.toSet());
  }

  List<Known> machines() {
    return machines.values().stream().sorted(Comparator.comparing(Known::id)).toList();
  }

  /** The machines under the name of a pool. */
  List<Known> machinesOf(String pool) {
    return machines().stream().filter(machine -> isOf(machine, pool)).toList();
  }

  private static boolean isOf(Known machine, String pool) {
    return machine.name().filter(name -> name.pool().equals(pool)).isPresent();
  }
}
