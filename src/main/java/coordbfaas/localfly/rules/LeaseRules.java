package coordbfaas.localfly.rules;

import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.machines.LeaseNonce;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How leases are acquired, refreshed, read and released. Who has the app's token may read the nonce: a lease is no secret. */
final class LeaseRules {
  private final Ids ids;
  private final OpenQuestions open;

  LeaseRules(Ids ids, OpenQuestions open) {
    this.ids = ids;
    this.open = open;
  }

  /** Grants a lease that nobody holds, or that this nonce holds already: the same one then, for longer. */
  Answer acquire(LocalMachine machine, ApiCall call, Instant now) {
    var held = machine.lease(now);
    held.filter(lease -> !lease.isHeldBy(call.nonce())).ifPresent(lease -> {
      throw lease.heldByAnother(machine.id());
    });
    var ttl = ttl(ttlSeconds(call));
    var description = GoJson.text(call.body(), "description").or(() -> call.parameter("description"));
    var lease = held
        .map(current -> machine.hold(new LocalLease(current.nonce(), description.or(current::description), now.plus(ttl))))
        .orElseGet(() -> grant(machine, description, ttl, now));
    return Answer.of(held.isPresent() ? 200 : 201, lease.json(machine.origin().version()));
  }

  private long ttlSeconds(ApiCall call) {
    return GoJson.integer(call.body(), "ttl").or(() -> call.parameter("ttl").map(LeaseRules::seconds)).orElse(open.leaseTtlDefault().toSeconds());
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

  LocalLease grant(LocalMachine machine, Optional<String> description, Duration ttl, Instant now) {
    return machine.hold(new LocalLease(new LeaseNonce(ids.nonce()), description, now.plus(ttl)));
  }

  Answer read(LocalMachine machine, Instant now) {
    return Answer.of(200, current(machine, now).json(machine.origin().version()));
  }

  Answer release(LocalMachine machine, ApiCall call, Instant now) {
    if (!current(machine, now).isHeldBy(call.nonce())) throw new Refused(400, "invalid_argument: invalid nonce");
    machine.release();
    return Answer.ok();
  }

  private static LocalLease current(LocalMachine machine, Instant now) {
    return machine.lease(now).orElseThrow(() -> new Refused(404, "lease not found"));
  }
}
