package coordbfaas.admin;

import coordbfaas.facts.Fact.Condition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Whether a coordinator would serve a request. Pure. */
final class Readiness {
  /** So many machines in a row that did not come up are no accident any more. */
  static final int FAILED_BOOTS_MAX = 2;

  private static final Set<Condition> OF_USE = EnumSet.of(
      Condition.WARM, Condition.SUSPENDED, Condition.COLD, Condition.ALLOCATED, Condition.STOPPING);

  private static final Set<Condition> STUCK = EnumSet.of(Condition.STALLED, Condition.EXPIRED);

  private Readiness() {}

  /** What speaks against it, each in words for people; empty if it is ready. */
  static List<String> reasonsAgainst(Board board) {
    var reasons = new ArrayList<String>();
    switch (board.stage()) {
      case STARTING -> reasons.add("starting: the public port is not bound yet");
      case DRAINING -> reasons.add("draining: no new requests are taken");
      case SERVING  -> { }
    }
    switch (board.pool()) {
      case OPENING      -> reasons.add("the machines of the app have not been read yet");
      case STEPPED_BACK -> reasons.add("a later instance of this coordinator owns the pool");
      case CLOSING      -> reasons.add("the pool is being closed");
      case OPEN         -> { }
    }
    board.api().silentSince().ifPresent(since -> reasons.add("the Machines API gives no answer since " + Times.seconds(since)));
    if (isStuck(board)) reasons.add("no machine is of use: all are stalled, or to be destroyed");
    else if (isHopeless(board))
      reasons.add("no machine is of use, and the last " + board.failedBoots() + " did not come up");
    return List.copyOf(reasons);
  }

  private static boolean isStuck(Board board) {
    return !board.hasAFreeSlot() && board.machines().values().stream().allMatch(machine -> STUCK.contains(machine.condition()));
  }

  private static boolean isHopeless(Board board) {
    return board.failedBoots() >= FAILED_BOOTS_MAX
        && board.machines().values().stream().noneMatch(machine -> OF_USE.contains(machine.condition()));
  }
}
