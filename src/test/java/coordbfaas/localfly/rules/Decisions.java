package coordbfaas.localfly.rules;

import static coordbfaas.localfly.rules.OpenQuestions.GUESSED;

import java.time.Duration;

/** A Fly that decides some of what its documents leave open otherwise than we guess. */
final class Decisions {
  private int wrongNonceStatus = GUESSED.wrongNonceStatus();
  private boolean deadNonceAccepted = GUESSED.deadNonceAccepted();
  private boolean refreshRevives = GUESSED.refreshRevives();
  private boolean signalFenced = GUESSED.signalFenced();
  private boolean stopTakesCreated = GUESSED.stopTakesCreated();
  private boolean updateStartsStopped = GUESSED.updateStartsStopped();
  private Duration destroyedShown = GUESSED.destroyedShown();
  private Duration leaseTtlDefault = GUESSED.leaseTtlDefault();
  private Duration leaseTtlMax = GUESSED.leaseTtlMax();

  Decisions answersAWrongNonceWith(int status) {
    wrongNonceStatus = status;
    return this;
  }

  Decisions refusesADeadNonce() {
    deadNonceAccepted = false;
    return this;
  }

  Decisions revivesNoLease() {
    refreshRevives = false;
    return this;
  }

  Decisions fencesNoSignal() {
    signalFenced = false;
    return this;
  }

  Decisions stopsWhatIsCreated() {
    stopTakesCreated = true;
    return this;
  }

  Decisions startsWhatItUpdates() {
    updateStartsStopped = true;
    return this;
  }

  Decisions showsTheDestroyedFor(Duration shown) {
    destroyedShown = shown;
    return this;
  }

  Decisions leasesFor(Duration unasked, Duration longest) {
    leaseTtlDefault = unasked;
    leaseTtlMax = longest;
    return this;
  }

  RuledFly fly() {
    return new RuledFly(Delays.NONE, new OpenQuestions(leaseTtlDefault, leaseTtlMax, wrongNonceStatus, deadNonceAccepted,
        refreshRevives, signalFenced, stopTakesCreated, updateStartsStopped, destroyedShown, GUESSED.metadataBytesMax(),
        GUESSED.retryAfter()));
  }
}
