package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Effect.Launch;
import coordbfaas.localfly.rules.Effect.Settle;
import coordbfaas.localfly.rules.LocalBoot.Phase;
import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a machine gets another configuration, whole, under a new instance id.
 *
 * <pre>
 *  started ──update──► replacing ──ended, settled──► starting ──► started
 *  stopped, suspended, failed, created ──update──► replacing ──settled──► stopped, or created if it was
 * </pre>
 *
 * <p>{@code skip_launch} leaves a started machine stopped. A suspended one loses its snapshot. What nobody knows of Fly: an
 * update on the way from one state to another is refused with 412, and so is a name or a region other than the machine's, with
 * 400; {@code lease_ttl} is not heeded.
 */
final class UpdateRules {
  private final Delays delays;
  private final OpenQuestions open;

  UpdateRules(Delays delays, OpenQuestions open) {
    this.delays = delays;
    this.open = open;
  }

  Outcome update(LocalMachine machine, ApiCall call, Instant now) {
    var config = MachineConfig.of(call.body());
    requireSame("name", machine.origin().name(), call);
    requireSame("region", machine.origin().region(), call);
    var after = after(machine, GoJson.flag(call.body(), "skip_launch"));
    requireCurrent(machine, call);
    machine.update(config, after, now);
    var changed = machine.to(MachineStatus.REPLACING, Cause.UPDATE, now);
    return new Outcome(Answer.of(200, MachineJson.whole(machine)), List.of(changed, makeRoom(machine)));
  }

  private static void requireSame(String field, String current, ApiCall call) {
    if (GoJson.text(call.body(), field).filter(text -> !text.isEmpty() && !text.equals(current)).isPresent())
      throw new Refused(400, "invalid_argument: " + field + " of a machine cannot be changed");
  }

  private static void requireCurrent(LocalMachine machine, ApiCall call) {
    if (named(call).filter(version -> !version.equals(machine.version())).isPresent())
      throw new Refused(409, "aborted: machine version mismatch, current version is " + machine.version());
  }

  private static Optional<String> named(ApiCall call) {
    return GoJson.text(call.body(), "current_version").filter(version -> !version.isEmpty());
  }

  /** The state that an update is to end in. */
  private MachineStatus after(LocalMachine machine, boolean skipLaunch) {
    return switch (machine.status()) {
      case STARTED -> skipLaunch ? MachineStatus.STOPPED : MachineStatus.STARTED;
      case CREATED -> machine.phase() == Phase.ASKED ? refuse(machine) : launchedOr(MachineStatus.CREATED, skipLaunch);
      case STOPPED, SUSPENDED, FAILED -> launchedOr(MachineStatus.STOPPED, skipLaunch);
      case REPLACING -> throw new Refused(409, "aborted: machine update failed due to concurrent update");
      case LAUNCH_FAILED, STARTING, SUSPENDING, STOPPING, RESTARTING, DESTROYING, DESTROYED -> refuse(machine);
    };
  }

  private MachineStatus launchedOr(MachineStatus otherwise, boolean skipLaunch) {
    return open.updateStartsStopped() && !skipLaunch ? MachineStatus.STARTED : otherwise;
  }

  private static MachineStatus refuse(LocalMachine machine) {
    throw LifeRules.cannot("update", machine);
  }

  /** The boot of the version before has to end first, if there is one. */
  private Effect makeRoom(LocalMachine machine) {
    return switch (machine.phase()) {
      case RUNNING, FROZEN -> StopRules.shutdown(machine, machine.config().stopTimeout());
      case ASKED, OVER -> new Settle(machine.id(), machine.boot(), delays.create());
    };
  }

  /** The new version is in place. */
  List<Effect> replaced(LocalMachine machine, Instant now) {
    if (machine.afterUpdate() != MachineStatus.STARTED) return List.of(machine.to(machine.afterUpdate(), Cause.UPDATED, now));
    machine.restarts(0);
    return List.of(machine.to(MachineStatus.STARTING, Cause.UPDATED, now),
        new Launch(machine.id(), machine.nextBoot(), Duration.ZERO));
  }
}
