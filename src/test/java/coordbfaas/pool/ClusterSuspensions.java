package coordbfaas.pool;

import com.fasterxml.jackson.databind.JsonNode;
import coordbfaas.localfly.rules.Action;
import coordbfaas.localfly.rules.ApiCall;
import coordbfaas.pool.SimNetwork.Answer;
import coordbfaas.pool.SimNetwork.Outcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What each pool has seen suspended after a run. A list counts for machines of which the pool knew, when it asked for the list,
 * that they had been used: what it says of others may be older than their use.
 */
final class ClusterSuspensions {
  private final ClusterJudge judge;
  private final Map<SimPool, Set<String>> knownUsed = new HashMap<>();
  private final Map<ApiCall, Set<String>> usedWhenAsked = new IdentityHashMap<>();
  private final Map<SimPool, Set<String>> heard = new HashMap<>();
  private final Map<SimPool, Set<String>> known = new HashMap<>();

  ClusterSuspensions(ClusterJudge judge) {
    this.judge = judge;
  }

  void sends(SimPool pool, ApiCall call) {
    if (call.action() == Action.LIST) usedWhenAsked.put(call, Set.copyOf(knownUsed.getOrDefault(pool, Set.of())));
    if (call.action() == Action.GET) usedWhenAsked.put(call, Set.of(call.machine()));
  }

  void hears(SimPool pool, ApiCall call, Outcome outcome) {
    var used = usedWhenAsked.remove(call);
    if (used == null || used.isEmpty() || !(outcome instanceof Answer(var status, var body)) || status != 200) return;
    body.ifPresent(answer -> {
      if (answer.isArray()) answer.forEach(machine -> sees(pool, machine, used));
      else sees(pool, answer, used);
    });
  }

  private void sees(SimPool pool, JsonNode machine, Set<String> used) {
    var id = machine.path("id").asText();
    if (used.contains(id) && machine.path("state").asText().equals("suspended") && judge.isSuspendedAfterARun(id))
      heard.computeIfAbsent(pool, same -> new HashSet<>()).add(id);
  }

  /** It has taken note of everything that it was told. */
  void knowsAll(SimPool pool) {
    knownUsed.put(pool, judge.used());
    var news = heard.remove(pool);
    if (news != null) known.computeIfAbsent(pool, same -> new HashSet<>()).addAll(news);
  }

  boolean isKnown(SimPool pool, String machine) {
    return known.getOrDefault(pool, Set.of()).contains(machine);
  }
}
