package coordbfaas.admin;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.Condition;
import coordbfaas.facts.Fact.PoolPhase;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A coordinator")
class ReadinessTest {
  private final Boards pool = Boards.serving();

  @Test
  void isReadyWhenItServesAndItsPoolIsOpen() {
    isReady();
    pool.boots(0);
    isReady();
  }

  @Test
  void isNotReadyBeforeItServes() {
    var board = new Board(Boards.SIZE);
    assertThat(Readiness.reasonsAgainst(board)).hasSize(2).anyMatch(reason -> reason.startsWith("starting"))
        .anyMatch(reason -> reason.contains("not been read"));
  }

  @Test
  void isNotReadyWhileItDrains() {
    pool.sees(new Fact.Draining()).sees(new Fact.Serving());
    isNotReady("draining");
  }

  @Test
  void isNotReadyWhenALaterInstanceOwnsItsPool() {
    pool.sees(new Fact.PoolBecame(PoolPhase.STEPPED_BACK));
    isNotReady("a later instance");
  }

  @Test
  void isNotReadyWhileItsPoolCloses() {
    pool.sees(new Fact.PoolBecame(PoolPhase.CLOSING));
    isNotReady("the pool is being closed");
  }

  @Test
  void isNotReadyWhileTheApiIsSilentAndIsAfterwards() {
    pool.boots(0).sees(new Fact.ApiSilent(Boards.START));
    isNotReady("the Machines API gives no answer since 2030-01-01T00:00:00Z");
    pool.sees(new Fact.ApiAnswers());
    isReady();
  }

  @Test
  void isNotReadyWhenMachineAfterMachineDoesNotComeUp() {
    pool.doesNotComeUp(0);
    isReady(); // once is an accident
    pool.doesNotComeUp(1);
    isNotReady("no machine is of use, and the last 2 did not come up");
    pool.moves(0, "CREATING", "CREATING", "slot-taken");
    isNotReady("no machine is of use");
    pool.boots(0);
    isReady();
  }

  @Test
  void isReadyWhenSomeMachinesDoNotComeUpAndOthersAreThere() {
    pool.boots(0).becomes(0, Condition.ALLOCATED).doesNotComeUp(1).doesNotComeUp(2);
    isReady();
  }

  @Test
  void countsMachinesThatExpireOnTheirWayUp() {
    for (var slot = 0; slot < 2; slot++)
      pool.moves(slot, "CREATING", "CREATING", "slot-taken").becomes(slot, Condition.EXPIRED);
    isNotReady("no machine is of use");
  }

  @Test
  void isNotReadyWhileEveryMachineIsStalledOrToBeDestroyed() {
    pool.boots(0).boots(1).becomes(0, Condition.STALLED);
    isReady();
    pool.becomes(1, Condition.EXPIRED);
    isNotReady("no machine is of use: all are stalled");
    pool.becomes(0, Condition.BOOTING);
    isReady();
  }

  /** One of the other slots may serve the next request. */
  @Test
  void isReadyWhenItsOnlyMachineIsToBeDestroyedAndAnotherCanBeMade() {
    pool.boots(0).becomes(0, Condition.EXPIRED);
    isReady();
    pool.boots(Boards.SIZE).becomes(Boards.SIZE, Condition.EXPIRED); // left from a larger pool: it takes no slot of this one's
    isReady();
  }

  private void isReady() {
    assertThat(Readiness.reasonsAgainst(pool.board())).isEmpty();
  }

  private void isNotReady(String why) {
    assertThat(Readiness.reasonsAgainst(pool.board())).hasSize(1).first().asString().startsWith(why);
  }
}
