package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How a machine is destroyed: at once as the caller sees it, but its name is taken and its basher may run until it is
 * {@code destroyed}. A running one is destroyed by {@code force} only.
 */
final class DestroyRules {
  private DestroyRules() {}

  static Outcome destroy(LocalMachine machine, ApiCall call, Instant now) {
    return switch (machine.status()) {
      case CREATED, LAUNCH_FAILED, SUSPENDED, STOPPED, FAILED -> begun(machine, now);
      case STARTING, STARTED, SUSPENDING, STOPPING, RESTARTING, REPLACING -> forced(machine, call, now);
      case DESTROYING, DESTROYED -> Outcome.of(Answer.ok());
    };
  }

  private static Outcome forced(LocalMachine machine, ApiCall call, Instant now) {
    if (!call.flag("force") && !call.flag("kill")) throw new Refused(412,
        "failed_precondition: unable to destroy machine, not currently stopped, suspended, failed or created");
    return begun(machine, now);
  }

  private static Outcome begun(LocalMachine machine, Instant now) {
    return new Outcome(Answer.ok(), List.of(
        machine.to(MachineStatus.DESTROYING, Cause.DESTROY, now), StopRules.shutdown(machine, Duration.ZERO)));
  }

  /** Nothing is left of the machine but its name for a while; its lease is nobody's. */
  static List<Effect> destroyed(LocalMachine machine, Cause cause, Instant now) {
    var effects = new ArrayList<Effect>(List.of(machine.to(MachineStatus.DESTROYED, cause, now)));
    effects.addAll(LeaseRules.end(machine, "destroyed", now));
    return effects;
  }
}
