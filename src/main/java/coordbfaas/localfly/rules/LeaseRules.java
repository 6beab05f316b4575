package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Effect.Leased;
import coordbfaas.localfly.rules.Effect.Released;
import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.machines.LeaseNonce;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How leases are acquired, refreshed, read and released. Who has the app's token may read the nonce: a lease is no secret. */
final class LeaseRules {
  private static final int HELD_BY_ANOTHER = 409;

  private final Ids ids;
  private final OpenQuestions open;
  private long leases;

  LeaseRules(Ids ids, OpenQuestions open) {
    this.ids = ids;
    this.open = open;
  }

  /** @throws Refused if somebody else holds the lease of a machine that a call would change */
  void fence(LocalMachine machine, ApiCall call, Instant now) {
    var lease = machine.lease(now);
    lease.filter(held -> !held.isHeldBy(call.nonce())).ifPresent(held -> {
      throw held.heldByAnother(open.wrongNonceStatus(), machine.id());
    });
    if (lease.isEmpty() && call.nonce().isPresent() && !open.deadNonceAccepted())
      throw new Refused(open.wrongNonceStatus(), "machine ID " + machine.id() + " lease is not held by this nonce");
  }

  /** Grants a lease that nobody holds, or that this nonce holds already: the same one then, for longer. */
  Outcome acquire(LocalMachine machine, ApiCall call, Instant now) {
    var held = machine.lease(now);
    held.filter(lease -> !lease.isHeldBy(call.nonce())).ifPresent(lease -> {
      throw lease.heldByAnother(HELD_BY_ANOTHER, machine.id());
    });
    if (machine.status() == MachineStatus.DESTROYED) throw new Refused(404, "machine not found");
    if (held.isEmpty() && call.nonce().isPresent() && !open.refreshRevives()) throw none();
    var ttl = ttl(ttlSeconds(call));
    var description = GoJson.text(call.body(), "description").or(() -> call.parameter("description"));
    return held.map(lease -> refresh(machine, lease, description, now.plus(ttl)))
        .orElseGet(() -> answer(201, machine, List.of(grant(machine, description, now.plus(ttl), "acquire")), now));
  }

  private Outcome refresh(LocalMachine machine, LocalLease lease, Optional<String> description, Instant until) {
    var longer = new LocalLease(lease.number(), lease.nonce(), description.or(lease::description), until);
    return new Outcome(Answer.of(200, longer.json(machine.version())), List.of(hold(machine, longer, "refresh")));
  }

  private static Outcome answer(int status, LocalMachine machine, List<Effect> effects, Instant now) {
    return new Outcome(Answer.of(status, current(machine, now).json(machine.version())), effects);
  }

  private long ttlSeconds(ApiCall call) {
    return GoJson.integer(call.body(), "ttl").or(() -> call.parameter("ttl").map(LeaseRules::seconds))
        .orElse(open.leaseTtlDefault().toSeconds());
  }

  private static long seconds(String text) {
    if (!text.matches("\\d{1,9}")) throw new Refused(400, "invalid_argument: ttl is not a number of seconds");
    return Long.parseLong(text);
  }

  /** @throws Refused unless it is from 1 s to the longest that is granted */
  Duration ttl(long seconds) {
    var most = open.leaseTtlMax().toSeconds();
    if (seconds < 1 || seconds > most) throw new Refused(400, "invalid_argument: ttl must be from 1 to " + most + " seconds");
    return Duration.ofSeconds(seconds);
  }

  /** Leases a machine that nobody holds. */
  Leased grant(LocalMachine machine, Optional<String> description, Instant until, String cause) {
    return hold(machine, new LocalLease(++leases, new LeaseNonce(ids.nonce()), description, until), cause);
  }

  private static Leased hold(LocalMachine machine, LocalLease lease, String cause) {
    machine.hold(lease);
    return new Leased(machine.id(), lease.number(), lease.expiresAt(), cause);
  }

  Answer read(LocalMachine machine, Instant now) {
    return Answer.of(200, current(machine, now).json(machine.version()));
  }

  Outcome release(LocalMachine machine, ApiCall call, Instant now) {
    if (!current(machine, now).isHeldBy(call.nonce())) throw new Refused(400, "invalid_argument: invalid nonce");
    return new Outcome(Answer.ok(), end(machine, "release", now));
  }

  /** Ends the lease of a machine, if it is leased. */
  static List<Effect> end(LocalMachine machine, String cause, Instant now) {
    var ended = machine.lease(now).<Effect>map(lease -> new Released(machine.id(), lease.number(), cause));
    machine.release();
    return ended.stream().toList();
  }

  /** Gives a machine to somebody else, for as long as it was leased; for the time of a lease without a ttl if it was not. */
  List<Effect> steal(LocalMachine machine, Instant now) {
    var until = machine.lease(now).map(LocalLease::expiresAt).orElse(now.plus(open.leaseTtlDefault()));
    var effects = new ArrayList<>(end(machine, "steal", now));
    effects.add(grant(machine, Optional.of("stolen"), until, "steal"));
    return effects;
  }

  private static LocalLease current(LocalMachine machine, Instant now) {
    return machine.lease(now).orElseThrow(LeaseRules::none);
  }

  private static Refused none() {
    return new Refused(404, "lease not found");
  }
}
