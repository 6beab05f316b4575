package coordbfaas.localfly;

import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.machines.FlyToken;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is known of Fly, and has no other test that shows it over HTTP. */
@DisplayName("What is known of Fly")
class FactSheetTest {
  @Nested
  @DisplayName("tokens")
  class Tokens {
    @Test
    void areTakenAfterOneWordOrBoth() {
      try (var fly = new FlyOverHttp(LocalFlySettings.ephemeral().withToken(new FlyToken("FlyV1 fm2_secret")))) {
        fly.get("", "authorization", "Bearer fm2_secret").is(200);
        fly.get("", "authorization", "FlyV1 fm2_secret").is(200);
        fly.get("", "authorization", "Bearer FlyV1 fm2_secret").is(200);
        fly.get("", "authorization", "Bearer FlyV1 fm2_other").is(401);
        fly.get("").is(401);
      }
    }
  }

  @Nested
  @DisplayName("errors")
  class Errors {
    @Test
    void nameWhatIsNotThere() {
      try (var fly = FlyOverHttp.serve()) {
        assertThat(fly.get("/5c35f65c9f95").is(404).error()).isEqualTo("machine not found");
        assertThat(fly.call("DELETE", "/5c35f65c9f95?force=true", "").is(404).error()).isEqualTo("machine not found");
        fly.get("/5c35f65c9f95/lease").is(404);
      }
    }
  }

  @Nested
  @DisplayName("a machine")
  class AMachine {
    @Test
    void hasAnIdAVersionAndDatesLikeFlys() {
      try (var fly = FlyOverHttp.serve()) {
        var before = Instant.now().minusSeconds(1);
        var machine = fly.create("worker-p-0").is(200).body();
        assertThat(machine.path("id").asText()).matches("[0-9a-f]{14,20}");
        assertThat(machine.path("instance_id").asText()).matches("[0-9A-HJKMNP-TV-Z]{26}");
        assertThat(Instant.parse(machine.path("created_at").asText())).isBetween(before, Instant.now().plusSeconds(1));
        assertThat(Instant.parse(machine.path("updated_at").asText())).isAfterOrEqualTo(before);
      }
    }

    @Test
    void tellsItsNonceInTheAnswerToItsCreateOnly() {
      try (var fly = FlyOverHttp.serve()) {
        var machine = fly.create("worker-p-0", ",\"lease_ttl\":60").is(200).body();
        assertThat(machine.path("nonce").asText()).isNotEmpty();
        assertThat(fly.get("/" + machine.path("id").asText()).is(200).body().has("nonce")).isFalse();
        assertThat(fly.get("").is(200).body().path(0).has("nonce")).isFalse();
      }
    }
  }
}
