package coordbfaas.coord;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.facts.Fact;
import coordbfaas.facts.Fact.End;
import coordbfaas.pool.PoolSupervisor;
import coordbfaas.wire.Exit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A request's journal")
class RunJournalTest {
  private final List<Fact> facts = new ArrayList<>();
  private final RunJournal journal = new RunJournal(new RunOrder("r1", ByteString.fromString("echo secret"), false,
      new AnswerForm.Events(), Duration.ofSeconds(10), System.nanoTime() - 2_000_000_000L), facts::add);

  @Test
  void tellsARunsEndOnce() {
    journal.granted("m1");
    journal.began();
    journal.over(Exit.deadline(5));
    journal.failed(End.CLIENT_GONE); // who was told of the deadline may leave
    var ended = ended();
    assertThat(ended.end()).isEqualTo(End.DEADLINE);
    assertThat(ended.code()).isEqualTo(OptionalInt.of(124));
    assertThat(ended.machine()).contains("m1");
    assertThat(ended.queue()).isBetween(Duration.ofSeconds(2), Duration.ofMinutes(1));
    assertThat(ended.firstByte().orElseThrow()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
    assertThat(ended.running().orElseThrow()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
    assertThat(ended.toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @EnumSource(PoolSupervisor.Reason.class)
  void tellsARefusalWithoutARun(PoolSupervisor.Reason reason) {
    journal.refused(reason);
    assertThat(ended().end().isOfARun()).isFalse();
    assertThat(ended().end().name()).isEqualTo(reason.name());
    assertThat(ended().machine()).isEmpty();
    assertThat(ended().queue()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    assertThat(ended().running()).isEmpty();
  }

  @Test
  void tellsEveryReasonOfAnExitApart() {
    var ends = new HashSet<End>();
    for (var reason : Exit.Reason.values()) ends.add(End.valueOf(reason.name()));
    assertThat(ends).hasSize(Exit.Reason.values().length).allMatch(End::isOfARun);
  }

  @Test
  void timesWhatIsKnownWhenTheAnswerIsSent() {
    assertThat(journal.serverTiming()).matches("queue;dur=2\\d\\d\\d\\.\\d");
    journal.granted("m1");
    assertThat(journal.serverTiming()).matches("queue;dur=2\\d\\d\\d\\.\\d, first-byte;dur=\\d+\\.\\d");
    journal.began();
    var atTheBeginning = journal.serverTiming();
    assertThat(journal.serverTiming()).isEqualTo(atTheBeginning);
  }

  private Fact.RequestEnded ended() {
    assertThat(facts).hasSize(1);
    return (Fact.RequestEnded) facts.getFirst();
  }
}
