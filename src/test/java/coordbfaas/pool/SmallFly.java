package coordbfaas.pool;

import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Call;
import coordbfaas.pool.ScriptedWire.Verb;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.Done;

/** Fly, as far as a pool knows it: machines with unique names and a lease, which boot and stop at once when they are told to. */
final class SmallFly {
  /** A machine; {@code boot} is that of its worker, empty while it is stopped. */
  private record Held(Machine machine, Optional<String> boot) {
    Held booted(String boot) {
      return new Held(machine, Optional.of(boot));
    }

    Held stopped() {
      return new Held(machine, Optional.empty());
    }
  }

  private final ScriptedWire wire;
  private final Map<String, Held> machines = new LinkedHashMap<>();
  private int numbers;

  SmallFly(ScriptedWire wire) {
    this.wire = wire;
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
    try {
      carriesOut(call);
    } catch (MachinesFailure refused) {
      // nobody is told of that either
    }
    call.isLost();
    wire.forgetsTheAnswered();
  }

  private Object carriesOut(Call call) {
    return switch (call.verb()) {
      case CREATE -> create(call.target());
      case START -> start(leased(call));
      case STOP -> put(leased(call).stopped());
      case DESTROY -> destroy(call);
      case AWAIT_STARTED -> inState(named(call).boot().isPresent());
      case AWAIT_STOPPED -> inState(named(call).boot().isEmpty());
      case HEALTH -> new WorkerHealth.Healthy(call.target(), bootOf(call.target())
          .orElseThrow(() -> new MachinesFailure.Unreachable("no worker answers")));
    };
  }

  private Machine create(String name) {
    if (machines.values().stream().anyMatch(held -> held.machine().name().equals(name)))
      throw new MachinesFailure.Rejected(409, "already_exists: unique machine name violation");
    var id = "m" + ++numbers;
    var nonce = Optional.of(new LeaseNonce("nonce-of-" + id));
    put(new Held(new Machine(id, name, MachineState.CREATED, "01H", nonce, Optional.empty()), Optional.of(newBoot())));
    return machines.get(id).machine();
  }

  private MachineState start(Held held) {
    if (held.boot().isPresent()) return MachineState.STARTED;
    put(held.booted(newBoot()));
    return MachineState.STOPPED;
  }

  private Done destroy(Call call) {
    if (machines.containsKey(call.target())) machines.remove(leased(call).machine().id());
    return Done.getInstance();
  }

  private Done put(Held held) {
    machines.put(held.machine().id(), held);
    return Done.getInstance();
  }

  private static Done inState(boolean isIt) {
    if (!isIt) throw new MachinesFailure.Rejected(408, "deadline_exceeded: machine not in that state");
    return Done.getInstance();
  }

  private Held named(Call call) {
    return Optional.ofNullable(machines.get(call.target()))
        .orElseThrow(() -> new MachinesFailure.Rejected(404, "machine not found"));
  }

  private Held leased(Call call) {
    var held = named(call);
    if (call.nonce().equals(held.machine().nonce())) return held;
    throw new MachinesFailure.Rejected(409, "machine ID " + call.target() + " lease currently held by another, expires soon");
  }

  private String newBoot() {
    return "boot-" + ++numbers;
  }

  // ---- what an onlooker sees ----

  int machines() {
    return machines.size();
  }

  List<String> names() {
    return machines.values().stream().map(held -> held.machine().name()).toList();
  }

  int running() {
    return (int) machines.values().stream().filter(held -> held.boot().isPresent()).count();
  }

  /** The boot that a machine's worker is in; empty if it does not run. */
  Optional<String> bootOf(String machine) {
    return Optional.ofNullable(machines.get(machine)).flatMap(Held::boot);
  }

  /** Somebody destroys a machine. */
  void loses(String name) {
    machines.values().removeIf(held -> held.machine().name().equals(name));
  }

  /** Somebody takes over the lease of a machine. */
  void givesTheLeaseToAnother(String machine) {
    var held = machines.get(machine);
    var stolen = new Machine(machine, held.machine().name(), held.machine().state(), "01H",
        Optional.of(new LeaseNonce("another's")), Optional.empty());
    machines.put(machine, new Held(stolen, held.boot()));
  }
}
