package coordbfaas.wire;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An output budget")
class OutputBudgetTest {
  @Test
  void letsItsLastByteThroughWithoutAWord() {
    var budget = new OutputBudget(4);
    assertThat(budget.allow(4)).isEqualTo(4);
    assertThat(budget.exceeded()).isFalse();
  }

  @Test
  void cutsTheFirstByteTooManyAndSaysSoAtOnce() {
    var budget = new OutputBudget(4);
    assertThat(budget.allow(5)).isEqualTo(4);
    assertThat(budget.exceeded()).isTrue();
  }

  @Test
  void allowsAsMuchAsItHasWhateverTheChunksAre() {
    RandomCases.each(2_000, random -> {
      var limit = random.nextInt(1, 300);
      var budget = new OutputBudget(limit);
      var written = 0;
      var allowed = 0;
      for (var chunks = random.nextInt(20); chunks > 0; chunks--) {
        var chunk = random.nextInt(1, 60);
        written += chunk;
        allowed += budget.allow(chunk);
        assertThat(allowed).isEqualTo(Math.min(written, limit));
        assertThat(budget.exceeded()).isEqualTo(written > limit);
      }
    });
  }

  @Test
  void tellsTheTruthOfAnExitThatComesAfterItWasExceeded() {
    var budget = new OutputBudget(4);
    budget.allow(4);
    assertThat(budget.truth(Exit.exited(0, 7))).isEqualTo(Exit.exited(0, 7));
    budget.allow(1);
    for (var exit : new Exit[] {Exit.exited(0, 7), Exit.signaled(9, 7), Exit.deadline(7), Exit.workerLost(7)})
      assertThat(budget.truth(exit)).isEqualTo(Exit.outputLimit(7));
  }

  @Test
  void takesABudgetThatNoIntHolds() {
    var budget = new OutputBudget(Long.MAX_VALUE);
    assertThat(budget.allow(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    assertThat(budget.exceeded()).isFalse();
  }
}
