package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import coordbfaas.localfly.rules.Effect.Settle;
import coordbfaas.localfly.rules.LocalBoot.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What becomes of a machine whose main process ended, told to or by itself, and of one that was on its way for long enough.
 *
 * <p>One that ended by itself stops its machine, unless its configuration has it restarted or destroyed. A basher's exit code
 * is not known here: it counts as 0, or as 137 if it was killed.
 */
final class EndRules {
  private static final Duration BACK_OFF = Duration.ofSeconds(1);
  private static final int KILLED = 137;
  private static final int SIGKILL = 9;

  private final Delays delays;
  private final SuspendRules suspendRules;
  private final StopRules stopRules;
  private final UpdateRules updateRules;

  EndRules(Delays delays, SuspendRules suspendRules, StopRules stopRules, UpdateRules updateRules) {
    this.delays = delays;
    this.suspendRules = suspendRules;
    this.stopRules = stopRules;
    this.updateRules = updateRules;
  }

  List<Effect> ended(LocalMachine machine, Instant now) {
    var phase = machine.phase();
    machine.phase(Phase.OVER);
    return switch (machine.status()) {
      case STARTING -> phase == Phase.FROZEN ? suspendRules.bootInstead(machine) : exited(machine, phase, now);
      case STARTED, SUSPENDING -> exited(machine, phase, now);
      case STOPPING, RESTARTING, DESTROYING -> endedAsAsked(machine, phase, delays.stop(), now);
      case REPLACING -> endedAsAsked(machine, phase, delays.create(), now);
      case CREATED, LAUNCH_FAILED, SUSPENDED, STOPPED, FAILED, DESTROYED -> List.of();
    };
  }

  private List<Effect> endedAsAsked(LocalMachine machine, Phase phase, Duration delay, Instant now) {
    if (phase != Phase.ASKED && phase != Phase.OVER) machine.exited(exit(machine, true, false, now), now);
    return delay.isZero() ? settled(machine, now) : List.of(new Settle(machine.id(), machine.boot(), delay));
  }

  private List<Effect> exited(LocalMachine machine, Phase phase, Instant now) {
    var restarts = machine.config().restart().restarts(machine.isKilled(), machine.restarts());
    if (phase != Phase.ASKED) machine.exited(exit(machine, false, restarts, now), now);
    return afterExit(machine, restarts, now);
  }

  private List<Effect> afterExit(LocalMachine machine, boolean restarts, Instant now) {
    if (restarts) return restart(machine, now);
    if (machine.config().autoDestroy())
      return List.of(machine.to(MachineStatus.DESTROYING, Cause.AUTO_DESTROY, now), settle(machine, delays.stop()));
    return delays.stop().isZero()
        ? List.of(machine.to(MachineStatus.STOPPED, Cause.EXITED, now))
        : List.of(machine.to(MachineStatus.STOPPING, Cause.EXITED, now), settle(machine, delays.stop()));
  }

  private List<Effect> restart(LocalMachine machine, Instant now) {
    machine.restarts(machine.restarts() + 1);
    return List.of(machine.to(MachineStatus.RESTARTING, Cause.EXITED, now), settle(machine, BACK_OFF));
  }

  private static Settle settle(LocalMachine machine, Duration delay) {
    return new Settle(machine.id(), machine.boot(), delay);
  }

  private static ObjectNode exit(LocalMachine machine, boolean requested, boolean restarting, Instant now) {
    var request = JsonNodeFactory.instance.objectNode();
    request.putObject("exit_event")
        .put("exit_code", machine.isKilled() ? KILLED : 0).put("exited_at", now.toString())
        .put("guest_exit_code", machine.isKilled() ? KILLED : 0).put("guest_signal", machine.isKilled() ? SIGKILL : -1)
        .put("oom_killed", false).put("requested_stop", requested).put("restarting", restarting).put("signal", -1);
    return request.put("restart_count", machine.restarts());
  }

  /** The delay of a {@link Settle} is over. One that was asked for on another way does no harm: its basher must be gone. */
  List<Effect> settled(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case SUSPENDING -> List.of(machine.to(MachineStatus.SUSPENDED, Cause.SUSPENDED, now));
      case LAUNCH_FAILED, STOPPING, RESTARTING, REPLACING, DESTROYING ->
          machine.phase() == Phase.OVER ? settledDown(machine, now) : List.of();
      case CREATED, STARTING, STARTED, SUSPENDED, STOPPED, FAILED, DESTROYED -> List.of();
    };
  }

  private List<Effect> settledDown(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case LAUNCH_FAILED -> launchFailed(machine, now);
      case STOPPING -> stopped(machine, now);
      case RESTARTING -> stopRules.restarted(machine, now);
      case REPLACING -> updateRules.replaced(machine, now);
      case DESTROYING -> DestroyRules.destroyed(machine, Cause.DESTROYED, now);
      case CREATED, STARTING, STARTED, SUSPENDING, SUSPENDED, STOPPED, FAILED, DESTROYED -> List.of();
    };
  }

  private static List<Effect> launchFailed(LocalMachine machine, Instant now) {
    return machine.config().autoDestroy()
        ? DestroyRules.destroyed(machine, Cause.LAUNCH_FAILED, now)
        : List.of(machine.to(MachineStatus.FAILED, Cause.LAUNCH_FAILED, now));
  }

  private static List<Effect> stopped(LocalMachine machine, Instant now) {
    if (!machine.config().autoDestroy()) return List.of(machine.to(MachineStatus.STOPPED, Cause.ENDED, now));
    return List.of(machine.to(MachineStatus.DESTROYING, Cause.AUTO_DESTROY, now), settle(machine, Duration.ZERO));
  }
}
