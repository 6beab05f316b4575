package coordbfaas.facts;

/** Hears of facts as they happen. */
@FunctionalInterface
public interface Observer {
  /** Hears nothing. */
  Observer NONE = fact -> {};

  /** Takes a fact. Called by any thread, often, and by actors: returns at once and never throws. */
  void saw(Fact fact);
}
