package coordbfaas.localfly;

import com.fasterxml.jackson.databind.JsonNode;

/** What came of a {@link Wish}. */
sealed interface AdminAnswer {
  record Done() implements AdminAnswer {}

  record Told(JsonNode json) implements AdminAnswer {}

  /** @param what the thing that there is not */
  record NotFound(String what) implements AdminAnswer {}
}
