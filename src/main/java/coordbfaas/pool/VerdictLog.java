package coordbfaas.pool;

import org.slf4j.Logger;

/** What the log tells of a look's verdicts. */
final class VerdictLog {
  private VerdictLog() {}

  /** @param open whether the pool acts on verdicts on its own machines */
  static void note(Logger log, Reconcile.Verdict verdict, boolean open) {
    switch (verdict) {
      case Reconcile.Keep kept              -> log.debug("kept id={} reason={}", kept.machine(), kept.reason());
      case Reconcile.Clean others           -> log.debug("cleaned unless leased id={}", others.machine());
      case Reconcile.Verdict own when !open -> log.debug("verdict {}", own);
      case Reconcile.OfLater later          -> log.debug("verdict {}", later);
      case Reconcile.Condemn condemned      -> log.warn("to be destroyed {}", condemned);
      case Reconcile.Verdict own            -> log.info("verdict {}", own);
    }
  }
}
