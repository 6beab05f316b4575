package coordbfaas.localfly.rules;

import java.time.Duration;
import java.util.Optional;

/** What a caller comes to know of its call. */
public sealed interface Told {
  /** @param retryAfter of the header {@code Retry-After}; whole seconds */
  record Answered(Reply.Answer answer, Optional<Duration> retryAfter) implements Told {
    static Answered of(Reply.Answer answer) {
      return new Answered(answer, Optional.empty());
    }
  }

  /** The connection was cut. */
  record Cut() implements Told {}

  /** Nothing, ever. */
  record Silence() implements Told {}
}
