package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Effect.Launch;
import coordbfaas.localfly.rules.Effect.Shutdown;
import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a machine is asked to come down, and to come up again.
 *
 * <pre>
 *  started, starting, suspending, suspended, restarting ──stop──► stopping ──ended, settled──► stopped
 *  started ──restart──► restarting ──ended, settled──► starting
 * </pre>
 *
 * <p>A stop of a suspended machine throws its snapshot away: there is nothing to be gentle with. What nobody knows of Fly: a
 * restart is refused unless the machine is started, and {@code SIGUSR1} and {@code SIGUSR2} do nothing to a basher.
 */
final class StopRules {
  // A signal asks a process to end; none of ours takes longer.
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final Delays delays;
  private final OpenQuestions open;

  StopRules(Delays delays, OpenQuestions open) {
    this.delays = delays;
    this.open = open;
  }

  Outcome stop(LocalMachine machine, ApiCall call, Instant now) {
    var killAfter = killAfter(machine, GoJson.text(call.body(), "signal"), GoJson.duration(call.body(), "timeout"));
    return switch (machine.status()) {
      case STARTING, STARTED, SUSPENDING, SUSPENDED, RESTARTING -> stopped(machine, killAfter, now);
      case CREATED -> stopCreated(machine, killAfter, now);
      case STOPPING, STOPPED -> Outcome.of(Answer.ok());
      case LAUNCH_FAILED, REPLACING, FAILED, DESTROYING, DESTROYED -> throw LifeRules.cannot("stop", machine);
    };
  }

  private Outcome stopCreated(LocalMachine machine, Duration killAfter, Instant now) {
    if (!open.stopTakesCreated()) throw LifeRules.cannot("stop", machine);
    return stopped(machine, killAfter, now);
  }

  private static Outcome stopped(LocalMachine machine, Duration killAfter, Instant now) {
    return down(machine, MachineStatus.STOPPING, Cause.STOP, killAfter, now);
  }

  /** Restarts a machine, with {@code timeout}, {@code signal} and {@code force_stop} of the query. */
  Outcome restart(LocalMachine machine, ApiCall call, Instant now) {
    var killAfter = killAfter(machine, call.parameter("signal"), call.parameter("timeout").map(StopRules::timeout));
    if (machine.status() != MachineStatus.STARTED) throw LifeRules.cannot("restart", machine);
    machine.restarts(0);
    return down(machine, MachineStatus.RESTARTING, Cause.RESTART, call.flag("force_stop") ? Duration.ZERO : killAfter, now);
  }

  /** A number of seconds or a duration in Go's syntax. */
  private static Duration timeout(String text) {
    return text.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(text)) : GoJson.parsed(text, "timeout");
  }

  private static Duration killAfter(LocalMachine machine, Optional<String> signal, Optional<Duration> timeout) {
    var kills = signal.filter(name -> !name.isEmpty()).map(Signal::of).filter(Signal.SIGKILL::equals).isPresent();
    var after = timeout.orElse(machine.config().stopTimeout());
    return kills || after.isNegative() ? Duration.ZERO : after;
  }

  private static Outcome down(LocalMachine machine, MachineStatus next, Cause cause, Duration killAfter, Instant now) {
    return new Outcome(Answer.ok(), List.of(machine.to(next, cause, now), shutdown(machine, killAfter)));
  }

  /** A basher that stands still would not hear that it is to end. */
  static Shutdown shutdown(LocalMachine machine, Duration killAfter) {
    var at = machine.isFrozen() ? Duration.ZERO : killAfter;
    if (at.isZero()) machine.kill();
    return new Shutdown(machine.id(), machine.boot(), at);
  }

  /** The boot before a restart is gone. */
  List<Effect> restarted(LocalMachine machine, Instant now) {
    return List.of(machine.to(MachineStatus.STARTING, Cause.RESTARTED, now),
        new Launch(machine.id(), machine.nextBoot(), delays.start()));
  }

  /** Sends a signal to the main process of a started machine; what that makes of it shows when it ends. */
  Outcome signal(LocalMachine machine, ApiCall call) {
    var signal = Signal.of(GoJson.text(call.body(), "signal").orElse(""));
    if (machine.status() != MachineStatus.STARTED) throw LifeRules.cannot("signal", machine);
    return switch (signal) {
      case SIGKILL -> new Outcome(Answer.ok(), List.of(shutdown(machine, Duration.ZERO)));
      case SIGHUP, SIGINT, SIGQUIT, SIGTERM -> new Outcome(Answer.ok(), List.of(shutdown(machine, PATIENCE)));
      case SIGUSR1, SIGUSR2 -> Outcome.of(Answer.ok());
    };
  }

  /** Has the main process of a machine die, as one that crashed; a suspended machine's snapshot with it. */
  List<Effect> die(LocalMachine machine) {
    return switch (machine.phase()) {
      case RUNNING, FROZEN -> List.of(shutdown(machine, Duration.ZERO));
      case ASKED, OVER -> List.of();
    };
  }

  /** Ends a machine's boot because Fly itself ends. */
  List<Effect> close(LocalMachine machine, Instant now) {
    return switch (machine.status()) {
      case STARTING, STARTED, SUSPENDING, SUSPENDED ->
          down(machine, MachineStatus.STOPPING, Cause.CLOSE, machine.config().stopTimeout(), now).effects();
      case CREATED, LAUNCH_FAILED, STOPPING, STOPPED, RESTARTING, REPLACING, FAILED, DESTROYING, DESTROYED -> List.of();
    };
  }
}
