package coordbfaas.admin;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.Condition;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The board")
class BoardTest {
  private final Boards pool = Boards.serving();

  @Test
  void knowsAMachineFromItsCreateToItsEnd() {
    pool.moves(3, "CREATING", "CREATING", "slot-taken");
    assertThat(pool.machine(3).condition()).isEqualTo(Condition.CREATING);
    assertThat(pool.machine(3).id()).isEmpty();
    pool.becomes(3, Condition.CREATING).moves(3, "CREATING", "IDLE", "healthy");
    var warmAt = pool.now();
    pool.becomes(3, Condition.WARM);
    assertThat(pool.machine(3)).extracting(Board.Machine::state, Board.Machine::condition, Board.Machine::since)
        .containsExactly("IDLE", Condition.WARM, warmAt);
    assertThat(pool.machine(3).id()).contains("id3");
    pool.moves(3, "EXPIRED", "ENDED", "gone");
    assertThat(pool.board().machines()).isEmpty();
    assertThat(pool.board().counts().values()).containsOnly(0);
  }

  @Test
  void countsGrantsAndKeepsTheLeaseAndTheLatestTrouble() {
    pool.boots(0);
    var until = Boards.START.plusSeconds(300);
    pool.sees(new Fact.LeaseHeld(0, until, false)).sees(new Fact.Granted(0)).sees(new Fact.Granted(0));
    pool.sees(new Fact.MachineTroubled(0, "old")).sees(new Fact.MachineTroubled(0, "x".repeat(1_000)));
    assertThat(pool.machine(0).runs()).isEqualTo(2);
    assertThat(pool.machine(0).leaseUntil()).contains(until);
    assertThat(pool.machine(0).trouble().orElseThrow().what()).isEqualTo("x".repeat(200) + "…");
  }

  @Test
  void isSinceTheSameWhenAMachineIsToldToBeWhatItWas() {
    pool.boots(0);
    var since = pool.machine(0).since();
    assertThat(pool.becomes(0, Condition.WARM).machine(0).since()).isEqualTo(since);
  }

  @Test
  void measuresABootFromItsCallAndAResetFromTheGrantsEnd() {
    pool.boots(0);
    assertThat(pool.took()).containsExactly(Boards.took(Phase.BOOT, 3)); // since the slot was taken
    pool.becomes(0, Condition.ALLOCATED).becomes(0, Condition.STOPPING).becomes(0, Condition.COLD);
    pool.becomes(0, Condition.BOOTING).becomes(0, Condition.WARM);
    assertThat(pool.took().subList(1, 3)).containsExactly(Boards.took(Phase.RESET, 1), Boards.took(Phase.BOOT, 1));
  }

  @Test
  void takesNoRenewalForABoot() {
    pool.boots(0).becomes(0, Condition.STALLED).becomes(0, Condition.WARM);
    assertThat(pool.took()).hasSize(1);
  }

  @Test
  void keepsTheLatestHundredTransitionsAndFiftyRuns() {
    for (var i = 0; i < 150; i++) pool.moves(0, "IDLE", "IDLE", "cause-" + i);
    assertThat(pool.board().transitions()).hasSize(100);
    assertThat(pool.board().transitions().getFirst().what().cause()).isEqualTo("cause-149");
    assertThat(pool.board().transitions().getLast().what().cause()).isEqualTo("cause-50");
    for (var i = 0; i < 60; i++) pool.sees(ended("run-" + i));
    assertThat(pool.board().runs()).hasSize(50);
    assertThat(pool.board().runs().getFirst().what().run()).isEqualTo("run-59");
  }

  @Test
  void tellsAnApiThatAnswersFromOneThatDoesNot() {
    pool.sees(new Fact.ApiCalled("list", "2xx", Duration.ZERO));
    var answered = pool.board().api().answeredAt();
    pool.sees(new Fact.ApiCalled("list", "not-sent", Duration.ZERO)).sees(new Fact.ApiSilent(Boards.START));
    assertThat(pool.board().api()).isEqualTo(new Board.Api(Optional.of(Boards.START), answered, Optional.of("list: not-sent")));
    pool.sees(new Fact.ApiAnswers());
    assertThat(pool.board().api().silentSince()).isEmpty();
  }

  private static Fact ended(String run) {
    return new Fact.RequestEnded(run, Optional.empty(), Fact.End.QUEUE_FULL, OptionalInt.empty(), Duration.ZERO,
        Optional.empty(), Optional.empty());
  }
}
