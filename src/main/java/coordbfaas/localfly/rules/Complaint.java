package coordbfaas.localfly.rules;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import coordbfaas.localfly.rules.Reply.Answer;

/** What Fly answers instead of carrying a call out. */
interface Complaint {
  Answer to(Action action);

  /** A status, and a text for {@code error}. */
  record Said(int status, String text) implements Complaint {
    @Override
    public Answer to(Action action) {
      return Answer.error(status, text);
    }
  }

  /** What Fly has been seen to say. */
  enum Known implements Complaint {
    NO_CAPACITY, QUOTA, STILL_ACTIVE, STILL_STARTING, RATE_LIMITED, UNAVAILABLE;

    @Override
    public Answer to(Action action) {
      return switch (this) {
        case NO_CAPACITY -> action == Action.CREATE ? noHost()
            : Answer.error(409, "aborted: insufficient resources available to fulfill request");
        case QUOTA -> Answer.error(403, "organization local uses 2048 MB of memory in region local, which is its limit");
        case STILL_ACTIVE -> Answer.error(412, "failed_precondition: machine still active, refusing to start");
        case STILL_STARTING -> Answer.error(409, "aborted: machine still attempting to start");
        case RATE_LIMITED -> RateLimits.EXCEEDED;
        case UNAVAILABLE -> Answer.error(503, "upstream unavailable");
      };
    }

    private static Answer noHost() {
      return Answer.of(422, JsonNodeFactory.instance.objectNode()
          .put("error", "could not find a candidate host").put("status", "insufficient_capacity"));
    }
  }
}
