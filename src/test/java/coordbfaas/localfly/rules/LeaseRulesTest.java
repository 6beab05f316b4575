package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("A machine's lease")
class LeaseRulesTest {
  private final RuledFly fly = new RuledFly();
  private final String machine = fly.aStopped("worker-p-0");

  private String acquire(int seconds) {
    return fly.on(machine, Action.LEASE_ACQUIRE).body("{\"ttl\":%d,\"description\":\"mine\"}".formatted(seconds))
        .is(201).path("data").path("nonce").asText();
  }

  private long expiry() {
    return fly.on(machine, Action.LEASE_READ).is(200).path("data").path("expires_at").asLong();
  }

  @Test
  void isAcquiredIfNobodyHoldsIt() {
    fly.on(machine, Action.LEASE_READ).refused(404);
    var nonce = acquire(30);
    var lease = fly.on(machine, Action.LEASE_READ).is(200);
    assertThat(lease.path("status").asText()).isEqualTo("success");
    assertThat(lease.path("data").path("nonce").asText()).isEqualTo(nonce).matches("[0-9a-f]{12}");
    assertThat(lease.path("data").path("expires_at").asLong()).isEqualTo(fly.now.getEpochSecond() + 30);
    assertThat(lease.path("data").path("description").asText()).isEqualTo("mine");
    assertThat(lease.path("data").path("owner").asText()).isNotEmpty();
    assertThat(lease.path("data").path("version").asText()).isEqualTo(fly.version(machine));
  }

  @Test
  void isRefusedToEveryoneElse() {
    acquire(30);
    for (var other : List.of(fly.on(machine, Action.LEASE_ACQUIRE), fly.on(machine, Action.LEASE_ACQUIRE).nonce("other")))
      assertThat(other.refused(409))
          .matches("machine ID " + machine + " lease currently held by \\S+, expires at 2026-01-01T00:00:30Z");
  }

  @Test
  void isRefreshedByItsHolderUnderTheSameNonce() {
    var nonce = acquire(30);
    fly.timePasses(Duration.ofSeconds(20));
    var lease = fly.on(machine, Action.LEASE_ACQUIRE).with("ttl", "60").nonce(nonce).is(200).path("data");
    assertThat(lease.path("nonce").asText()).isEqualTo(nonce);
    assertThat(lease.path("description").asText()).isEqualTo("mine");
    assertThat(expiry()).isEqualTo(fly.now.getEpochSecond() + 60);
  }

  @Test
  void endsSilentlyWhileTheMachineGoesOn() {
    var running = fly.aStarted("worker-p-1", ",\"lease_ttl\":30");
    fly.timePasses(Duration.ofSeconds(30).minusMillis(1));
    fly.on(running, Action.LEASE_READ).is(200);
    fly.timePasses(Duration.ofMillis(1));
    fly.on(running, Action.LEASE_READ).refused(404);
    assertThat(fly.state(running)).isEqualTo("started");
    fly.on(running, Action.STOP).is(200);
  }

  @Test
  void isANewOneIfItsHolderComesTooLate() {
    var nonce = acquire(30);
    fly.timePasses(Duration.ofSeconds(30));
    var next = fly.on(machine, Action.LEASE_ACQUIRE).nonce(nonce).is(201).path("data").path("nonce").asText();
    assertThat(next).isNotEqualTo(nonce);
  }

  @Test
  void isReleasedByItsNonceOnly() {
    fly.on(machine, Action.LEASE_RELEASE).nonce("any").refused(404);
    var nonce = acquire(30);
    fly.on(machine, Action.LEASE_RELEASE).refused(400);
    fly.on(machine, Action.LEASE_RELEASE).nonce("other").refused(400);
    fly.on(machine, Action.LEASE_RELEASE).nonce(nonce).is(200);
    fly.on(machine, Action.LEASE_READ).refused(404);
  }

  @Test
  void lastsAWhileThatFlyCanCount() {
    for (var ttl : List.of("0", "-5", "99999999999", "1.5", "\"30\"", "{}"))
      fly.on(machine, Action.LEASE_ACQUIRE).body("{\"ttl\":%s}".formatted(ttl)).refused(400);
    fly.on(machine, Action.LEASE_ACQUIRE).with("ttl", "soon").refused(400);
    fly.on(machine, Action.LEASE_READ).refused(404);
  }

  @Nested
  @DisplayName("held by another")
  class HeldByAnother {
    @Test
    void fencesEveryCallThatChangesTheMachine() {
      var nonce = acquire(30);
      for (var action : List.of(Action.START, Action.STOP, Action.DESTROY, Action.SUSPEND, Action.RESTART, Action.UPDATE,
          Action.SIGNAL, Action.CORDON, Action.UNCORDON)) {
        assertThat(fly.on(machine, action).with("force", "true").refused(409)).contains("lease currently held by");
        assertThat(fly.on(machine, action).with("force", "true").nonce("other").refused(409)).contains("lease currently held by");
      }
      assertThat(fly.state(machine)).isEqualTo("stopped");
      fly.on(machine, Action.START).nonce(nonce).is(200);
    }

    @Test
    void fencesNoCallThatReadsAndNoneOfMetadata() {
      acquire(30);
      fly.on(machine, Action.GET).is(200);
      fly.on(machine, Action.WAIT).with("state", "stopped").with("version", fly.version(machine)).is(200);
      fly.call(Action.LIST).is(200);
      fly.on(machine, Action.EVENTS).is(200);
      fly.on(machine, Action.VERSIONS).is(200);
      fly.on(machine, Action.METADATA_READ).is(200);
      fly.on(machine, Action.METADATA_SET_KEY).key("k").body("{\"value\":\"v\"}").is(204);
      fly.on(machine, Action.METADATA_PATCH).body("{\"metadata\":{\"k\":null}}").is(204);
    }
  }

  @Test
  void isNotNeededWhileThereIsNone() {
    fly.on(machine, Action.START).nonce("of-a-lease-that-ended").is(200);
  }

  @Nested
  @DisplayName("is told of without its nonce")
  class Told {
    private final Instant until = fly.now.plusSeconds(30);

    private String aLeased() {
      var leased = fly.create("worker-p-1", ",\"lease_ttl\":30").path("id").asText();
      assertThat(fly.effects).startsWith(new Effect.Leased(leased, 1, until, "create"));
      return leased;
    }

    @Test
    void whenItIsAcquiredRefreshedAndReleased() {
      var nonce = acquire(30);
      assertThat(fly.effects).containsExactly(new Effect.Leased(machine, 1, until, "acquire"));
      fly.timePasses(Duration.ofSeconds(10));
      fly.on(machine, Action.LEASE_ACQUIRE).with("ttl", "30").nonce(nonce).is(200);
      assertThat(fly.effects).containsExactly(new Effect.Leased(machine, 1, until.plusSeconds(10), "refresh"));
      fly.on(machine, Action.LEASE_RELEASE).nonce(nonce).is(200);
      assertThat(fly.effects).containsExactly(new Effect.Released(machine, 1, "release"));
      acquire(30);
      assertThat(fly.effects).containsExactly(new Effect.Leased(machine, 2, until.plusSeconds(10), "acquire"));
    }

    @Test
    void whenItExpiresBeforeItsTime() {
      var leased = aLeased();
      assertThat(fly.rules.expireLease(leased, fly.now)).containsExactly(new Effect.Released(leased, 1, "expire"));
      fly.on(leased, Action.LEASE_READ).refused(404);
      assertThat(fly.rules.expireLease(leased, fly.now)).isEmpty();
    }

    @Test
    void whenItIsStolen() {
      var leased = aLeased();
      var nonce = fly.on(leased, Action.LEASE_READ).is(200).path("data").path("nonce").asText();
      fly.timePasses(Duration.ofSeconds(10));
      assertThat(fly.rules.stealLease(leased, fly.now)).containsExactly(
          new Effect.Released(leased, 1, "steal"), new Effect.Leased(leased, 2, until, "steal"));
      fly.on(leased, Action.LEASE_ACQUIRE).nonce(nonce).refused(409);
      fly.on(leased, Action.DESTROY).nonce(nonce).refused(409);
    }

    @Test
    void whenSomebodyTakesWhatNobodyHeld() {
      assertThat(fly.rules.stealLease(machine, fly.now)).containsExactly(new Effect.Leased(machine, 1, until, "steal"));
    }
  }

  @Nested
  @DisplayName("on a Fly that decides otherwise")
  class Otherwise {
    private RuledFly other;

    private String aLeased(Decisions decisions) {
      other = decisions.fly();
      return other.aStarted("worker-p-0", ",\"lease_ttl\":10");
    }

    @Test
    void fencesWithAnotherStatus() {
      var leased = aLeased(new Decisions().answersAWrongNonceWith(403));
      assertThat(other.on(leased, Action.STOP).nonce("other").refused(403)).contains("lease currently held by");
    }

    @Test
    void isNotRevivedByARefresh() {
      var leased = aLeased(new Decisions().revivesNoLease());
      other.timePasses(Duration.ofSeconds(10));
      other.on(leased, Action.LEASE_ACQUIRE).nonce("of-a-lease-that-ended").refused(404);
      other.on(leased, Action.LEASE_ACQUIRE).is(201);
    }

    @Test
    void isMissedByANonceThatIsDead() {
      var leased = aLeased(new Decisions().refusesADeadNonce());
      other.timePasses(Duration.ofSeconds(10));
      other.on(leased, Action.STOP).nonce("of-a-lease-that-ended").refused(409);
      other.on(leased, Action.STOP).is(200);
    }

    @Test
    void lastsAsLongAsThatFlyGrants() {
      var leased = aLeased(new Decisions().leasesFor(Duration.ofSeconds(12), Duration.ofSeconds(60)));
      other.timePasses(Duration.ofSeconds(10));
      for (var ttl : List.of("0", "61")) other.on(leased, Action.LEASE_ACQUIRE).with("ttl", ttl).refused(400);
      assertThat(other.on(leased, Action.LEASE_ACQUIRE).is(201).path("data").path("expires_at").asLong())
          .isEqualTo(other.now.getEpochSecond() + 12);
    }
  }
}
