package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An answer that is owed")
class OwedAnswersTest {
  private final OwedAnswers owed = new OwedAnswers();

  @Test
  void isForgottenWhenItIsGiven() {
    var answer = owed.<String>owe(handedOver -> handedOver.complete("done"));
    assertThat(answer.toCompletableFuture().join()).isEqualTo("done");
    assertThat(owed.open()).isZero();
  }

  @Test
  void failsAtTheEndAndAfterIt() {
    var before = owed.owe(lost -> {});
    owed.end();
    var after = owed.owe(lost -> {});
    assertThat(List.of(before, after)).allSatisfy(answer -> assertThat(answer.toCompletableFuture())
        .failsWithin(Duration.ZERO).withThrowableThat().withCauseInstanceOf(MachinesFailure.Unreachable.class));
    assertThat(owed.open()).isZero();
  }

  @Test
  void isGivenHoweverItCoincidesWithTheEnd() {
    RandomCases.each(200, random -> {
      var some = new OwedAnswers();
      var asking = CompletableFuture.supplyAsync(() -> {
        var answers = new ArrayList<CompletionStage<Object>>();
        for (var call = 0; call < 200; call++) answers.add(some.owe(lost -> {}));
        return answers;
      });
      for (var spins = random.nextInt(20_000); spins > 0; spins--) Thread.onSpinWait();
      some.end();
      assertThat(asking.join()).allMatch(answer -> answer.toCompletableFuture().isDone());
    });
  }
}
