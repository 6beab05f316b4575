package coordbfaas.localfly.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
      for (var action : List.of(Action.START, Action.STOP, Action.DESTROY)) {
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
      fly.on(machine, Action.METADATA_READ).is(200);
      fly.on(machine, Action.METADATA_SET_KEY).key("k").body("{\"value\":\"v\"}").is(204);
      fly.on(machine, Action.METADATA_PATCH).body("{\"metadata\":{\"k\":null}}").is(204);
    }
  }

  @Test
  void isNotNeededWhileThereIsNone() {
    fly.on(machine, Action.START).nonce("of-a-lease-that-ended").is(200);
  }
}
