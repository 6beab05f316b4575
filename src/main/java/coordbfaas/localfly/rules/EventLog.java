package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The newest events of one machine, newest first. It never changes: a new event makes a new log. */
record EventLog(List<Event> events) {
  /** How many are kept. */
  static final int EVENTS_MAX = 20;

  static final EventLog EMPTY = new EventLog(List.of());

  /**
   * One thing that happened.
   *
   * @param id a ULID
   * @param status the state that the machine came to; of an {@code exit} always {@code stopped}
   * @param request what else there is to know; only of an {@code exit}
   */
  record Event(String id, String type, String status, String source, Instant at, Optional<ObjectNode> request) {
    ObjectNode json() {
      var json = JsonNodeFactory.instance.objectNode()
          .put("id", id).put("type", type).put("status", status).put("source", source).put("timestamp", at.toEpochMilli());
      request.ifPresent(known -> json.set("request", known.deepCopy()));
      return json;
    }
  }

  EventLog with(Event event) {
    var all = new ArrayList<Event>(List.of(event));
    all.addAll(events);
    return new EventLog(List.copyOf(all.subList(0, Math.min(all.size(), EVENTS_MAX))));
  }

  /** Whether something happened after the event of this id; an event that is not known any more is long past. */
  boolean hasNewsAfter(String id) {
    return events.isEmpty() || !events.getFirst().id().equals(id);
  }

  ArrayNode json(int limit) {
    var json = JsonNodeFactory.instance.arrayNode();
    events.stream().limit(limit).forEach(event -> json.add(event.json()));
    return json;
  }
}
