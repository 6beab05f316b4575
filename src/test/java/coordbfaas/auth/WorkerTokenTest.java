package coordbfaas.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A worker token")
class WorkerTokenTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.700Z");

  private final KeyPair keys = KeyPair.generate();

  @Test
  void saysWhatTheContractShows() throws Exception {
    var token = new WorkerToken("1857156b526dd8", "run-1", new RunLimits(10_000, 1 << 26), Optional.of("boot-1"),
        Optional.of("ab".repeat(32)));
    var text = token.sign(keys, NOW, Duration.ofSeconds(30)).text();
    assertThat(part(text, 0)).isEqualTo(json("{\"alg\":\"EdDSA\"}"));
    var claims = part(text, 1);
    assertThat(claims.path("aud")).isEqualTo(json("\"1857156b526dd8\""));
    assertThat(claims.path("sub").textValue()).isEqualTo("run-1");
    assertThat(claims.path("iat").longValue()).isEqualTo(1_767_225_600);
    assertThat(claims.path("exp").longValue()).isEqualTo(1_767_225_630);
    assertThat(claims.path("limits")).isEqualTo(json("{\"ms\":10000,\"outputBytes\":67108864}"));
    assertThat(claims.path("boot").textValue()).isEqualTo("boot-1");
    assertThat(claims.path("script").textValue()).isEqualTo("ab".repeat(32));
    assertThat(claims.path("jti").textValue()).isNotEmpty();
    assertThat(claims.size()).isEqualTo(8);
  }

  @Test
  void leavesOutWhatAnOperatorsTokenIsNotBoundTo() throws Exception {
    var claims = part(operators().sign(keys, NOW, Duration.ofSeconds(30)).text(), 1);
    assertThat(claims.has("boot")).isFalse();
    assertThat(claims.has("script")).isFalse();
  }

  @Test
  void hasAnIdOfItsOwnEachTime() throws Exception {
    var one = part(operators().sign(keys, NOW, Duration.ofSeconds(30)).text(), 1);
    var other = part(operators().sign(keys, NOW, Duration.ofSeconds(30)).text(), 1);
    assertThat(one.path("jti")).isNotEqualTo(other.path("jti"));
  }

  @Test
  void namesABodyByItsSha256() {
    assertThat(WorkerToken.sha256("abc".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void doesNotPrintItselfOnceSigned() {
    var signed = operators().sign(keys, NOW, Duration.ofSeconds(30));
    assertThat(signed.toString()).doesNotContain(signed.text()).contains("hidden");
  }

  private static WorkerToken operators() {
    return new WorkerToken("1857156b526dd8", "run-1", new RunLimits(10_000, 1 << 26), Optional.empty(), Optional.empty());
  }

  private static JsonNode part(String token, int part) throws Exception {
    return new JsonMapper().readTree(Base64.getUrlDecoder().decode(token.split("\\.")[part]));
  }

  private static JsonNode json(String text) throws Exception {
    return new JsonMapper().readTree(text);
  }
}
