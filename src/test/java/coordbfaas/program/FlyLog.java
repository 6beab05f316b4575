package coordbfaas.program;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What a local Fly saw, in order. */
record FlyLog(List<JsonNode> entries) {
  private static final Set<String> CHANGING = Set.of("update", "destroy", "start", "stop", "suspend", "restart", "cordon",
      "uncordon", "lease-acquire", "lease-release", "metadata-patch", "metadata-put", "metadata-set-key", "metadata-remove-key");

  /** What came at an instant or later. */
  FlyLog since(Instant start) {
    return only(entry -> !at(entry).isBefore(start));
  }

  FlyLog only(Predicate<JsonNode> wanted) {
    return new FlyLog(entries.stream().filter(wanted).toList());
  }

  FlyLog of(String machine) {
    return only(entry -> is(entry, "machine", machine));
  }

  /** The calls of a coordinator that were sent to change one of these machines. */
  List<JsonNode> changes(String pool, Set<String> machines) {
    return only(entry -> is(entry, "event", "sent") && is(entry, "caller", "coordbfaas/" + pool)
        && CHANGING.contains(entry.path("action").asText()) && machines.contains(entry.path("machine").asText())).entries;
  }

  /** The ids of the machines of a pool that were made. */
  List<String> created(String pool) {
    return only(entry -> isCreationOf(entry, pool)).entries.stream().map(entry -> entry.path("machine").asText()).toList();
  }

  /** When the last of these machines was destroyed; empty if one is left. */
  Optional<Instant> destroyed(Set<String> machines) {
    var ends = only(entry -> isEnd(entry) && machines.contains(entry.path("machine").asText())).entries;
    return ends.size() < machines.size() ? Optional.empty() : ends.stream().map(FlyLog::at).max(Instant::compareTo);
  }

  /** How many machines were destroyed. */
  int destroyed() {
    return only(FlyLog::isEnd).entries.size();
  }

  /** The most machines of a pool that there were at a time. */
  int mostAtOnce(String pool) {
    var there = new HashSet<String>();
    var most = 0;
    for (var entry : entries) {
      if (isCreationOf(entry, pool)) there.add(entry.path("machine").asText());
      if (isEnd(entry)) there.remove(entry.path("machine").asText());
      most = Math.max(most, there.size());
    }
    return most;
  }

  /** The events that stand for what became of a machine and its runs, as words. */
  List<String> courseOf(String machine) {
    return of(machine).entries.stream().filter(entry -> List.of("changed", "run-passed").contains(entry.path("event").asText()))
        .map(entry -> is(entry, "event", "changed") ? entry.path("to").asText() : "run").toList();
  }

  /** How many runs were passed to machines. */
  int runs() {
    return only(entry -> is(entry, "event", "run-passed")).entries.size();
  }

  static Instant at(JsonNode entry) {
    return Instant.parse(entry.path("at").asText());
  }

  private static boolean isCreationOf(JsonNode entry, String pool) {
    return is(entry, "event", "created") && entry.path("name").asText().startsWith("worker-" + pool + "-");
  }

  private static boolean isEnd(JsonNode entry) {
    return is(entry, "event", "changed") && is(entry, "to", "destroyed");
  }

  private static boolean is(JsonNode entry, String field, String value) {
    return entry.path(field).asText().equals(value);
  }
}
