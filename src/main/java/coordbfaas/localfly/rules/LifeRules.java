package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import coordbfaas.localfly.rules.Effect.Boot;
import coordbfaas.localfly.rules.Effect.Launch;
import coordbfaas.localfly.rules.LocalBoot.Phase;
import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Instant;
import java.util.List;

/**
 * How a machine comes up.
 *
 * <pre>
 *  created ──launched──► starting ──booted──► started
 *     │                     ▲  └──could not be launched──► failed
 *     │                     └──start── stopped, failed, created if it was not launched
 *     └──could not be launched──► launch_failed ──settled──► failed
 * </pre>
 *
 * <p>How a machine that is started comes down is told by {@link StopRules}, by {@link SuspendRules}, which it comes up from as
 * well, and by {@link UpdateRules}; how it is destroyed, from every state, by {@link DestroyRules}.
 */
final class LifeRules {
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
      case CREATED -> startCreated(machine, now);
      case FAILED -> launch(machine, now);
      case SUSPENDING, SUSPENDED -> suspendRules.resume(machine, now);
      case REPLACING -> throw new Refused(412, "failed_precondition: machine getting replaced, refusing to start");
      case LAUNCH_FAILED, RESTARTING, DESTROYING, DESTROYED -> throw cannot("start", machine);
    };
  }

  private Outcome startStopped(LocalMachine machine, Instant now) {
    if (now.isBefore(machine.statusSince().plus(delays.stopWindow()))) throw stillActive();
    return launch(machine, now);
  }

  /** A machine that is on its way up from its create is not to be started; one that was created to wait is. */
  private Outcome startCreated(LocalMachine machine, Instant now) {
    if (machine.phase() == Phase.ASKED) throw cannot("start", machine);
    return launch(machine, now);
  }

  private Outcome launch(LocalMachine machine, Instant now) {
    var from = machine.status();
    machine.restarts(0);
    return new Outcome(startedFrom(from), List.of(
        machine.to(MachineStatus.STARTING, Cause.START, now),
        new Launch(machine.id(), machine.nextBoot(), delays.start())));
  }

  static Answer startedFrom(MachineStatus previous) {
    return Answer.of(200, JsonNodeFactory.instance.objectNode()
        .put("previous_state", previous.word()).put("migrated", false).put("new_host", ""));
  }

  List<Effect> launched(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case CREATED -> machine.phase() == Phase.ASKED ? launchCreated(machine, now) : List.of();
      case STARTING -> launchedStarting(machine, now);
      case LAUNCH_FAILED, STARTED, SUSPENDING, SUSPENDED, STOPPING, STOPPED, RESTARTING, REPLACING, FAILED, DESTROYING,
          DESTROYED -> List.of();
    };
  }

  private List<Effect> launchedStarting(LocalMachine machine, Instant now) {
    return switch (machine.phase()) {
      case ASKED -> launchStarting(machine, now);
      case FROZEN -> suspendRules.resumed(machine, now);
      case RUNNING, OVER -> List.of();
    };
  }

  private List<Effect> launchCreated(LocalMachine machine, Instant now) {
    if (machine.launchFails()) return launchFailed(machine, now);
    return List.of(machine.to(MachineStatus.STARTING, Cause.CREATE, now), boot(machine));
  }

  private List<Effect> launchFailed(LocalMachine machine, Instant now) {
    machine.phase(Phase.OVER);
    return List.of(machine.to(MachineStatus.LAUNCH_FAILED, Cause.LAUNCH_FAILED, now),
        new Effect.Settle(machine.id(), machine.boot(), delays.stop()));
  }

  private static List<Effect> launchStarting(LocalMachine machine, Instant now) {
    if (!machine.launchFails()) return List.of(boot(machine));
    machine.phase(Phase.OVER);
    return List.of(machine.to(MachineStatus.FAILED, Cause.LAUNCH_FAILED, now));
  }

  private static Boot boot(LocalMachine machine) {
    machine.phase(Phase.RUNNING);
    return new Boot(machine.id(), machine.boot(), machine.config().environment());
  }

  List<Effect> booted(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case STARTING -> machine.phase() == Phase.RUNNING
          ? List.of(machine.to(MachineStatus.STARTED, Cause.BOOTED, now)) : List.of();
      case CREATED, LAUNCH_FAILED, STARTED, SUSPENDING, SUSPENDED, STOPPING, STOPPED, RESTARTING, REPLACING, FAILED, DESTROYING,
          DESTROYED -> List.of();
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
