package coordbfaas.conform;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * All that a run told.
 *
 * @param events all of them, the exit last
 */
record Outcome(byte[] stdout, byte[] stderr, List<Event> events) {
  Event exit() {
    return events.getLast();
  }

  JsonNode end() {
    return exit().data();
  }

  List<Event> outputs() {
    return events.subList(0, events.size() - 1);
  }
}
