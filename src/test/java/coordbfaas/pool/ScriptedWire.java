package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.CreateMachine;
import coordbfaas.machines.Lease;
import coordbfaas.machines.LeaseNonce;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesApi;
import coordbfaas.machines.MachinesFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The wire to Fly and to its machines: it notes each call, and the story answers it, or never does. */
final class ScriptedWire implements MachinesApi, WorkerHealth {
  enum Verb {
    CREATE, START, STOP, SUSPEND, AWAIT_STARTED, AWAIT_STOPPED, AWAIT_SUSPENDED, AWAIT_DESTROYED, DESTROY, HEALTH,
    LIST, GET, LEASE, ACQUIRE, REFRESH, RELEASE
  }

  /**
   * A call that was made.
   *
   * @param target a machine's id; of a create, the name
   * @param nonce where one was sent
   * @param create what a create asked for
   * @param description what a lease was to be described by
   * @param ttl how long it was to last
   */
  record Call(Verb verb, String target, Optional<LeaseNonce> nonce, Optional<CreateMachine> create, String description,
      Duration ttl, CompletableFuture<Object> future) {
    void isAnswered(Object answer) {
      assertThat(future.complete(answer)).as("%s of %s was answered before", verb, target).isTrue();
    }

    void fails(Throwable failure) {
      assertThat(future.completeExceptionally(failure)).as("%s of %s was answered before", verb, target).isTrue();
    }

    void isRejected(int status, String message) {
      fails(new MachinesFailure.Rejected(status, message));
    }

    void isRejectedForItsLease() {
      isRejected(409, "machine ID " + target + " lease currently held by somebody@example.com, expires at 2026-01-01T13:00:00Z");
    }

    /** No answer came: it may have been carried out all the same. */
    void isLost() {
      fails(new MachinesFailure.FateUnknown(verb + ": TimeoutException"));
    }
  }

  private final List<Call> calls = new ArrayList<>();
  private int creates;

  /** All calls that have no answer yet, oldest first. */
  List<Call> open() {
    return calls.stream().filter(call -> !call.future().isDone()).toList();
  }

  /** All calls of this kind that have no answer yet, oldest first. */
  List<Call> openOnes(Verb verb) {
    return open().stream().filter(call -> call.verb() == verb).toList();
  }

  /** The one call of this kind that has no answer yet. */
  Call open(Verb verb) {
    var open = openOnes(verb);
    assertThat(open).as("calls of %s without an answer, among %s", verb, open()).hasSize(1);
    return open.getFirst();
  }

  /** The nonce of the latest call that bore one. */
  Optional<LeaseNonce> lastNonce() {
    return calls.stream().flatMap(call -> call.nonce().stream()).reduce((first, second) -> second);
  }

  /** How often this was called. */
  long count(Verb verb) {
    return calls.stream().filter(call -> call.verb() == verb).count();
  }

  /** Every call that was made and is not forgotten, in order. */
  List<Call> calls() {
    return List.copyOf(calls);
  }

  /** What was called, in order. */
  List<Verb> verbs() {
    return calls.stream().map(Call::verb).toList();
  }

  /** How many machines were asked for. */
  int created() {
    return creates;
  }

  /** Forgets the calls that were answered. */
  void forgetsTheAnswered() {
    calls.removeIf(call -> call.future().isDone());
  }

  @Override
  public MachinesApi within(Duration time) {
    return this;
  }

  @Override
  public CompletionStage<Machine> create(CreateMachine request) {
    creates++;
    return noted(new Call(Verb.CREATE, request.name(), Optional.empty(), Optional.of(request), "", Duration.ZERO,
        new CompletableFuture<>()));
  }

  @Override
  public CompletionStage<MachineState> start(String machineId, LeaseNonce nonce) {
    return noted(Verb.START, machineId, Optional.of(nonce));
  }

  @Override
  public CompletionStage<Done> stop(String machineId, LeaseNonce nonce) {
    return noted(Verb.STOP, machineId, Optional.of(nonce));
  }

  @Override
  public CompletionStage<Done> awaitState(Machine machine, MachineState state, Duration timeout) {
    return noted(switch (state) {
      case STARTED -> Verb.AWAIT_STARTED;
      case STOPPED -> Verb.AWAIT_STOPPED;
      case SUSPENDED -> Verb.AWAIT_SUSPENDED;
      default -> Verb.AWAIT_DESTROYED;
    }, machine.id(), Optional.empty());
  }

  @Override
  public CompletionStage<Done> destroy(String machineId, LeaseNonce nonce) {
    return noted(Verb.DESTROY, machineId, Optional.of(nonce));
  }

  @Override
  public CompletionStage<Healthy> check(String machineId) {
    return noted(Verb.HEALTH, machineId, Optional.empty());
  }

  private <T> CompletionStage<T> noted(Verb verb, String target, Optional<LeaseNonce> nonce) {
    return noted(verb, target, nonce, "", Duration.ZERO);
  }

  private <T> CompletionStage<T> noted(Verb verb, String target, Optional<LeaseNonce> nonce, String description, Duration ttl) {
    return noted(new Call(verb, target, nonce, Optional.empty(), description, ttl, new CompletableFuture<>()));
  }

  @SuppressWarnings("unchecked") // the story answers with what the call asks for
  private <T> CompletionStage<T> noted(Call call) {
    calls.add(call);
    return (CompletionStage<T>) call.future();
  }

  @Override
  public CompletionStage<Done> suspend(String machineId, LeaseNonce nonce) {
    return noted(Verb.SUSPEND, machineId, Optional.of(nonce));
  }

  @Override
  public CompletionStage<Done> destroyUnleased(String machineId) {
    return noted(Verb.DESTROY, machineId, Optional.empty());
  }

  @Override
  public CompletionStage<List<Machine>> list() {
    return noted(Verb.LIST, "", Optional.empty());
  }

  @Override
  public CompletionStage<Machine> get(String machineId) {
    return noted(Verb.GET, machineId, Optional.empty());
  }

  @Override
  public CompletionStage<Optional<Lease>> lease(String machineId) {
    return noted(Verb.LEASE, machineId, Optional.empty());
  }

  @Override
  public CompletionStage<Lease> acquireLease(String machineId, String description, Duration ttl) {
    return noted(Verb.ACQUIRE, machineId, Optional.empty(), description, ttl);
  }

  @Override
  public CompletionStage<Lease> refreshLease(String machineId, LeaseNonce nonce, String description, Duration ttl) {
    return noted(Verb.REFRESH, machineId, Optional.of(nonce), description, ttl);
  }

  @Override
  public CompletionStage<Done> releaseLease(String machineId, LeaseNonce nonce) {
    return noted(Verb.RELEASE, machineId, Optional.of(nonce));
  }
}
