package coordbfaas.pool;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.auth.PoolClaim;
import coordbfaas.facts.Fact;
import coordbfaas.machines.HostStatus;
import coordbfaas.machines.Lease;
import coordbfaas.machines.Machine;
import coordbfaas.machines.MachineState;
import coordbfaas.machines.MachinesFailure;
import coordbfaas.pool.ScriptedWire.Verb;
import coordbfaas.pool.WorkerReport.Use;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.Done;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever holds it and whatever it was doing: it is ours under a nonce of our own, and stopped, or we leave it alone. */
@DisplayName("A machine under our name that we do not hold")
class WorkerReclaimTest extends ReclaimStory {
  @Nested
  @DisplayName("and that nobody holds")
  class AndThatNobodyHolds {
    @ParameterizedTest
    @EnumSource(value = MachineState.class, names = {
        "CREATED", "STARTING", "STARTED", "STOPPING", "STOPPED", "RESTARTING", "UNKNOWN"})
    void isAcquiredAndStoppedAndCold(MachineState seen) {
      isLookedFor();
      isSeen(aMachine(seen, EARLIER), Optional.empty());
      var acquire = wire.open(Verb.ACQUIRE);
      assertThat(acquire.target()).isEqualTo("m1");
      assertThat(acquire.description()).isEqualTo(SELF.description());
      acquire.isAnswered(aLease(NEW_NONCE, SELF));
      tellsThePool(Use.COMING);
      assertThat(wire.open(Verb.STOP).nonce()).contains(NEW_NONCE);
      stops();
      tellsThePool(Use.COLD);
      waitsFor();
    }

    /** Goal: a clock that was ahead makes nobody use a machine for longer than it may be used. */
    @Test
    void isUsedNoLongerThanANewOneIfItsMakersClockWasAhead() {
      isLookedFor();
      var claim = new PoolClaim(NAME.toString(), "c1", pool.image(), EARLIER.epoch(), EARLIER.id(), time.instant().plusSeconds(3600));
      isSeen(aMachine(MachineState.STOPPED, MachineClaim.metadata(claim, PlainClaims.OURS)), Optional.empty());
      wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
      stops();
      tellsThePool(Use.COMING, Use.COLD);
      time.passes(pool.leaseTtl().minus(APool.RESERVE));
      tellsThePool(Use.EXPIRED);
    }

    @Test
    void isServedOnlyAfterABootOfOurOwn() {
      isReclaimed();
      boots();
      assertThat(wire.verbs()).containsOnlyOnce(Verb.START);
      var boot = saysItIsHealthy();
      tellsThePool(Use.WARM);
      assertThat(isGranted(aRequest()).boot()).isEqualTo(boot);
    }

    @ParameterizedTest
    @EnumSource(value = MachineState.class, names = {
        "SUSPENDED", "SUSPENDING", "FAILED", "LAUNCH_FAILED", "MIGRATED", "REPLACED"})
    void isDestroyedWhenItCannotBeBroughtToAKnownState(MachineState seen) {
      isLookedFor();
      isSeen(aMachine(seen, EARLIER), Optional.empty());
      isDestroyedOnceItIsOurs();
    }

    @Test
    void isNotStartedWhenItTurnsOutToBeSuspendedAfterItsStop() {
      isReclaimed();
      isTold(new WorkerMachine.Boot());
      tellsThePool(Use.COMING);
      wire.open(Verb.START).isAnswered(MachineState.SUSPENDED);
      tellsThePool(Use.EXPIRED);
    }

    @Test
    void isOutdatedWhenItsClaimTellsOfAnotherImage() {
      isLookedFor();
      isSeen(aMachine(MachineState.STOPPED, metadata(EARLIER, "registry.example/w:0")), Optional.empty());
      wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
      assertThat(reports()).isNotEmpty()
          .allSatisfy(report -> assertThat(((WorkerReport.Became) report).outdated()).isTrue());
    }

    @Test
    void isGoneForUsWhenItHasAnotherName() {
      isLookedFor();
      var config = aMachine(MachineState.STARTED, EARLIER).config();
      isSeen(new Machine("m1", "worker-c1-4", MachineState.STARTED, "01H", Optional.empty(), config), Optional.empty());
      endsWithoutAChange();
    }

    @Test
    void isGoneWhenItIsDestroyed() {
      isLookedFor();
      isSeen(aMachine(MachineState.DESTROYED, EARLIER), Optional.empty());
      endsWithoutAChange();
    }
  }

  @Nested
  @DisplayName("but an earlier instance does,")
  class ButAnEarlierInstanceDoes {
    @Test
    void isStoppedUnderTheNonceThatWasReadThenReleasedAndLookedAtAgain() {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, EARLIER), Optional.of(aLease(THEIRS, EARLIER)));
      assertThat(wire.open(Verb.STOP).nonce()).contains(THEIRS);
      wire.open(Verb.STOP).isAnswered(Done.getInstance());
      waitsFor(Verb.AWAIT_STOPPED);
      wire.open(Verb.AWAIT_STOPPED).isAnswered(Done.getInstance());
      assertThat(wire.open(Verb.RELEASE).nonce()).contains(THEIRS);
      wire.open(Verb.RELEASE).isAnswered(Done.getInstance());
      isSeen(aMachine(MachineState.STOPPED, EARLIER), Optional.empty());
      wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
      tellsThePool(Use.COMING);
    }

    @Test
    void isKnownByItsClaimWhenItsLeaseIsTheOneItWasBornWith() {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, EARLIER), Optional.of(aLease(THEIRS, Optional.empty())));
      waitsFor(Verb.STOP);
    }

    @Test
    void isBelievedOfTheLeaseRatherThanOfTheClaim() {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, SELF), Optional.of(aLease(THEIRS, EARLIER)));
      waitsFor(Verb.STOP);
    }

    @Test
    void isLookedAtAgainWhenItsStopFails() {
      isStoppingTheirs();
      wire.open(Verb.STOP).isRejectedForItsLease(); // it has ended, or another has it
      untilTheNext(Verb.GET);
      assertThat(wire.count(Verb.RELEASE)).isZero();
    }

    @Test
    void isReleasedAgainUntilItIsKnownToBe() {
      isReleasing();
      for (var failure : List.of(new MachinesFailure.FateUnknown("no answer"), new MachinesFailure.Unreachable("no connection"),
          new MachinesFailure.Later(Duration.ZERO, true, "503"))) {
        wire.open(Verb.RELEASE).fails(failure);
        untilTheNext(Verb.RELEASE);
        waitsFor(Verb.RELEASE); // a look that came before it would be out of date
      }
      wire.open(Verb.RELEASE).isAnswered(Done.getInstance());
      waitsFor(Verb.GET);
    }

    @ParameterizedTest
    @EnumSource(value = MachineState.class, names = {"STARTED", "STOPPED"})
    void isLookedAtWhenThereIsNoSuchLeaseAnyMore(MachineState seen) {
      isReleasing();
      wire.open(Verb.RELEASE).isRejected(404, "lease not found");
      isSeen(aMachine(seen, EARLIER), Optional.empty());
      waitsFor(Verb.ACQUIRE);
    }

    @Test
    void isLookedAtLessAndLessOftenWhileItsReleaseIsRefusedThoughTheLeaseIsThere() {
      isReleasing();
      wire.open(Verb.RELEASE).isRejected(403, "not allowed");
      var first = untilTheNext(Verb.GET);
      for (var refusals = 0; refusals < 2; refusals++) {
        releaseIsRefusedAgain();
        untilTheNext(Verb.GET);
      }
      releaseIsRefusedAgain();
      assertThat(untilTheNext(Verb.GET)).isGreaterThan(first);
    }

    private void releaseIsRefusedAgain() {
      isSeen(aMachine(MachineState.STOPPED, EARLIER), Optional.of(aLease(THEIRS, EARLIER)));
      wire.open(Verb.STOP).isAnswered(Done.getInstance());
      wire.open(Verb.AWAIT_STOPPED).isAnswered(Done.getInstance());
      wire.open(Verb.RELEASE).isRejected(403, "not allowed");
    }
  }

  @Nested
  @DisplayName("but we do after all,")
  class ButWeDoAfterAll {
    /** Goal: what was called under that nonce, and what came of it, nobody knows; so it is not kept. */
    @Test
    void isTakenUnderItsNonceStoppedAndGivenAnother() {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, SELF), Optional.of(aLease(THEIRS, SELF)));
      assertThat(wire.open(Verb.REFRESH).nonce()).contains(THEIRS);
      wire.open(Verb.REFRESH).isAnswered(aLease(THEIRS, SELF));
      tellsThePool(Use.COMING);
      stops();
      isRotated(THEIRS, NEW_NONCE);
      stops();
      tellsThePool(Use.COMING, Use.COLD);
    }

    @Test
    void isGivenBackWhenTheRefreshMadeALeaseOfItsOwn() {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, SELF), Optional.of(aLease(THEIRS, SELF)));
      wire.open(Verb.REFRESH).isAnswered(aLease(NEW_NONCE, SELF));
      assertThat(wire.open(Verb.RELEASE).nonce()).contains(NEW_NONCE);
      untilTheNext(Verb.GET);
      changesNothing();
    }
  }

  @Nested
  @DisplayName("but a later instance does,")
  class ButALaterInstanceDoes {
    @Test
    void isLeftAloneAndThePoolIsTold() {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, EARLIER), Optional.of(aLease(THEIRS, LATER)));
      isLeftToTheLater();
    }

    @Test
    void isKnownByItsClaim() {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, LATER), Optional.of(aLease(THEIRS, Optional.empty())));
      isLeftToTheLater();
    }

    private void isLeftToTheLater() {
      assertThat(news()).isEqualTo(List.of(new WorkerReport.HeldByLater(NAME.slot(), LATER)));
      assertThat(hasEnded()).isTrue();
      waitsFor();
    }
  }

  @Nested
  @DisplayName("but somebody does,")
  class ButSomebodyDoes {
    @ParameterizedTest
    @MethodSource("coordbfaas.pool.WorkerReclaimTest#strangers")
    void isLookedAtNowAndThenUntilTheyAreGone(String stranger) {
      isLookedFor();
      var expires = time.instant().plusSeconds(90).getEpochSecond();
      for (var looks = 0; looks < 3; looks++) {
        isSeen(aMachine(MachineState.STARTED, EARLIER),
            Optional.of(new Lease(THEIRS, expires, Optional.empty(), Optional.of(stranger))));
        tellsThePool(Use.STALLED);
        assertThat(untilTheNext(Verb.GET)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(61));
        waitsFor(Verb.GET);
      }
      isSeen(aMachine(MachineState.STARTED, EARLIER), Optional.empty());
      waitsFor(Verb.ACQUIRE);
    }

    /** Goal: neither the looks that failed before nor those that see the same again change what is told. */
    @Test
    void isToldOnceWhateverTheLooksBefore() {
      isLookedFor();
      wire.open(Verb.GET).isLost();
      for (var looks = 0; looks < 3; looks++) {
        untilTheNext(Verb.GET);
        isSeen(aMachine(MachineState.STARTED, EARLIER), Optional.of(aLease(THEIRS, Optional.of("deploy in progress"))));
      }
      assertThat(alarms()).hasSize(1);
    }

    @Test
    void isNotBelievedToBeWhoTheMetadataSay() {
      isLookedFor();
      var forged = aMachine(MachineState.STARTED, Map.of("pool_claim", "forged|by|root"));
      isSeen(forged, Optional.of(aLease(THEIRS, Optional.empty())));
      tellsThePool(Use.STALLED);
      waitsFor();
    }
  }

  static List<String> strangers() {
    return List.of("", "deploy in progress", new Instance("c2", 3, "aa").description());
  }

  @Nested
  @DisplayName("and whose metadata")
  class AndWhoseMetadata {
    @ParameterizedTest
    @MethodSource("coordbfaas.pool.WorkerReclaimTest#tampered")
    void wereTamperedWithIsDestroyed(Map<String, String> metadata) {
      isLookedFor();
      isSeen(aMachine(MachineState.STARTED, metadata), Optional.empty());
      isDestroyedOnceItIsOurs();
    }

    @Test
    void areOfAnotherKeyIsDestroyed() {
      isLookedFor();
      isSeen(oneOfAnotherKey(), Optional.empty());
      isDestroyedOnceItIsOurs();
    }

    /** The lease that it was born with does not say whose it is, and its claim cannot be read any more. */
    @Test
    void areOfAnotherKeyIsDestroyedWithoutAnAlarmWhenItsFirstLeaseEnds() {
      isLookedFor();
      isSeen(oneOfAnotherKey(), Optional.of(aLease(THEIRS, Optional.empty())));
      tellsThePool(Use.STALLED);
      untilTheNext(Verb.GET);
      isSeen(oneOfAnotherKey(), Optional.empty());
      isDestroyedOnceItIsOurs();
      assertThat(alarms()).isEmpty();
    }

    @Test
    void areOfAnotherKeyIsAStrangersIfItsLeaseSaysSo() {
      isLookedFor();
      isSeen(oneOfAnotherKey(), Optional.of(aLease(THEIRS, Optional.of("deploy in progress"))));
      assertThat(alarms()).hasSize(1);
    }

    private Machine oneOfAnotherKey() {
      var claim = metadata(EARLIER, pool.image()).get("pool_claim").replace("ours", "old");
      return aMachine(MachineState.STARTED, Map.of("pool_claim", claim, "pool_id", "c1//" + pool.image()));
    }

    @Test
    void areNotToldIsTakenForWhatItsNameSays() {
      isLookedFor();
      isSeen(new Machine("m1", NAME.toString(), MachineState.STOPPED, "01H", Optional.empty(), HostStatus.UNREACHABLE,
          Optional.empty()), Optional.empty());
      wire.open(Verb.ACQUIRE).isAnswered(aLease(NEW_NONCE, SELF));
      tellsThePool(Use.COMING);
    }
  }

  static List<Map<String, String>> tampered() {
    var other = new WorkerName("c1", 4);
    var claim = "ours|" + other + "|c1|registry.example/w:1|6|ff|0";
    return List.of(Map.of(), Map.of("pool_id", "c1//registry.example/w:1"), Map.of("pool_claim", "nonsense"),
        Map.of("pool_id", "c1//registry.example/w:1", "pool_claim", claim),
        Map.of("pool_id", "c2//registry.example/w:1", "pool_claim", "ours|" + NAME + "|c1|registry.example/w:1|6|ff|0"));
  }

  private List<Fact> alarms() {
    return facts.stream().filter(fact -> fact instanceof Fact.Alarm).toList();
  }

  private void endsWithoutAChange() {
    assertThat(hasEnded()).isTrue();
    tellsThePool();
    waitsFor();
  }
}
