package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.machines.HostStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * What Fly answers to a call, and what becomes of the machine: the Machines API without sockets, threads or a clock.
 *
 * <p>It is told what was called ({@link #answer}) and what came of its effects ({@link #launched}, {@link #booted},
 * {@link #ended}, {@link #settled}); the caller carries out the effects in their order. Not for use by several threads.
 *
 * <p>An app comes into being with its first machine. {@code exec} and {@code ps} are not served: a machine here is a basher,
 * there is nothing else inside. What befalls machines without a call ({@link #die}, {@link #loseSnapshot}, {@link #failLaunch},
 * {@link #expireLease}, {@link #stealLease}, {@link #hostStatus}, {@link #readLag}) changes nothing of a machine that is unknown.
 */
public final class FlyRules {
  // So many destroyed machines can still be listed.
  private static final int DELETED_MAX = 100;

  private final OpenQuestions open;
  private final MachineRules machineRules;
  private final LifeRules lifeRules;
  private final StopRules stopRules;
  private final SuspendRules suspendRules;
  private final UpdateRules updateRules;
  private final EndRules endRules;
  private final LeaseRules leaseRules;
  private final MetadataRules metadataRules;
  private final Map<String, LocalMachine> machines = new LinkedHashMap<>();
  private final Past past = new Past(machines);
  private boolean closed;

  public FlyRules(Delays delays, OpenQuestions open, RandomGenerator random) {
    var ids = new Ids(random);
    this.open = open;
    this.leaseRules = new LeaseRules(ids, open);
    this.suspendRules = new SuspendRules(delays);
    this.stopRules = new StopRules(delays, open);
    this.updateRules = new UpdateRules(delays, open);
    this.endRules = new EndRules(delays, suspendRules, stopRules, updateRules);
    this.lifeRules = new LifeRules(delays, suspendRules);
    this.machineRules = new MachineRules(ids, lifeRules, leaseRules);
    this.metadataRules = new MetadataRules(open);
  }

  /** Answers a call. */
  public Outcome answer(ApiCall call, Instant now) {
    if (closed) return Outcome.of(Answer.error(503, "local-fly is stopping"));
    try {
      return call.action().isRead() ? Outcome.of(read(call, now)) : remembered(changed(call, now), now);
    } catch (Refused refused) {
      return Outcome.of(refused.answer());
    }
  }

  private Reply read(ApiCall call, Instant now) {
    return switch (call.action()) {
      case LIST -> ListRules.list(ofApp(past.machines(now), call.app()), call);
      case GET -> Answer.of(200, MachineJson.whole(named(past.machines(now), call, past.seen(now))));
      case WAIT -> WaitRules.await(named(call, now), call);
      case EVENTS -> WaitRules.events(named(call, now), call);
      case VERSIONS -> Answer.of(200, MachineJson.versions(named(call, now)));
      case LEASE_READ -> leaseRules.read(named(call, now), now);
      case METADATA_READ -> MetadataRules.read(named(call, now));
      case METADATA_READ_KEY -> MetadataRules.read(named(call, now), call.key());
      case CREATE, UPDATE, DESTROY, START, STOP, SUSPEND, RESTART, SIGNAL, CORDON, UNCORDON, LEASE_ACQUIRE, LEASE_RELEASE,
          METADATA_PATCH, METADATA_PUT, METADATA_SET_KEY, METADATA_REMOVE_KEY ->
          throw new IllegalArgumentException(call.action() + " is no read");
    };
  }

  private Outcome changed(ApiCall call, Instant now) {
    return switch (call.action()) {
      case CREATE -> create(call, now);
      case UPDATE -> updateRules.update(fenced(call, now), call, now);
      case DESTROY -> DestroyRules.destroy(fenced(call, now), call, now);
      case START -> lifeRules.start(fenced(call, now), now);
      case STOP -> stopRules.stop(fenced(call, now), call, now);
      case SUSPEND -> suspendRules.suspend(fenced(call, now), now);
      case RESTART -> stopRules.restart(fenced(call, now), call, now);
      case SIGNAL -> stopRules.signal(open.signalFenced() ? fenced(call, now) : reachable(call, now), call);
      case CORDON -> cordon(fenced(call, now), true);
      case UNCORDON -> cordon(fenced(call, now), false);
      case LEASE_ACQUIRE -> leaseRules.acquire(reachable(call, now), call, now);
      case LEASE_RELEASE -> leaseRules.release(reachable(call, now), call, now);
      case METADATA_SET_KEY -> metadataRules.set(named(call, now), call, now);
      case METADATA_REMOVE_KEY -> metadataRules.remove(named(call, now), call.key(), now);
      case METADATA_PATCH, METADATA_PUT -> metadataRules.patch(named(call, now), call, now);
      case LIST, GET, WAIT, EVENTS, VERSIONS, LEASE_READ, METADATA_READ, METADATA_READ_KEY ->
          throw new IllegalArgumentException(call.action() + " changes nothing");
    };
  }

  private Outcome create(ApiCall call, Instant now) {
    var created = machineRules.create(ofApp(machines, call.app()), call, now);
    machines.put(created.machine().id(), created.machine());
    return created.outcome();
  }

  private static Outcome cordon(LocalMachine machine, boolean on) {
    machine.cordon(on);
    return Outcome.of(Answer.ok());
  }

  // ---- what came of the effects ----

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
    return news(machine, boot, endRules::ended, now);
  }

  /** The delay of a {@link Effect.Settle} is over. */
  public List<Effect> settled(String machine, long boot, Instant now) {
    return news(machine, boot, endRules::settled, now);
  }

  private List<Effect> news(String machine, long boot, BiFunction<LocalMachine, Instant, List<Effect>> rule, Instant now) {
    return befalls(machine, known -> known.boot() == boot ? rule.apply(known, now) : List.of(), now);
  }

  // ---- what befalls a machine without a call ----

  /** The machine's main process ends by itself, as one that crashed. */
  public List<Effect> die(String machine, Instant now) {
    return befalls(machine, stopRules::die, now);
  }

  /** The snapshot of the machine's present or next suspension will be found lost by its start; the disk is kept. */
  public void loseSnapshot(String machine) {
    known(machine).ifPresent(LocalMachine::loseSnapshot);
  }

  /** The machine's next launch fails. */
  public void failLaunch(String machine) {
    known(machine).ifPresent(LocalMachine::failLaunch);
  }

  /** The machine's lease is over before its time. */
  public List<Effect> expireLease(String machine, Instant now) {
    return befalls(machine, known -> LeaseRules.end(known, "expire", now), now);
  }

  /** Somebody else holds the machine's lease, under a nonce that its holder does not know. */
  public List<Effect> stealLease(String machine, Instant now) {
    return befalls(machine, known -> leaseRules.steal(known, now), now);
  }

  /** What Fly knows of the machine's host: a machine whose host is not well is not told in full, and cannot be changed. */
  public void hostStatus(String machine, HostStatus status, Instant now) {
    befalls(machine, known -> {
      known.hostStatus(status);
      return List.of();
    }, now);
  }

  /** From now on get and list tell the machines as they were so long ago. */
  public void readLag(Duration lag, Instant now) {
    past.lag(lag, now);
  }

  private List<Effect> befalls(String machine, Function<LocalMachine, List<Effect>> rule, Instant now) {
    var effects = known(machine).map(rule).orElse(List.of());
    past.remember(now);
    return effects;
  }

  /** Answers no more calls, and has every machine shut down. */
  public List<Effect> close(Instant now) {
    closed = true;
    return machines.values().stream().flatMap(machine -> stopRules.close(machine, now).stream()).toList();
  }

  public boolean isClosed() {
    return closed;
  }

  /** The answer to a wait whose time is over. */
  public Answer tooLate(Reply.Wait wait) {
    return wait.tooLate(known(wait.machine()).map(LocalMachine::status).orElse(MachineStatus.DESTROYED));
  }

  public boolean isStarted(String machine) {
    return known(machine).filter(known -> known.status() == MachineStatus.STARTED).isPresent();
  }

  /** Whether the machine is on its way up. */
  public boolean isStarting(String machine) {
    return known(machine).filter(known -> known.status() == MachineStatus.STARTING).isPresent();
  }

  /** Whether the machine gets no requests but those that name it. */
  public boolean isCordoned(String machine) {
    return known(machine).filter(LocalMachine::isCordoned).isPresent();
  }

  /** Whether there is, or was not long ago, such a machine. */
  public boolean knows(String machine) {
    return known(machine).isPresent();
  }

  /** The machines of all apps that are not destroyed, as they are whatever get and list tell. */
  public List<MachineNow> machines(Instant now) {
    return machines.values().stream().filter(machine -> machine.status() != MachineStatus.DESTROYED)
        .map(machine -> machine.now(now)).toList();
  }

  private Optional<LocalMachine> known(String machine) {
    return Optional.ofNullable(machines.get(machine));
  }

  private static List<LocalMachine> ofApp(Map<String, LocalMachine> machines, String app) {
    return machines.values().stream().filter(machine -> machine.origin().app().equals(app)).toList();
  }

  private LocalMachine named(ApiCall call, Instant now) {
    return named(machines, call, now);
  }

  /** The machine that a call names, also for a while after it was destroyed. */
  private LocalMachine named(Map<String, LocalMachine> machines, ApiCall call, Instant now) {
    return Optional.ofNullable(machines.get(call.machine()))
        .filter(machine -> machine.origin().app().equals(call.app()) && isShown(machine, now))
        .orElseThrow(() -> new Refused(404, "machine not found"));
  }

  private boolean isShown(LocalMachine machine, Instant now) {
    return machine.status() != MachineStatus.DESTROYED || now.isBefore(machine.statusSince().plus(open.destroyedShown()));
  }

  /** The machine that a call would change, which Fly must be able to reach. */
  private LocalMachine reachable(ApiCall call, Instant now) {
    var machine = named(call, now);
    if (machine.hostStatus() != HostStatus.OK)
      throw new Refused(412, "failed_precondition: the machine's host is " + machine.hostStatus().word());
    return machine;
  }

  /** The machine that a call would change, which needs the nonce if there is a lease. */
  private LocalMachine fenced(ApiCall call, Instant now) {
    var machine = reachable(call, now);
    leaseRules.fence(machine, call, now);
    return machine;
  }

  private Outcome remembered(Outcome outcome, Instant now) {
    var deleted = machines.values().stream().filter(machine -> machine.status() == MachineStatus.DESTROYED).toList();
    deleted.stream().limit(Math.max(0, deleted.size() - DELETED_MAX)).forEach(machine -> machines.remove(machine.id()));
    past.remember(now);
    return outcome;
  }
}
