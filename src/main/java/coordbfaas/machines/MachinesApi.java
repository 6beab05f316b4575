package coordbfaas.machines;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/**
 * The calls of the Fly Machines API that a pool needs, for the machines of one app.
 *
 * <p>Every call ends in its time and fails with a {@link MachinesFailure}. What is only <i>not now</i> is repeated until then and
 * fails with {@code Later}; a call that changes something is never repeated when its answer was lost, but fails with {@code
 * FateUnknown}. {@code nonce} proves the lease; a call that changes a leased machine fails with {@code Rejected(409)} without it.
 *
 * <p>Who cancels the future of a call gives it up: it is not sent if it was not yet, nor again if it was.
 *
 * @see <a href="https://docs.machines.dev/">Fly: Machines API</a>
 */
public interface MachinesApi {
  /**
   * The same API, whose calls end within a time, if they would not have ended sooner.
   *
   * @param time for a call in all: waiting for its turn, attempts and pauses; a call that has no turn in it is not sent
   */
  MachinesApi within(Duration time);

  /** Every machine of the app; leases are not told. */
  CompletionStage<List<Machine>> list();

  /**
   * Creates a machine and has it booted. The answer comes before it runs.
   *
   * @return the machine with the nonce of its lease; fails with {@code Rejected(409)} if the name is taken, and tells by whom
   */
  CompletionStage<Machine> create(CreateMachine request);

  CompletionStage<Machine> get(String machineId);

  /**
   * Starts a stopped machine.
   *
   * @return the state in which the start found it; fails with {@code Rejected(412)} if its stop is not through after 10 s
   */
  CompletionStage<MachineState> start(String machineId, LeaseNonce nonce);

  /** Asks for a stop. Answered before the machine has stopped; no error if it had. */
  CompletionStage<Done> stop(String machineId, LeaseNonce nonce);

  /** Asks for a suspend: memory and disk are kept. Answered before the machine is suspended. */
  CompletionStage<Done> suspend(String machineId, LeaseNonce nonce);

  /**
   * Waits until a machine is in a state.
   *
   * @param machine tells the version to wait on
   * @param timeout on top of the call's own time; at least 1 s, the last second is rounded up
   * @return fails with {@code Rejected(408)} if the time ran out; a machine that is gone counts as destroyed
   */
  CompletionStage<Done> awaitState(Machine machine, MachineState state, Duration timeout);

  /** Destroys a machine, running or not. One that is gone already counts as destroyed. */
  CompletionStage<Done> destroy(String machineId, LeaseNonce nonce);

  /**
   * Destroys a machine that nobody holds. The API itself refuses if somebody does: fails with {@code Rejected(409)} then. One that
   * is gone already counts as destroyed.
   */
  CompletionStage<Done> destroyUnleased(String machineId);

  /** The lease on a machine with its nonce; empty if there is none. */
  CompletionStage<Optional<Lease>> lease(String machineId);

  /**
   * Acquires the lease of a machine that nobody holds.
   *
   * @param ttl rounded up to Fly's whole seconds
   */
  CompletionStage<Lease> acquireLease(String machineId, String description, Duration ttl);

  /**
   * Renews a lease, and describes it anew. An answer with another nonce means that ours had ended.
   *
   * @param ttl rounded up to Fly's whole seconds
   */
  CompletionStage<Lease> refreshLease(String machineId, LeaseNonce nonce, String description, Duration ttl);

  CompletionStage<Done> releaseLease(String machineId, LeaseNonce nonce);
}
