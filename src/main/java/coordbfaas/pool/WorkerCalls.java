package coordbfaas.pool;

import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** What a {@link WorkerMachine} asks of the Machines API and of its worker: each answer comes back to it as one message. */
final class WorkerCalls {
  /** An answer. */
  sealed interface Outcome extends WorkerMachine.Command {}

  /** @param leaseEnd counted from when the create was sent: Fly's own clock started later */
  record Created(Machine machine, Instant leaseEnd) implements Outcome {}

  /** @param previous the state in which the start found the machine */
  record Starting(MachineState previous) implements Outcome {}

  record Started() implements Outcome {}

  record Healthy(WorkerHealth.Healthy answer) implements Outcome {}

  /** @param polls how many there have been in this boot */
  record NotHealthy(long polls) implements Outcome {}

  /** The API says that the machine has stopped. */
  record Stopped() implements Outcome {}

  /** The API says that the machine is no more. */
  record Gone() implements Outcome {}

  record CallFailed(String call, MachinesFailure failure) implements Outcome {}

  private final ActorContext<WorkerMachine.Command> context;
  private final WorkerName name;
  private final WorkerMachine.Surroundings with;

  WorkerCalls(ActorContext<WorkerMachine.Command> context, WorkerName name, WorkerMachine.Surroundings with) {
    this.context = context;
    this.name = name;
    this.with = with;
  }

  void create() {
    var leaseEnd = with.clock().instant().plus(with.settings().ownership().leaseTtl());
    call("create", with.machines().create(WorkerRecipe.of(name, with.settings())), machine -> new Created(machine, leaseEnd));
  }

  void start(HeldMachine held) {
    call("start", with.machines().start(held.id(), held.nonce()), Starting::new);
  }

  void awaitStarted(HeldMachine held) {
    call("wait", with.machines().awaitState(held.machine(), MachineState.STARTED, with.settings().bootTimeout()),
        done -> new Started());
  }

  /** Stops the machine and waits until it has stopped, twice the time that it is given for that. */
  void stop(HeldMachine held) {
    call("stop", with.machines().stop(held.id(), held.nonce()).thenCompose(asked -> awaitStopped(held)), done -> new Stopped());
  }

  /** That a wait is not answered leaves nothing unknown of the machine: it may be asked again. */
  private CompletionStage<Done> awaitStopped(HeldMachine held) {
    var patience = with.settings().stopTimeout().multipliedBy(2);
    return with.machines().awaitState(held.machine(), MachineState.STOPPED, patience)
        .exceptionallyCompose(thrown -> CompletableFuture.failedStage(switch (MachinesFailure.of(thrown)) {
          case MachinesFailure.FateUnknown lost -> new MachinesFailure.Later(Duration.ZERO, false, lost.getMessage());
          case MachinesFailure other -> other;
        }));
  }

  void destroy(HeldMachine held) {
    call("destroy", with.machines().destroy(held.id(), held.nonce()), done -> new Gone());
  }

  /** @param polls how many there have been in this boot */
  void checkHealth(HeldMachine held, long polls) {
    context.pipeToSelf(with.health().check(held.id()),
        (healthy, failure) -> failure == null ? new Healthy(healthy) : new NotHealthy(polls + 1));
  }

  private <T> void call(String call, CompletionStage<T> answer, Function<T, Outcome> success) {
    context.pipeToSelf(answer, (value, failure) ->
        failure == null ? success.apply(value) : new CallFailed(call, MachinesFailure.of(failure)));
  }
}
