package coordbfaas.machines;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The Machines API over HTTP")
class HttpMachinesApiTest extends ClientStory {
  @BeforeEach
  void begins() {
    aClient(Pace.OFF);
  }

  @Nested
  @DisplayName("is asked")
  class IsAsked {
    @Test
    void forMachines() {
      assertThat(asked(api.list())).isEqualTo("GET /v1/apps/app/machines");
      assertThat(asked(api.get("m1"))).isEqualTo("GET /v1/apps/app/machines/m1");
      assertThat(asked(api.create(CREATE))).startsWith("POST /v1/apps/app/machines {\"name\":\"worker-c1-0\",\"lease_ttl\":300,");
    }

    @Test
    void toChangeMachinesUnderTheirNonce() {
      assertThat(asked(api.start("m1", NONCE))).isEqualTo("POST /v1/apps/app/machines/m1/start under n1");
      assertThat(asked(api.stop("m1", NONCE))).isEqualTo("POST /v1/apps/app/machines/m1/stop under n1");
      assertThat(asked(api.suspend("m1", NONCE))).isEqualTo("POST /v1/apps/app/machines/m1/suspend under n1");
      assertThat(asked(api.destroy("m1", NONCE))).isEqualTo("DELETE /v1/apps/app/machines/m1?force=true under n1");
      assertThat(asked(api.destroyUnleased("m1"))).isEqualTo("DELETE /v1/apps/app/machines/m1?force=true");
    }

    @Test
    void toWaitForAVersionOfAMachine() {
      assertThat(asked(api.awaitState(MACHINE, MachineState.STARTED, Duration.ofMillis(1500))))
          .isEqualTo("GET /v1/apps/app/machines/m1/wait?state=started&version=01H&timeout=2");
    }

    @Test
    void forLeases() {
      assertThat(asked(api.lease("m1"))).isEqualTo("GET /v1/apps/app/machines/m1/lease");
      assertThat(asked(api.acquireLease("m1", "d", Duration.ofMillis(30_001))))
          .isEqualTo("POST /v1/apps/app/machines/m1/lease {\"ttl\":31,\"description\":\"d\"}");
      assertThat(asked(api.refreshLease("m1", NONCE, "pool c1", Duration.ofSeconds(30))))
          .isEqualTo("POST /v1/apps/app/machines/m1/lease {\"ttl\":30,\"description\":\"pool c1\"} under n1");
      assertThat(asked(api.releaseLease("m1", NONCE))).isEqualTo("DELETE /v1/apps/app/machines/m1/lease under n1");
    }
  }

  @Nested
  @DisplayName("answers")
  class Answers {
    @Test
    void withMachinesStatesAndLeases() {
      assertThat(made(api.list()).value()).hasSize(2).allMatch(machine -> machine.id().equals("m1"));
      assertThat(made(api.create(CREATE)).value().nonce()).contains(NONCE);
      assertThat(made(api.start("m1", NONCE)).value()).isEqualTo(MachineState.STOPPED);
      assertThat(made(api.lease("m1")).value().orElseThrow().nonce()).isEqualTo(NONCE);
      assertThat(made(api.stop("m1", NONCE)).value()).isEqualTo(Done.done());
    }

    @Test
    void thatThereIsNoLease() {
      wire.tells("404 lease not found");
      assertThat(made(api.lease("m1")).value()).isEqualTo(Optional.empty());
    }

    @Test
    void withWhatIsWrongWhenItCannotBeRead() {
      wire.tells("malformed");
      assertThat(made(api.get("m1")).failure())
          .hasMessage("200 malformed answer to get: id missing (expected: a text)");
      wire.tells("html");
      assertThat(made(api.list()).failure()).hasMessage("200 malformed answer to list: no JSON");
      wire.tells("malformed");
      assertThat(made(api.acquireLease("m1", "d", Duration.ofMinutes(1))).failure())
          .hasMessage("200 malformed answer to acquire lease: nonce missing (expected: a text)");
    }
  }

  /** What was sent for a call that was made. */
  private String asked(CompletionStage<?> call) {
    assertThat(made(call).failed()).isFalse();
    var sent = wire.sent().getLast();
    return sent.method().value() + " " + sent.target() + sent.body().map(body -> " " + body).orElse("")
        + sent.nonce().map(nonce -> " under " + nonce.text()).orElse("");
  }
}
