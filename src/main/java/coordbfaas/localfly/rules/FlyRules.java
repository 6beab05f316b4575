package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Reply.Answer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * What Fly answers to a call, and what becomes of the machine: the Machines API without sockets, threads or a clock.
 *
 * <p>It is told what was called ({@link #answer}) and what came of its effects ({@link #launched}, {@link #booted},
 * {@link #ended}, {@link #settled}); the caller carries out the effects in their order. Not for use by several threads.
 *
 * <p>An app comes into being with its first machine. A destroyed machine is gone at once: its name is free and a get says
 * 404, where Fly may say {@code destroyed} for a moment.
 */
public final class FlyRules {
  private final MachineRules machineRules;
  private final LifeRules lifeRules;
  private final SuspendRules suspendRules;
  private final LeaseRules leaseRules;
  private final Map<String, LocalMachine> machines = new LinkedHashMap<>();
  private boolean closed;

  public FlyRules(Delays delays, OpenQuestions open, RandomGenerator random) {
    var ids = new Ids(random);
    this.leaseRules = new LeaseRules(ids, open);
    this.suspendRules = new SuspendRules(delays);
    this.lifeRules = new LifeRules(delays, suspendRules);
    this.machineRules = new MachineRules(ids, lifeRules, leaseRules);
  }

  /** Answers a call. */
  public Outcome answer(ApiCall call, Instant now) {
    if (closed) return Outcome.of(Answer.error(503, "local-fly is stopping"));
    try {
      return carriedOut(call, now);
    } catch (Refused refused) {
      return Outcome.of(refused.answer());
    }
  }

  private Outcome carriedOut(ApiCall call, Instant now) {
    return switch (call.action()) {
      case LIST -> Outcome.of(machineRules.list(ofApp(call.app()), call));
      case CREATE -> create(call, now);
      case GET -> Outcome.of(Answer.of(200, named(call).json()));
      case DESTROY -> destroy(leased(call, now), call, now);
      case START -> lifeRules.start(leased(call, now), now);
      case STOP -> lifeRules.stop(leased(call, now), call, now);
      case SUSPEND -> suspendRules.suspend(leased(call, now), now);
      case WAIT -> Outcome.of(WaitRules.await(named(call), call));
      case LEASE_READ -> Outcome.of(leaseRules.read(named(call), now));
      case LEASE_ACQUIRE -> Outcome.of(leaseRules.acquire(named(call), call, now));
      case LEASE_RELEASE -> Outcome.of(leaseRules.release(named(call), call, now));
      case METADATA_READ -> Outcome.of(MetadataRules.read(named(call)));
      case METADATA_READ_KEY -> Outcome.of(MetadataRules.read(named(call), call.key()));
      case METADATA_SET_KEY -> Outcome.of(MetadataRules.set(named(call), call, now));
      case METADATA_REMOVE_KEY -> Outcome.of(MetadataRules.remove(named(call), call.key(), now));
      case METADATA_PATCH, METADATA_PUT -> Outcome.of(MetadataRules.patch(named(call), call, now));
    };
  }

  private Outcome create(ApiCall call, Instant now) {
    var created = machineRules.create(ofApp(call.app()), call, now);
    machines.put(created.machine().id(), created.machine());
    return created.outcome();
  }

  private Outcome destroy(LocalMachine machine, ApiCall call, Instant now) {
    var outcome = lifeRules.destroy(machine, call, now);
    machines.remove(machine.id());
    return outcome;
  }

  /** The delay of a {@link Effect.Launch} is over. */
  public List<Effect> launched(String machine, long boot, Instant now) {
    return closed ? List.of() : news(machine, boot, lifeRules::launched, now);
  }

  /** The machine's basher runs. */
  public List<Effect> booted(String machine, long boot, Instant now) {
    return news(machine, boot, lifeRules::booted, now);
  }

  /** The machine's basher is gone, whether it was told to go or not. */
  public List<Effect> ended(String machine, long boot, Instant now) {
    return news(machine, boot, lifeRules::ended, now);
  }

  /** The delay of a {@link Effect.Settle} is over. */
  public List<Effect> settled(String machine, long boot, Instant now) {
    return news(machine, boot, lifeRules::settled, now);
  }

  /** The snapshot of a machine's present or next suspension will be found lost by its start; the disk is kept. */
  public void loseSnapshot(String machine) {
    Optional.ofNullable(machines.get(machine)).ifPresent(LocalMachine::loseSnapshot);
  }

  /** Answers no more calls, and has every machine shut down. */
  public List<Effect> close(Instant now) {
    closed = true;
    return machines.values().stream().flatMap(machine -> lifeRules.close(machine, now).stream()).toList();
  }

  public boolean isClosed() {
    return closed;
  }

  /** The answer to a wait whose time is over. */
  public Answer tooLate(Reply.Wait wait) {
    var machine = Optional.ofNullable(machines.get(wait.machine()));
    return wait.tooLate(machine.map(LocalMachine::status).orElse(MachineStatus.DESTROYED));
  }

  public boolean isStarted(String machine) {
    return Optional.ofNullable(machines.get(machine)).filter(known -> known.status() == MachineStatus.STARTED).isPresent();
  }

  private List<Effect> news(String machine, long boot, BiFunction<LocalMachine, Instant, List<Effect>> rule, Instant now) {
    var known = machines.get(machine);
    return known == null || known.boot() != boot ? List.of() : rule.apply(known, now);
  }

  private List<LocalMachine> ofApp(String app) {
    return machines.values().stream().filter(machine -> machine.origin().app().equals(app)).toList();
  }

  /** The machine that a call names. */
  private LocalMachine named(ApiCall call) {
    return Optional.ofNullable(machines.get(call.machine())).filter(machine -> machine.origin().app().equals(call.app()))
        .orElseThrow(() -> new Refused(404, "machine not found"));
  }

  /** The machine that a call would change, which needs the nonce if there is a lease. */
  private LocalMachine leased(ApiCall call, Instant now) {
    var machine = named(call);
    machine.lease(now).filter(lease -> !lease.isHeldBy(call.nonce())).ifPresent(lease -> {
      throw lease.heldByAnother(machine.id());
    });
    return machine;
  }
}
