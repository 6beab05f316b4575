package coordbfaas.conform;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One event of a stream.
 *
 * @param text of its data, as written
 * @param nanos when its last byte came
 */
record Event(String name, String text, JsonNode data, long nanos) {
  boolean isExit() {
    return name.equals("exit");
  }
}
