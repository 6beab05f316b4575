package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Effect.Freeze;
import coordbfaas.localfly.rules.Effect.Launch;
import coordbfaas.localfly.rules.Effect.Settle;
import coordbfaas.localfly.rules.Effect.Shutdown;
import coordbfaas.localfly.rules.Effect.Thaw;
import coordbfaas.localfly.rules.LocalBoot.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How a machine is suspended and comes back.
 *
 * <pre>
 *  started ──suspend──► suspending ──settled──► suspended
 *     ▲                     │                       │
 *     └──thawed── starting ◄┴─────────start─────────┘
 * </pre>
 *
 * <p>Memory and disk are kept, so the boot is the same before and after. If the snapshot was lost, what is left of the boot is
 * shut down and another one begins: without its memory, but still with its disk.
 */
final class SuspendRules {
  private final Delays delays;

  SuspendRules(Delays delays) {
    this.delays = delays;
  }

  Outcome suspend(LocalMachine machine, Instant now) {
    if (machine.status() != MachineStatus.STARTED) throw LifeRules.cannot("suspend", machine);
    machine.phase(Phase.FROZEN);
    return new Outcome(Reply.Answer.ok(), List.of(
        machine.to(MachineStatus.SUSPENDING, Cause.SUSPEND, now),
        new Freeze(machine.id(), machine.boot()),
        new Settle(machine.id(), machine.boot(), delays.suspend())));
  }

  /** Starts a machine that is suspended or about to be: it may come up again before it was down. */
  Outcome resume(LocalMachine machine, Instant now) {
    var from = machine.status();
    return new Outcome(LifeRules.startedFrom(from), List.of(
        machine.to(MachineStatus.STARTING, Cause.START, now), wakeUp(machine)));
  }

  private Effect wakeUp(LocalMachine machine) {
    if (!machine.isFrozen()) return boot(machine);
    return machine.isSnapshotLost() ? discard(machine) : new Launch(machine.id(), machine.boot(), delays.resume());
  }

  /** The delay of a resume is over. */
  List<Effect> resumed(LocalMachine machine, Instant now) {
    if (machine.isSnapshotLost()) return List.of(discard(machine));
    machine.phase(Phase.RUNNING);
    return List.of(new Thaw(machine.id(), machine.boot()), machine.to(MachineStatus.STARTED, Cause.RESUMED, now));
  }

  /** What was to be resumed is gone: the machine boots instead. */
  List<Effect> bootInstead(LocalMachine machine) {
    return List.of(boot(machine));
  }

  private Launch boot(LocalMachine machine) {
    return new Launch(machine.id(), machine.nextBoot(), delays.start());
  }

  private static Shutdown discard(LocalMachine machine) {
    return new Shutdown(machine.id(), machine.boot(), Duration.ZERO);
  }
}
