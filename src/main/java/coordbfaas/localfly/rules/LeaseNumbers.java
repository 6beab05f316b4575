package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.JsonNode;
import coordbfaas.localfly.rules.Reply.Answer;
import coordbfaas.machines.LeaseNonce;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which lease a nonce is of, so that the log can tell leases without their nonces. Learned from what Fly answers and does, not
 * from what it believes: the judge is to judge Fly too.
 */
final class LeaseNumbers {
  /** What stands for a nonce that is of no lease that was ever told. */
  static final long UNKNOWN = 0;

  private static final int DEAD_MAX = 10_000;

  private record Live(long lease, Optional<LeaseNonce> nonce) {}

  private final Map<String, Live> live = new HashMap<>();
  private final Map<LeaseNonce, Long> dead = new LinkedHashMap<>();

  /** The number of the lease that a nonce is of; {@link #UNKNOWN} if it is of none that is known. */
  long of(String machine, LeaseNonce nonce) {
    return Optional.ofNullable(live.get(machine)).filter(held -> held.nonce.filter(nonce::equals).isPresent()).map(Live::lease)
        .orElseGet(() -> dead.getOrDefault(nonce, UNKNOWN));
  }

  /** Sees what was done. */
  void see(Effect effect) {
    switch (effect) {
      case Effect.Leased(var machine, var lease, var until, var cause) -> leased(machine, lease);
      case Effect.Changed changed -> {
        if (changed.to() == MachineStatus.DESTROYED) bury(changed.machine());
      }
      case Effect.Released released -> { } // known on, for calls that bear it too late
      case Effect.Launch launch -> { }
      case Effect.Boot boot -> { }
      case Effect.Shutdown shutdown -> { }
      case Effect.Freeze freeze -> { }
      case Effect.Thaw thaw -> { }
      case Effect.Settle settle -> { }
    }
  }

  private void leased(String machine, long lease) {
    var held = live.get(machine);
    if (held != null && held.lease == lease) return;
    bury(machine);
    live.put(machine, new Live(lease, Optional.empty()));
  }

  private void bury(String machine) {
    Optional.ofNullable(live.remove(machine)).ifPresent(held -> held.nonce.ifPresent(nonce -> dead.put(nonce, held.lease)));
    if (dead.size() > DEAD_MAX) dead.remove(dead.keySet().iterator().next());
  }

  /** Sees what was answered, once its effects were seen. */
  void see(ApiCall call, Reply reply) {
    if (!(reply instanceof Answer(var status, var body)) || status / 100 != 2) return;
    body.ifPresent(json -> {
      if (call.action() == Action.CREATE) told(json.path("id").asText(), json.path("nonce"));
      if (List.of(Action.LEASE_ACQUIRE, Action.LEASE_READ).contains(call.action()))
        told(call.machine(), json.path("data").path("nonce"));
    });
  }

  private void told(String machine, JsonNode nonce) {
    if (nonce.isTextual()) live.computeIfPresent(machine, (same, held) ->
        new Live(held.lease, Optional.of(new LeaseNonce(nonce.textValue()))));
  }
}
