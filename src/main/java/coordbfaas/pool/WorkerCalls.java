package coordbfaas.pool;

import coordbfaas.auth.PoolClaim;
import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesApi;
import coordbfaas.machines.MachinesFailure;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** What a {@link WorkerMachine} asks of the Machines API and of its worker: each answer comes back to it as one message. */
final class WorkerCalls {
  enum Call { CREATE, START, AWAIT_STARTED, STOP, SUSPEND, AWAIT_SUSPENDED, DESTROY, LOOK, READ_LEASE, ACQUIRE, RELEASE }

  /** An answer. */
  sealed interface Outcome extends WorkerMachine.Command {}

  /** @param sent when the create was called: Fly's own clock for the lease started later */
  record Created(Machine machine, Moment sent) implements Outcome {}

  /** @param previous the state in which the start found the machine */
  record Starting(MachineState previous) implements Outcome {}

  /** @param boots the boot in which it was asked */
  record Started(long boots) implements Outcome {}

  /** @param boots the boot in which it was asked */
  record NotStarted(long boots, MachinesFailure failure) implements Outcome {}

  /** @param boots the boot in which it was asked */
  record Healthy(WorkerHealth.Healthy answer, long boots) implements Outcome {}

  /**
   * @param boots the boot in which it was asked
   * @param polls how many there have been in this boot
   */
  record NotHealthy(long boots, long polls) implements Outcome {}

  /** The API says that the machine has stopped. */
  record Stopped() implements Outcome {}

  /** The API suspends the machine. */
  record Suspending() implements Outcome {}

  /** The API says that the machine is suspended. */
  record Suspended() implements Outcome {}

  /** The API says that the machine is no more. */
  record Gone() implements Outcome {}

  /** The machine and its lease, as they were a moment ago. */
  record Looked(Machine machine, Optional<Lease> lease) implements Outcome {}

  /**
   * Whether a machine is no more; that it is not is not said for sure.
   *
   * @param asOf the change that was the latest when it was asked for
   */
  record LookedFor(long asOf, boolean gone) implements Outcome {}

  /** The lease, as it was a moment ago. */
  record LeaseRead(Optional<Lease> lease) implements Outcome {}

  /** @param sent when it was called: Fly's own clock started later */
  record Acquired(Lease lease, Moment sent) implements Outcome {}

  record Released() implements Outcome {}

  record CallFailed(Call call, MachinesFailure failure) implements Outcome {}

  private static final Duration GONE_PATIENCE = Duration.ofSeconds(10);

  private final ActorContext<WorkerMachine.Command> context;
  private final WorkerName name;
  private final WorkerMachine.Surroundings with;
  private CompletableFuture<?> change = new CompletableFuture<>();

  WorkerCalls(ActorContext<WorkerMachine.Command> context, WorkerName name, WorkerMachine.Surroundings with) {
    this.context = context;
    this.name = name;
    this.with = with;
  }

  void create() {
    var sent = with.clocks().now();
    var claim = new PoolClaim(name.toString(), name.pool(), with.settings().worker().image(),
        with.instance().epoch(), with.instance().id(), sent.wall().truncatedTo(ChronoUnit.MILLIS));
    var recipe = WorkerRecipe.of(name, with.settings(), MachineClaim.metadata(claim, with.claims()));
    call(Call.CREATE, changing(machines().create(recipe)), machine -> new Created(machine, sent));
  }

  void start(HeldMachine held, WorkerLease lease) {
    call(Call.START, changing(fenced(lease).start(held.id(), lease.nonce())), Starting::new);
  }

  void awaitStarted(HeldMachine held) {
    context.pipeToSelf(machines().awaitState(held.machine(), MachineState.STARTED, with.settings().bootTimeout()),
        (done, failure) -> failure == null ? new Started(held.boots()) : new NotStarted(held.boots(), MachinesFailure.of(failure)));
  }

  /** Stops a machine and waits until it has stopped, twice the time that it is given for that. */
  void stop(HeldMachine held, WorkerLease lease) {
    stop(fenced(lease), held.machine(), lease.nonce());
  }

  /** Stops a machine under the nonce of an instance that was there before us. */
  void stopTheirs(Machine machine, LeaseNonce nonce) {
    stop(machines(), machine, nonce);
  }

  private void stop(MachinesApi api, Machine machine, LeaseNonce nonce) {
    with.health().forget(machine.id());
    var patience = with.settings().stopTimeout().multipliedBy(2);
    call(Call.STOP, changing(api.stop(machine.id(), nonce))
        .thenCompose(asked -> await(machine, MachineState.STOPPED, patience)), done -> new Stopped());
  }

  void suspend(HeldMachine held, WorkerLease lease) {
    with.health().forget(held.id());
    call(Call.SUSPEND, changing(fenced(lease).suspend(held.id(), lease.nonce())), done -> new Suspending());
  }

  /** Apart from the suspend: once that is answered, a wait that fails does not mean that the machine is awake. */
  void awaitSuspended(HeldMachine held) {
    call(Call.AWAIT_SUSPENDED, machines().awaitState(held.machine(), MachineState.SUSPENDED, with.settings().bootTimeout()),
        done -> new Suspended());
  }

  /** That a wait is not answered leaves nothing unknown of the machine: it may be asked again. */
  private CompletionStage<Done> await(Machine machine, MachineState state, Duration patience) {
    return machines().awaitState(machine, state, patience)
        .exceptionallyCompose(thrown -> CompletableFuture.failedStage(switch (MachinesFailure.of(thrown)) {
          case MachinesFailure.FateUnknown lost -> new MachinesFailure.Later(Duration.ZERO, false, lost.getMessage());
          case MachinesFailure other -> other;
        }));
  }

  /** Destroys a machine and waits until it is gone. */
  void destroy(HeldMachine held, WorkerLease lease) {
    with.health().forget(held.id());
    call(Call.DESTROY, changing(fenced(lease).destroy(held.id(), lease.nonce()))
        .thenCompose(asked -> await(held.machine(), MachineState.DESTROYED, GONE_PATIENCE)), done -> new Gone());
  }

  /** Reads a machine and its lease. */
  void look(String machine) {
    call(Call.LOOK, machines().get(machine).thenCompose(seen ->
        machines().lease(machine).thenApply(lease -> new Looked(seen, lease))), Function.identity());
  }

  /** Asks whether a machine that we hold is there. */
  void lookFor(String machine, long asOf) {
    context.pipeToSelf(machines().get(machine), (seen, failure) ->
        new LookedFor(asOf, failure != null && with.rules().isGone(MachinesFailure.of(failure))));
  }

  void readLease(String machine) {
    call(Call.READ_LEASE, machines().lease(machine), LeaseRead::new);
  }

  void acquire(String machine) {
    var sent = with.clocks().now();
    var ttl = with.settings().ownership().leaseTtl();
    call(Call.ACQUIRE, changing(machines().acquireLease(machine, with.instance().description(), ttl)),
        lease -> new Acquired(lease, sent));
  }

  /** Takes over a lease that is ours already. */
  void adopt(String machine, LeaseNonce nonce) {
    var sent = with.clocks().now();
    call(Call.ACQUIRE, changing(refresh(machines(), machine, nonce)), lease -> new Acquired(lease, sent));
  }

  CompletionStage<Lease> renew(String machine, WorkerLease lease) {
    return refresh(fenced(lease), machine, lease.nonce());
  }

  private CompletionStage<Lease> refresh(MachinesApi api, String machine, LeaseNonce nonce) {
    return api.refreshLease(machine, nonce, with.instance().description(), with.settings().ownership().leaseTtl());
  }

  void release(String machine, LeaseNonce nonce) {
    call(Call.RELEASE, changing(machines().releaseLease(machine, nonce)), done -> new Released());
  }

  /** Gives up a lease that we never wanted; it ends by itself if that is not heard. */
  void discard(String machine, LeaseNonce nonce) {
    machines().releaseLease(machine, nonce);
  }

  /** @param polls how many there have been in this boot */
  void checkHealth(HeldMachine held, long polls) {
    context.pipeToSelf(with.health().check(held.id()), (healthy, failure) ->
        failure == null ? new Healthy(healthy, held.boots()) : new NotHealthy(held.boots(), polls + 1));
  }

  /** Gives up the call that changes something, if one is on its way: the machine is not ours any more. */
  void giveUp() {
    change.cancel(false);
  }

  /** There is one such call at a time, beside the renewals. */
  private <T> CompletionStage<T> changing(CompletionStage<T> call) {
    change = call.toCompletableFuture();
    return call;
  }

  /** The API for calls under a lease: what has to wait there is not sent when the lease is over. */
  private MachinesApi fenced(WorkerLease lease) {
    return with.machines().within(lease.left());
  }

  private MachinesApi machines() {
    return with.machines();
  }

  private <T> void call(Call call, CompletionStage<T> answer, Function<T, ? extends Outcome> success) {
    context.pipeToSelf(answer, (value, failure) ->
        failure == null ? success.apply(value) : new CallFailed(call, MachinesFailure.of(failure)));
  }
}
