package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The judge")
class JudgeTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Judge judge = new Judge();

  @BeforeEach
  void aStartedMachine() {
    sees(new CallLog.Created(NOW, "workers", "m1", "worker-p-0"));
    boots(1);
  }

  private void sees(CallLog.Entry entry) {
    judge.see(entry);
  }

  private void sees(Effect effect) {
    sees(new CallLog.Happened(NOW, effect));
  }

  private void changes(MachineStatus from, MachineStatus to) {
    sees(new Effect.Changed("m1", from, to, "test"));
  }

  private void boots(long boot) {
    changes(MachineStatus.STOPPED, MachineStatus.STARTING);
    sees(new Effect.Boot("m1", boot, Map.of()));
    changes(MachineStatus.STARTING, MachineStatus.STARTED);
  }

  private void stops() {
    changes(MachineStatus.STARTED, MachineStatus.STOPPING);
    changes(MachineStatus.STOPPING, MachineStatus.STOPPED);
  }

  private void passes(long boot) {
    sees(new CallLog.RunPassed(NOW, "m1", boot));
  }

  private void accepts(long boot) {
    sees(new CallLog.RunAnswered(NOW, "m1", boot, 200));
  }

  private List<String> violations() {
    return judge.violations().stream().map(Judge.Violation::what).toList();
  }

  @Nested
  @DisplayName("has nothing to say of")
  class HasNothingToSayOf {
    @Test
    void oneRunABoot() {
      for (var boot = 1; boot < 100; boot++) {
        passes(boot);
        accepts(boot);
        stops();
        boots(boot + 1);
      }
      assertThat(violations()).isEmpty();
    }

    @Test
    void aRunThatWasRefused() {
      for (var status : new int[] {409, 401, 200, 409}) {
        passes(1);
        sees(new CallLog.RunAnswered(NOW, "m1", 1, status));
      }
      assertThat(violations()).isEmpty();
    }

    @Test
    void anAnswerThatComesInTheNextBoot() {
      passes(1);
      stops();
      boots(2);
      passes(2);
      accepts(1);
      accepts(2);
      assertThat(violations()).isEmpty();
    }

    @Test
    void aNameThatIsUsedAgain() {
      sees(new CallLog.Created(NOW, "others", "m2", "worker-p-0"));
      changes(MachineStatus.STARTED, MachineStatus.DESTROYED);
      sees(new CallLog.Created(NOW, "workers", "m3", "worker-p-0"));
      assertThat(violations()).isEmpty();
    }
  }

  @Nested
  @DisplayName("condemns")
  class Condemns {
    @Test
    void twoRunsInOneBoot() {
      passes(1);
      accepts(1);
      passes(1);
      accepts(1);
      assertThat(violations()).containsExactly("accepted another run in boot 1");
    }

    @Test
    void twoRunsInOneBootThoughTheLastAnswerComesInTheNext() {
      passes(1);
      passes(1);
      accepts(1);
      stops();
      boots(2);
      accepts(1);
      assertThat(violations()).containsExactly("accepted another run in boot 1");
    }

    @Test
    void aRunThatWasPassedToAMachineThatIsNotStarted() {
      stops();
      passes(1);
      assertThat(violations()).containsExactly("got a run while stopped");
    }

    @Test
    void aRunThatWasPassedToAnEarlierBoot() {
      stops();
      boots(2);
      passes(1);
      assertThat(violations()).containsExactly("got a run in boot 1, but is in boot 2");
    }

    @Test
    void aRunThatWasPassedToAMachineThatIsGone() {
      changes(MachineStatus.STARTED, MachineStatus.DESTROYED);
      passes(1);
      assertThat(violations()).containsExactly("got a run, but does not exist");
    }

    @Test
    void twoMachinesOfOneName() {
      sees(new CallLog.Created(NOW, "workers", "m2", "worker-p-0"));
      assertThat(violations()).containsExactly("has the name of machine m1");
    }
  }

  @Test
  void countsAllThatItFindsAndKeepsTheFirst() {
    stops();
    for (var i = 0; i < 2000; i++) passes(1);
    assertThat(judge.found()).isEqualTo(2000);
    assertThat(judge.violations()).hasSize(1000);
  }
}
