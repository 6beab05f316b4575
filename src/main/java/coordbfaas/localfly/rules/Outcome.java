package coordbfaas.localfly.rules;

import java.util.List;

/** What a call came to: the reply, and what is to be done because of it, in order. */
public record Outcome(Reply reply, List<Effect> effects) {
  static Outcome of(Reply reply) {
    return new Outcome(reply, List.of());
  }
}
