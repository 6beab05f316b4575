package coordbfaas.localfly.rules;

/**
 * How far a machine's latest cold boot is.
 *
 * @param number counted from 1, so that news of an earlier boot is told apart; 0 if there was none
 * @param snapshotLost whether a resume will find that the memory is gone
 * @param killed whether its main process was killed rather than asked to end
 */
record LocalBoot(long number, Phase phase, boolean snapshotLost, boolean killed) {
  /** {@code ASKED}: to be carried out. {@code OVER}: its basher is gone, if there ever was one. */
  enum Phase { ASKED, RUNNING, FROZEN, OVER }

  static final LocalBoot NONE = new LocalBoot(0, Phase.OVER, false, false);

  /** One that has no memory of those before it. */
  LocalBoot next() {
    return new LocalBoot(number + 1, Phase.ASKED, false, false);
  }

  LocalBoot to(Phase next) {
    return new LocalBoot(number, next, snapshotLost, killed);
  }

  LocalBoot withoutSnapshot() {
    return new LocalBoot(number, phase, true, killed);
  }

  LocalBoot beingKilled() {
    return new LocalBoot(number, phase, snapshotLost, true);
  }
}
