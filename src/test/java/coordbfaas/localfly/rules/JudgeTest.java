package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
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

  private void leases(long lease, long seconds) {
    sees(new Effect.Leased("m1", lease, NOW.plusSeconds(seconds), "acquire"));
  }

  /** A lease that a caller gets. */
  private void leases(long lease, String caller) {
    sent(Action.LEASE_ACQUIRE, caller);
    calls(Action.LEASE_ACQUIRE, 0, OptionalLong.empty(), 201);
    leases(lease, 60);
  }

  private void sent(Action action, String caller) {
    sees(new CallLog.Sent(NOW, 1, action, "workers", "m1", caller, Optional.of(NOW)));
  }

  private void calls(Action action, OptionalLong lease, String caller) {
    sent(action, caller);
    calls(action, 1, lease, 200);
  }

  private void calls(Action action, long afterSeconds, OptionalLong lease, int status) {
    sees(new CallLog.Arrived(NOW.plusSeconds(afterSeconds), 1, action, "m1", lease, OptionalInt.of(status), true));
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
    void callsThatBearTheLease() {
      leases(7, 60);
      calls(Action.STOP, 1, OptionalLong.of(7), 200);
      calls(Action.LEASE_ACQUIRE, 2, OptionalLong.of(7), 200);
      leases(7, 90);
      calls(Action.LEASE_RELEASE, 3, OptionalLong.of(7), 200);
      assertThat(violations()).isEmpty();
    }

    @Test
    void callsThatAreRefusedOrChangeNothing() {
      leases(7, 60);
      calls(Action.STOP, 1, OptionalLong.of(6), 409);
      calls(Action.GET, 1, OptionalLong.empty(), 200);
      calls(Action.METADATA_PATCH, 1, OptionalLong.empty(), 204);
      sees(new CallLog.Arrived(NOW, 1, Action.STOP, "m1", OptionalLong.empty(), OptionalInt.of(200), false));
      assertThat(violations()).isEmpty();
    }

    @Test
    void callsWithoutANonceWhereThereIsNoLease() {
      calls(Action.STOP, 0, OptionalLong.empty(), 200);
      leases(7, 60);
      sees(new Effect.Released("m1", 7, "release"));
      calls(Action.STOP, 1, OptionalLong.of(7), 200);
      leases(8, 60);
      calls(Action.STOP, 60, OptionalLong.empty(), 200);
      assertThat(violations()).isEmpty();
    }

    @Test
    void aCallerThatUsesWhatItGot() {
      leases(7, "a");
      calls(Action.STOP, OptionalLong.of(7), "a");
      calls(Action.LEASE_ACQUIRE, OptionalLong.of(7), "a");
      leases(7, 90);
      calls(Action.LEASE_RELEASE, OptionalLong.of(7), "a");
      sees(new Effect.Released("m1", 7, "release"));
      leases(8, "b");
      calls(Action.STOP, OptionalLong.of(8), "b");
      assertThat(violations()).isEmpty();
    }

    @Test
    void aCallerThatOnlyReadsWhatAnotherGot() {
      leases(7, "a");
      calls(Action.LEASE_READ, OptionalLong.empty(), "b");
      calls(Action.GET, OptionalLong.of(7), "b");
      assertThat(violations()).isEmpty();
    }

    @Test
    void callersThatDoNotSayWhoTheyAre() {
      leases(7, "");
      calls(Action.STOP, OptionalLong.of(7), "a");
      sees(new Effect.Released("m1", 7, "release"));
      leases(8, "a");
      calls(Action.STOP, 1, OptionalLong.of(8), 200);
      sees(new Effect.Leased("m1", 9, NOW.plusSeconds(60), "steal"));
      calls(Action.STOP, OptionalLong.of(0), "b");
      assertThat(violations()).containsExactly("got lease 9 while lease 8 goes on");
    }

    @Test
    void aRunThatWasNeverAnsweredBesideOneThatWasRefused() {
      passes(1);
      sees(new CallLog.RunLost(NOW, "m1", 1));
      passes(1);
      sees(new CallLog.RunAnswered(NOW, "m1", 1, 409));
      assertThat(violations()).isEmpty();
      assertThat(judge.runs("m1", 1)).isEqualTo(1);
    }

    @Test
    void aThiefWhoseNonceNobodyKnows() {
      sees(new Effect.Leased("m1", 9, NOW.plusSeconds(60), "steal"));
      calls(Action.STOP, 1, OptionalLong.of(0), 200);
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
    void aSecondRunThatWasNeverAnswered() {
      passes(1);
      accepts(1);
      passes(1);
      sees(new CallLog.RunLost(NOW, "m1", 1));
      assertThat(violations()).containsExactly("may have taken another run in boot 1");
    }

    @Test
    void aRunAfterOneThatWasNeverAnswered() {
      passes(1);
      sees(new CallLog.RunLost(NOW, "m1", 1));
      passes(1);
      accepts(1);
      assertThat(violations()).containsExactly("accepted another run in boot 1");
    }

    @Test
    void aCallUnderALeaseThatAnotherCallerGot() {
      leases(7, "a");
      calls(Action.STOP, OptionalLong.of(7), "b");
      calls(Action.LEASE_ACQUIRE, OptionalLong.of(7), "b");
      leases(7, 90);
      calls(Action.STOP, OptionalLong.of(7), "a");
      calls(Action.DESTROY, OptionalLong.of(7), "b");
      assertThat(violations()).containsExactly("STOP by b under lease 7, which a got",
          "LEASE_ACQUIRE by b under lease 7, which a got", "DESTROY by b under lease 7, which a got");
    }

    @Test
    void aCallUnderTheLeaseOfAnothersCreate() {
      sent(Action.CREATE, "a");
      sees(new CallLog.Arrived(NOW, 1, Action.CREATE, "", OptionalLong.empty(), OptionalInt.of(200), true));
      sees(new Effect.Leased("m1", 7, NOW.plusSeconds(60), "create"));
      calls(Action.START, OptionalLong.of(7), "a");
      calls(Action.START, OptionalLong.of(7), "b");
      assertThat(violations()).containsExactly("START by b under lease 7, which a got");
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
    void aCallThatDoesNotBearTheLease() {
      leases(7, 60);
      calls(Action.STOP, 1, OptionalLong.empty(), 200);
      calls(Action.DESTROY, 1, OptionalLong.of(6), 200);
      calls(Action.LEASE_ACQUIRE, 1, OptionalLong.of(0), 201);
      assertThat(violations()).containsExactly("STOP without the nonce of lease 7", "DESTROY without the nonce of lease 7",
          "LEASE_ACQUIRE without the nonce of lease 7");
    }

    @Test
    void aSecondLeaseWhileTheFirstGoesOn() {
      leases(7, 60);
      leases(8, 60);
      assertThat(violations()).containsExactly("got lease 8 while lease 7 goes on");
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
