package coordbfaas.basher;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import coordbfaas.wire.Exit;
import coordbfaas.wire.RunEvent;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("An output budget")
class OutputBudgetTest {
  private final AtomicInteger told = new AtomicInteger();

  @Test
  void letsItsLastByteThroughWithoutAWord() {
    var budget = budget(4);
    assertThat(budget.allow(stdout("abcd"))).isEqualTo(stdout("abcd"));
    assertThat(told).hasValue(0);
  }

  @Test
  void cutsTheFirstByteTooManyAndSaysSoAtOnce() {
    assertThat(budget(4).allow(stdout("abcde"))).isEqualTo(stdout("abcd"));
    assertThat(told).hasValue(1);
  }

  @Test
  void isOneForBothOutputs() {
    var budget = budget(4);
    assertThat(budget.allow(stdout("abc"))).isEqualTo(stdout("abc"));
    assertThat(budget.allow(stderr("def"))).isEqualTo(stderr("d"));
    assertThat(budget.allow(stdout("ghi"))).isEqualTo(stdout(""));
    assertThat(told).hasValue(1);
  }

  @Test
  void letsThroughWhateverTheChunksAreThePrefixThatFitsAndTellsOnceIfThereWasMore() {
    RandomCases.each(2_000, random -> {
      told.set(0);
      var limit = random.nextInt(1, 300);
      var budget = budget(limit);
      var written = ByteString.emptyByteString();
      var passed = ByteString.emptyByteString();
      for (var chunks = random.nextInt(20); chunks > 0; chunks--) {
        var chunk = ByteString.fromArray(RandomCases.bytes(random, random.nextInt(1, 60)));
        var toStdout = random.nextBoolean();
        var allowed = budget.allow(toStdout ? new RunEvent.Stdout(chunk) : new RunEvent.Stderr(chunk));
        assertThat(allowed instanceof RunEvent.Stdout).isEqualTo(toStdout);
        written = written.concat(chunk);
        passed = passed.concat(allowed.bytes());
      }
      assertThat(passed).isEqualTo(written.take(limit));
      assertThat(told).hasValue(written.size() > limit ? 1 : 0);
    });
  }

  @Test
  void tellsTheTruthOfAnExitThatComesAfterItWasExceeded() {
    var budget = budget(4);
    budget.allow(stdout("abcd"));
    assertThat(budget.truth(Exit.exited(0, 7))).isEqualTo(Exit.exited(0, 7));
    budget.allow(stdout("e"));
    for (var exit : new Exit[] {Exit.exited(0, 7), Exit.signaled(9, 7), Exit.deadline(7), Exit.workerLost(7)})
      assertThat(budget.truth(exit)).isEqualTo(Exit.outputLimit(7));
  }

  @Test
  void takesABudgetThatNoIntHolds() {
    assertThat(budget(Long.MAX_VALUE).allow(stdout("abc"))).isEqualTo(stdout("abc"));
    assertThat(told).hasValue(0);
  }

  private OutputBudget budget(long bytes) {
    return new OutputBudget(bytes, told::incrementAndGet);
  }

  private static RunEvent.Output stdout(String text) {
    return new RunEvent.Stdout(ByteString.fromString(text));
  }

  private static RunEvent.Output stderr(String text) {
    return new RunEvent.Stderr(ByteString.fromString(text));
  }
}
