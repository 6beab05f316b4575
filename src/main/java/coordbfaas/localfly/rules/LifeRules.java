package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Effect.Boot;
import coordbfaas.localfly.rules.Effect.Launch;
import coordbfaas.localfly.rules.Effect.Settle;
import coordbfaas.localfly.rules.Effect.Shutdown;
import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A machine's life.
 *
 * <pre>
 *  created ──launched──► starting ──booted──► started ──stop, or its basher ended──► stopping ──ended, settled──► stopped
 *     └──start (if it was not launched)──►▲                                                                         │
 *                                         └──────────────────────────────start─────────────────────────────────────┘
 * </pre>
 *
 * <p>How a started machine is suspended and comes back is told by {@link SuspendRules}; a stop of a suspended one throws its
 * snapshot away. From every state a destroy leads to {@code destroyed}. A stop while {@code starting} is taken; one while {@code created}
 * is refused (nobody knows what Fly says to that).
 */
final class LifeRules {
  private static final Set<String> SIGNALS =
      Set.of("SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGTERM");

  private final Delays delays;
  private final SuspendRules suspendRules;

  LifeRules(Delays delays, SuspendRules suspendRules) {
    this.delays = delays;
    this.suspendRules = suspendRules;
  }

  /** Has a new machine booted. */
  List<Effect> create(LocalMachine machine) {
    return List.of(new Launch(machine.id(), machine.nextBoot(), delays.create()));
  }

  Outcome start(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case STARTED -> Outcome.of(startedFrom(MachineStatus.STARTED));
      case STARTING -> throw new Refused(409, "aborted: machine still attempting to start");
      case STOPPING -> throw stillActive();
      case STOPPED -> startStopped(machine, now);
      case SUSPENDING, SUSPENDED -> suspendRules.resume(machine, now);
      case CREATED -> startCreated(machine, now);
      case DESTROYED -> throw cannot("start", machine);
    };
  }

  private Outcome startStopped(LocalMachine machine, Instant now) {
    if (now.isBefore(machine.statusSince().plus(delays.stopWindow()))) throw stillActive();
    return launch(machine, now);
  }

  /** A machine that is on its way up from its create is not to be started; one that was created to wait is. */
  private Outcome startCreated(LocalMachine machine, Instant now) {
    if (machine.boot() > 0) throw cannot("start", machine);
    return launch(machine, now);
  }

  private Outcome launch(LocalMachine machine, Instant now) {
    var from = machine.status();
    return new Outcome(startedFrom(from), List.of(
        machine.to(MachineStatus.STARTING, "start", now),
        new Launch(machine.id(), machine.nextBoot(), delays.start())));
  }

  static Answer startedFrom(MachineStatus previous) {
    return Answer.of(200, JsonNodeFactory.instance.objectNode()
        .put("previous_state", previous.word()).put("migrated", false).put("new_host", ""));
  }

  Outcome stop(LocalMachine machine, ApiCall call, Instant now) {
    var killAfter = killAfter(machine, call.body());
    return switch (machine.status()) {
      case STARTING, STARTED, SUSPENDING, SUSPENDED -> new Outcome(Answer.ok(), List.of(
          machine.to(MachineStatus.STOPPING, "stop", now),
          new Shutdown(machine.id(), machine.boot(), machine.isFrozen() ? Duration.ZERO : killAfter)));
      case STOPPING, STOPPED -> Outcome.of(Answer.ok());
      case CREATED, DESTROYED -> throw cannot("stop", machine);
    };
  }

  private static Duration killAfter(LocalMachine machine, ObjectNode body) {
    var timeout = GoJson.duration(body, "timeout").orElse(machine.stopTimeout());
    var signal = GoJson.text(body, "signal").filter(name -> !name.isEmpty()).orElse("SIGTERM");
    if (!SIGNALS.contains(signal)) throw new Refused(400, "invalid_argument: unknown signal");
    return signal.equals("SIGKILL") || timeout.isNegative() ? Duration.ZERO : timeout;
  }

  /** Destroys a machine at once, and kills its basher; a running one only by {@code force}. */
  Outcome destroy(LocalMachine machine, ApiCall call, Instant now) {
    var running = switch (machine.status()) {
      case STARTING, STARTED, SUSPENDING, STOPPING -> true;
      case CREATED, SUSPENDED, STOPPED, DESTROYED -> false;
    };
    if (running && !call.flag("force") && !call.flag("kill")) throw new Refused(412,
        "failed_precondition: unable to destroy machine, not currently stopped, suspended, failed or created");
    return new Outcome(Answer.ok(), List.of(
        machine.to(MachineStatus.DESTROYED, "destroy", now),
        new Shutdown(machine.id(), machine.boot(), Duration.ZERO)));
  }

  List<Effect> launched(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case CREATED -> List.of(machine.to(MachineStatus.STARTING, "create", now), boot(machine));
      case STARTING -> machine.isFrozen() ? suspendRules.resumed(machine, now) : List.of(boot(machine));
      case STARTED, SUSPENDING, SUSPENDED, STOPPING, STOPPED, DESTROYED -> List.of();
    };
  }

  private static Boot boot(LocalMachine machine) {
    return new Boot(machine.id(), machine.boot(), machine.environment());
  }

  List<Effect> booted(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case STARTING -> List.of(machine.to(MachineStatus.STARTED, "booted", now));
      case CREATED, STARTED, SUSPENDING, SUSPENDED, STOPPING, STOPPED, DESTROYED -> List.of();
    };
  }

  /** A basher that ended by itself stops its machine, as a main process that ends does on Fly. */
  List<Effect> ended(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case STOPPING -> delays.stop().isZero() ? settled(machine, now) : List.of(settle(machine));
      case STARTING -> machine.isFrozen() ? suspendRules.bootInstead(machine) : exited(machine, now);
      case STARTED, SUSPENDING -> exited(machine, now);
      case SUSPENDED -> {
        machine.loseSnapshot();
        yield List.of();
      }
      case CREATED, STOPPED, DESTROYED -> List.of();
    };
  }

  private List<Effect> exited(LocalMachine machine, Instant now) {
    return delays.stop().isZero()
        ? List.of(machine.to(MachineStatus.STOPPED, "exited", now))
        : List.of(machine.to(MachineStatus.STOPPING, "exited", now), settle(machine));
  }

  private Settle settle(LocalMachine machine) {
    return new Settle(machine.id(), machine.boot(), delays.stop());
  }

  List<Effect> settled(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case STOPPING -> List.of(machine.to(MachineStatus.STOPPED, "ended", now));
      case SUSPENDING -> List.of(machine.to(MachineStatus.SUSPENDED, "suspended", now));
      case CREATED, STARTING, STARTED, SUSPENDED, STOPPED, DESTROYED -> List.of();
    };
  }

  /** Ends a machine's boot because Fly itself ends. */
  List<Effect> close(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case STARTING, STARTED, SUSPENDING, SUSPENDED -> List.of(
          machine.to(MachineStatus.STOPPING, "close", now),
          new Shutdown(machine.id(), machine.boot(), machine.isFrozen() ? Duration.ZERO : machine.stopTimeout()));
      case CREATED, STOPPING, STOPPED, DESTROYED -> List.of();
    };
  }

  private static Refused stillActive() {
    return new Refused(412, "failed_precondition: machine still active, refusing to start");
  }

  static Refused cannot(String verb, LocalMachine machine) {
    return new Refused(412,
        "failed_precondition: unable to " + verb + " machine from current state: '" + machine.status().word() + "'");
  }
}
