package coordbfaas.pool;

import coordbfaas.machines.CreateMachine;
import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.Done;

/**
 * Fly, as far as pools know it: machines with unique names and a lease, which boot and stop at once when they are told to. Leases
 * end if it is given a clock.
 */
final class SmallFly {
  private static final long NEVER = 4_000_000_000L;

  /**
   * A machine.
   *
   * @param boot that of its worker; empty while it does not run
   * @param lease empty when nobody holds it
   */
  private record Kept(Machine machine, MachineState state, Optional<String> boot, Optional<Lease> lease) {
    Kept booted(String boot) {
      return new Kept(machine, MachineState.STARTED, Optional.of(boot), lease);
    }

    Kept stopped() {
      return new Kept(machine, MachineState.STOPPED, Optional.empty(), lease);
    }

    Kept suspended() {
      return new Kept(machine, MachineState.SUSPENDED, boot, lease);
    }

    Kept leased(Optional<Lease> newLease) {
      return new Kept(machine, state, boot, newLease);
    }

    Machine told() {
      return new Machine(machine.id(), machine.name(), state, machine.instanceId(), Optional.empty(), machine.config());
    }
  }

  private final ScriptedWire wire;
  private final Optional<InstantSource> clock;
  private final Map<String, Kept> machines = new LinkedHashMap<>();
  private final Map<String, String> lies = new HashMap<>();
  private int numbers;

  SmallFly(ScriptedWire wire) {
    this.wire = wire;
    this.clock = Optional.empty();
  }

  SmallFly(ScriptedWire wire, InstantSource clock) {
    this.wire = wire;
    this.clock = Optional.of(clock);
  }

  /** Answers every call, and those that the answers lead to, until there are none. */
  void answersAll() {
    for (var open = wire.open(); !open.isEmpty(); open = wire.open()) answers(open.getFirst());
  }

  /** Answers every call of this kind that is open now. */
  void answers(Verb verb) {
    wire.open().stream().filter(call -> call.verb() == verb).forEach(this::answers);
  }

  /** Does what a call asks for, and says so. */
  void answers(Call call) {
    try {
      call.isAnswered(carriesOut(call));
    } catch (MachinesFailure refused) {
      call.fails(refused);
    }
    wire.forgetsTheAnswered();
  }

  /** Does what a call asks for, and its answer is lost. */
  void carriesOutInSilence(Call call) {
    carriesOutLate(call);
    call.isLost();
    wire.forgetsTheAnswered();
  }

  /** Does what a call asks for, if it may; nobody is told. */
  void carriesOutLate(Call call) {
    try {
      carriesOut(call);
    } catch (MachinesFailure refused) {
      // nobody is told of that either
    }
  }

  private Object carriesOut(Call call) {
    endsLeases();
    return switch (call.verb()) {
      case CREATE -> create(call.create().orElseThrow());
      case START -> start(leased(call));
      case STOP -> put(leased(call).stopped());
      case SUSPEND -> suspend(leased(call));
      case DESTROY -> destroy(call);
      case AWAIT_STARTED -> inState(named(call).state() == MachineState.STARTED);
      case AWAIT_STOPPED -> inState(named(call).state() == MachineState.STOPPED);
      case AWAIT_SUSPENDED -> inState(named(call).state() == MachineState.SUSPENDED);
      case AWAIT_DESTROYED -> inState(!machines.containsKey(call.target()));
      case HEALTH -> new WorkerHealth.Healthy(call.target(), bootOf(call.target()).map(boot -> lies.getOrDefault(boot, boot))
          .orElseThrow(() -> new MachinesFailure.Unreachable("no worker answers")));
      case LIST -> machines.values().stream().map(Kept::told).toList();
      case GET -> named(call).told();
      case LEASE -> named(call).lease();
      case ACQUIRE -> acquire(call);
      case REFRESH -> refresh(call);
      case RELEASE -> put(leased(call).leased(Optional.empty()));
    };
  }

  private Machine create(CreateMachine request) {
    if (machines.values().stream().anyMatch(kept -> kept.machine().name().equals(request.name())))
      throw new MachinesFailure.Rejected(409, "already_exists: unique machine name violation, machine ID "
          + idOf(request.name()) + " already exists with name \"" + request.name() + "\"");
    var id = "m" + ++numbers;
    var end = end(Duration.ofSeconds(request.leaseTtlSeconds()));
    var lease = new Lease(new LeaseNonce("nonce-of-" + id), end, Optional.of("us"), Optional.empty());
    var config = new Machine.Config(request.config().image(), request.config().metadata());
    var made = new Machine(id, request.name(), MachineState.CREATED, "01H", Optional.of(lease.nonce()), Optional.of(config));
    put(new Kept(made, MachineState.STARTED, Optional.of(newBoot()), Optional.of(lease)));
    return made;
  }

  String idOf(String name) {
    return machines.values().stream().map(Kept::machine).filter(machine -> machine.name().equals(name))
        .findFirst().orElseThrow().id();
  }

  private MachineState start(Kept kept) {
    var previous = kept.state();
    if (previous == MachineState.STOPPED) put(kept.booted(newBoot()));
    if (previous == MachineState.SUSPENDED) put(kept.booted(kept.boot().orElseThrow()));
    return previous;
  }

  private Done suspend(Kept kept) {
    if (kept.state() != MachineState.STARTED)
      throw new MachinesFailure.Rejected(412, "failed_precondition: unable to suspend machine from state " + kept.state().word());
    return put(kept.suspended());
  }

  private Done destroy(Call call) {
    if (!machines.containsKey(call.target())) return Done.getInstance();
    machines.remove(leased(call).machine().id());
    return Done.getInstance();
  }

  private Lease acquire(Call call) {
    if (named(call).lease().isPresent()) throw heldByAnother(call);
    return leased(named(call), new LeaseNonce("nonce-" + ++numbers), call);
  }

  /** One that comes too late is answered with a lease of its own. */
  private Lease refresh(Call call) {
    var kept = leased(call);
    return leased(kept, kept.lease().map(Lease::nonce).orElseGet(() -> new LeaseNonce("nonce-" + ++numbers)), call);
  }

  private Lease leased(Kept kept, LeaseNonce nonce, Call call) {
    var lease = new Lease(nonce, end(call.ttl()), Optional.of("us"), Optional.of(call.description()));
    put(kept.leased(Optional.of(lease)));
    return lease;
  }

  private long end(Duration ttl) {
    return clock.map(time -> time.instant().plus(ttl).getEpochSecond()).orElse(NEVER);
  }

  private void endsLeases() {
    clock.ifPresent(time -> machines.replaceAll((id, kept) ->
        kept.leased(kept.lease().filter(lease -> time.instant().isBefore(lease.expiresAt())))));
  }

  private Done put(Kept kept) {
    machines.put(kept.machine().id(), kept);
    return Done.getInstance();
  }

  private static Done inState(boolean isIt) {
    if (!isIt) throw new MachinesFailure.Rejected(408, "deadline_exceeded: machine not in that state");
    return Done.getInstance();
  }

  private Kept named(Call call) {
    return Optional.ofNullable(machines.get(call.target()))
        .orElseThrow(() -> new MachinesFailure.Rejected(404, "machine not found"));
  }

  /** A machine that the call may change: its nonce is the lease's, or there is no lease. */
  private Kept leased(Call call) {
    var kept = named(call);
    if (kept.lease().isEmpty() || call.nonce().equals(kept.lease().map(Lease::nonce))) return kept;
    throw heldByAnother(call);
  }

  private static MachinesFailure heldByAnother(Call call) {
    return new MachinesFailure.Rejected(409, "machine ID " + call.target() + " lease currently held by another, expires soon");
  }

  private String newBoot() {
    return "boot-" + ++numbers;
  }

  // ---- what an onlooker sees ----

  int machines() {
    return machines.size();
  }

  List<String> names() {
    return machines.values().stream().map(kept -> kept.machine().name()).toList();
  }

  /** The ids of its machines, those that were made first before the others. */
  List<String> ids() {
    return List.copyOf(machines.keySet());
  }

  /** The images of its machines, in the same order. */
  List<String> images() {
    return machines.values().stream().map(kept -> kept.machine().config().orElseThrow().image()).toList();
  }

  Map<String, String> metadataOf(String machine) {
    return machines.get(machine).machine().config().orElseThrow().metadata();
  }

  int running() {
    return (int) machines.values().stream().filter(kept -> kept.state() == MachineState.STARTED).count();
  }

  /** The boot that a machine's worker is in; empty if it does not run. */
  Optional<String> bootOf(String machine) {
    return Optional.ofNullable(machines.get(machine)).filter(kept -> kept.state() == MachineState.STARTED).flatMap(Kept::boot);
  }

  Optional<MachineState> stateOf(String machine) {
    return Optional.ofNullable(machines.get(machine)).map(Kept::state);
  }

  Optional<Lease> leaseOf(String machine) {
    endsLeases();
    return Optional.ofNullable(machines.get(machine)).flatMap(Kept::lease);
  }

  // ---- what happens without the pool ----

  /** Somebody destroys a machine. */
  void loses(String name) {
    machines.values().removeIf(kept -> kept.machine().name().equals(name));
  }

  void losesMachine(String machine) {
    machines.remove(machine);
  }

  /** Somebody takes over the lease of a machine. */
  void givesTheLeaseToAnother(String machine) {
    givesTheLeaseTo(machine, "another");
  }

  void givesTheLeaseTo(String machine, String description) {
    put(machines.get(machine).leased(Optional.of(
        new Lease(new LeaseNonce("another-" + ++numbers), NEVER, Optional.of("them"), Optional.of(description)))));
  }

  void endsTheLeaseOf(String machine) {
    put(machines.get(machine).leased(Optional.empty()));
  }

  /** Somebody suspends a machine. */
  void suspends(String machine) {
    put(machines.get(machine).suspended());
  }

  /** A machine's main process ends. */
  void ends(String machine) {
    put(machines.get(machine).stopped());
  }

  /** Somebody starts a machine. */
  void starts(String machine) {
    put(machines.get(machine).booted(newBoot()));
  }

  /** The worker of a machine tells another boot id than its own until it is stopped; returns that. */
  String lies(String machine) {
    return lies.computeIfAbsent(bootOf(machine).orElseThrow(), boot -> "lie-" + ++numbers);
  }

  /** Somebody writes a machine's metadata. */
  void writes(String machine, Map<String, String> metadata) {
    var kept = machines.get(machine);
    var config = new Machine.Config(kept.machine().config().orElseThrow().image(), metadata);
    var rewritten = new Machine(machine, kept.machine().name(), kept.machine().state(), kept.machine().instanceId(),
        kept.machine().nonce(), Optional.of(config));
    put(new Kept(rewritten, kept.state(), kept.boot(), kept.lease()));
  }

  /** Somebody makes a machine, which runs and which nobody holds; returns its id. */
  String has(String name, String image, Map<String, String> metadata) {
    var id = "m" + ++numbers;
    var config = new Machine.Config(image, metadata);
    put(new Kept(new Machine(id, name, MachineState.STARTED, "01H", Optional.empty(), Optional.of(config)),
        MachineState.STARTED, Optional.of(newBoot()), Optional.empty()));
    return id;
  }
}
