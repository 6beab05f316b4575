package coordbfaas.auth;

import static coordbfaas.auth.HandMadeJws.base64;
import static org.assertj.core.api.Assertions.assertThat;

import coordbfaas.settings.RandomCases;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A worker whose clock stands at {@link #NOW} and that was started an hour before. */
@DisplayName("A worker's check of a token")
class TokenCheckTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant PROCESS_START = NOW.minus(Duration.ofHours(1));
  private static final Duration VALIDITY = Duration.ofSeconds(30);
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final byte[] SCRIPT = "echo hi".getBytes(StandardCharsets.UTF_8);
  private static final String HEADER = "{\"alg\":\"EdDSA\"}";

  private static final KeyPair KEYS = KeyPair.generate();

  private final TokenCheck worker = new TokenCheck(KEYS.publicKey(), "m1", "b1", PROCESS_START);

  @Nested
  @DisplayName("of a coordinator's")
  class OfACoordinators {
    @Test
    void letsItsOneScriptRunOnItsMachineInItsBoot() {
      var token = coordinators();
      assertThat(check(sign(token, NOW))).isEqualTo(new TokenCheck.Valid(token, NOW.plus(LIMIT).plus(TokenCheck.LEEWAY)));
    }

    @Test
    void refusesAnotherMachine() {
      isRefused(sign(new WorkerToken("m2", "r1", limits(), Optional.of("b1"), ofScript()), NOW));
    }

    @Test
    void refusesAnotherBoot() {
      isRefused(sign(new WorkerToken("m1", "r1", limits(), Optional.of("b2"), ofScript()), NOW));
    }

    @Test
    void refusesAnotherScript() {
      isFor(sign(coordinators(), NOW), SCRIPT, true);
      isFor(sign(coordinators(), NOW), "echo ho".getBytes(StandardCharsets.UTF_8), false);
      isFor(sign(coordinators(), NOW), new byte[0], false);
    }

    @Test
    void refusesAnotherKey() {
      isRefused(coordinators().sign(KeyPair.generate(), NOW, VALIDITY).text());
    }

    @Test
    void endsTheRunByTheTokensOwnClock() {
      var sentAt = NOW.minusSeconds(3);
      assertThat(latestEnd(sign(coordinators(), sentAt))).isEqualTo(sentAt.plus(LIMIT).plus(TokenCheck.LEEWAY));
    }

    @Test
    void believesATimeAheadOfALaggingClock() {
      for (var ahead : new Duration[] {Duration.ofSeconds(6), Duration.ofHours(1), Duration.ofDays(300)})
        isValid(sign(coordinators(), NOW.plus(ahead)));
    }

    @Test
    void takesOneThatIsOlderThanTheProcess() {
      var young = new TokenCheck(KEYS.publicKey(), "m1", "b1", NOW.plusSeconds(10));
      assertThat(young.check(sign(coordinators(), NOW), NOW)).isInstanceOf(TokenCheck.Valid.class);
    }
  }

  @Nested
  @DisplayName("of an operator's")
  class OfAnOperators {
    @Test
    void letsAnyScriptRunInAnyBoot() {
      isValid(sign(operators(), NOW));
      isFor(sign(operators(), NOW), "echo ho".getBytes(StandardCharsets.UTF_8), true);
    }

    @Test
    void stillAsksForTheMachine() {
      isRefused(sign(new WorkerToken("m2", "r1", limits(), Optional.empty(), Optional.empty()), NOW));
    }

    @Test
    void enforcesABootOrAScriptWhereItStandsAlone() {
      isValid(sign(new WorkerToken("m1", "r1", limits(), Optional.of("b1"), Optional.empty()), NOW));
      isRefused(sign(new WorkerToken("m1", "r1", limits(), Optional.of("b2"), Optional.empty()), NOW));
      isValid(sign(new WorkerToken("m1", "r1", limits(), Optional.empty(), ofScript()), NOW));
      isFor(sign(new WorkerToken("m1", "r1", limits(), Optional.empty(), ofScript()), NOW), new byte[0], false);
    }

    @Test
    void refusesATimeAheadBeyondTheLeeway() {
      isValid(sign(operators(), NOW.plusSeconds(5)));
      isRefused(sign(operators(), NOW.plusSeconds(6)));
      isRefused(sign(new WorkerToken("m1", "r1", limits(), Optional.of("b1"), Optional.empty()), NOW.plusSeconds(6)));
      isRefused(sign(new WorkerToken("m1", "r1", limits(), Optional.empty(), ofScript()), NOW.plusSeconds(6)));
    }

    @Test
    void refusesOneThatIsOlderThanTheProcess() {
      var young = new TokenCheck(KEYS.publicKey(), "m1", "b1", NOW);
      assertThat(young.check(sign(operators(), NOW.minusSeconds(5)), NOW)).isInstanceOf(TokenCheck.Valid.class);
      assertThat(young.check(sign(operators(), NOW.minusSeconds(6)), NOW)).isInstanceOf(TokenCheck.Refused.class);
    }
  }

  @Nested
  @DisplayName("of one that has expired")
  class OfOneThatHasExpired {
    @Test
    void forgivesClocksThatDifferByTheLeeway() {
      var end = NOW.plus(VALIDITY);
      assertThat(worker.check(sign(coordinators(), NOW), end.plusSeconds(5))).isInstanceOf(TokenCheck.Valid.class);
      assertThat(worker.check(sign(coordinators(), NOW), end.plusMillis(5_001))).isInstanceOf(TokenCheck.Refused.class);
    }
  }

  @Nested
  @DisplayName("of one that was signed otherwise")
  class OfOneThatWasSignedOtherwise {
    private final String good = sign(coordinators(), NOW);
    private final String claims = new String(Base64.getUrlDecoder().decode(good.split("\\.")[1]), StandardCharsets.UTF_8);

    @Test
    void isNotDeceivedByItsOwnMeans() {
      isValid(signed(HEADER, claims));
    }

    @Test
    void refusesAChangedSignature() {
      var signature = Base64.getUrlDecoder().decode(good.substring(good.lastIndexOf('.') + 1));
      for (var i = 0; i < signature.length; i++) {
        var changed = signature.clone();
        changed[i] ^= 1;
        isRefused(good.substring(0, good.lastIndexOf('.') + 1) + base64(changed));
      }
    }

    @Test
    void refusesChangedClaims() {
      var parts = good.split("\\.");
      isRefused(parts[0] + "." + base64(claims.replace("10000", "90000")) + "." + parts[2]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "", "HS256", "ES256", "RS256", "Ed448", "eddsa", "EdDSA "})
    void refusesAnyOtherAlgorithm(String algorithm) {
      var header = "{\"alg\":\"" + algorithm + "\"}";
      isRefused(signed(header, claims));
      isRefused(base64(header) + "." + base64(claims) + ".");
      isRefused(base64(header) + "." + base64(claims));
    }

    @Test
    void refusesOneWithoutAnAlgorithm() {
      isRefused(signed("{}", claims));
      isRefused(signed("{\"typ\":\"JWT\"}", claims));
      isRefused(signed("{\"alg\":null}", claims));
    }

    @Test
    void refusesThePublicKeyAsASharedSecret() throws Exception {
      for (var secret : new byte[][] {
          KEYS.publicKey().getEncoded(),
          Base64.getUrlDecoder().decode(KEYS.publicText()),
          KEYS.publicText().getBytes(StandardCharsets.US_ASCII)}) {
        var content = base64("{\"alg\":\"HS256\"}") + "." + base64(claims);
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        isRefused(content + "." + base64(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII))));
      }
    }

    @Test
    void refusesAKeyThatTheTokenBrings() {
      var key = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + KEYS.publicText() + "\"}";
      isRefused(HandMadeJws.signed("{\"alg\":\"EdDSA\",\"jwk\":" + key + "}", claims, KeyPair.generate()));
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
      isRefused(signed("{\"alg\":\"EdDSA\",\"crit\":[\"x\"],\"x\":1}", claims));
      isRefused(signed("{\"alg\":\"EdDSA\",\"b64\":false,\"crit\":[\"b64\"]}", claims));
    }

    @Test
    void refusesCompressedClaims() throws Exception {
      var compressed = new ByteArrayOutputStream();
      try (var gzip = new GZIPOutputStream(compressed)) {
        gzip.write(claims.getBytes(StandardCharsets.UTF_8));
      }
      isRefused(HandMadeJws.signed("{\"alg\":\"EdDSA\",\"zip\":\"GZIP\"}", compressed.toByteArray(), KEYS));
    }
  }

  @Nested
  @DisplayName("of one that lacks something")
  class OfOneThatLacksSomething {
    private static final String ALL = "{\"aud\":\"m1\",\"sub\":\"r1\",\"jti\":\"j1\",\"iat\":" + NOW.getEpochSecond()
        + ",\"exp\":" + (NOW.getEpochSecond() + 30) + ",\"limits\":{\"ms\":10000,\"outputBytes\":1000}}";

    @Test
    void takesOneThatLacksNothing() {
      isValid(signed(HEADER, ALL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"aud", "sub", "jti", "iat", "exp", "limits"})
    void refusesIt(String claim) {
      isRefused(signed(HEADER, ALL.replace("\"" + claim + "\":", "\"other\":")));
      isRefused(signed(HEADER, ALL.replaceFirst("\"" + claim + "\":(\"[^\"]*\"|\\d+|\\{[^}]*})", "\"" + claim + "\":null")));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "[]", "1", "\"10s\"", "{\"ms\":10000}", "{\"outputBytes\":1000}", "{\"ms\":0,\"outputBytes\":1000}",
        "{\"ms\":10000,\"outputBytes\":0}",
        "{\"ms\":-1,\"outputBytes\":1000}", "{\"ms\":10000,\"outputBytes\":-1}", "{\"ms\":\"10000\",\"outputBytes\":1000}",
        "{\"ms\":0.5,\"outputBytes\":1000}", "{\"ms\":1.5,\"outputBytes\":1000}",
        "{\"ms\":9223372036854775808,\"outputBytes\":1000}",
        "{\"ms\":18446744073709561616,\"outputBytes\":1000}", "{\"ms\":1e300,\"outputBytes\":1000}",
        "{\"ms\":10000,\"outputBytes\":18446744073709552616}",
        "{\"ms\":null,\"outputBytes\":1000}"})
    void refusesLimitsThatAreNone(String limits) {
      isRefused(signed(HEADER, ALL.replaceFirst("\"limits\":\\{[^}]*}", "\"limits\":" + limits)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"m1\",\"m2\"]", "[\"m2\"]", "[]", "1", "{}", "\"\"", "\"M1\"", "\"m1 \"", "[\"m1\",\"m1\",\"x\"]"})
    void refusesAnyAudienceButThisMachineAlone(String audience) {
      isRefused(signed(HEADER, ALL.replace("\"aud\":\"m1\"", "\"aud\":" + audience)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"boot\":1", "\"boot\":[]", "\"boot\":\"\"", "\"script\":1", "\"script\":{}", "\"nbf\":9999999999"})
    void refusesABindingThatIsNone(String claim) {
      isRefused(signed(HEADER, ALL.replace("{\"aud\"", "{" + claim + ",\"aud\"")));
    }

    @Test
    void isForNoScriptIfItNamesAnEmptyHash() {
      isFor(signed(HEADER, ALL.replace("{\"aud\"", "{\"script\":\"\",\"aud\"")), SCRIPT, false);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\"iat\":9223372036854775807", "\"iat\":-9223372036854775808", "\"iat\":1e300", "\"iat\":\"soon\"", "\"iat\":{}",
        "\"exp\":-9223372036854775808",
        "\"exp\":\"soon\"", "\"exp\":0"})
    void refusesTimesThatAreNone(String time) {
      isRefused(signed(HEADER, ALL.replaceFirst(time.substring(0, 6) + "\\d+", time)));
    }

    @Test
    void refusesItWithEmptyIds() {
      isRefused(signed(HEADER, ALL.replace("\"sub\":\"r1\"", "\"sub\":\"\"")));
      isRefused(signed(HEADER, ALL.replace("\"jti\":\"j1\"", "\"jti\":\"\"")));
    }
  }

  @Nested
  @DisplayName("of what is no token")
  class OfWhatIsNoToken {
    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "..", "...", "....", "a.b.c", "e30.e30.", "e30.e30.e30", "Bearer x", "\0", "ä.ö.ü",
        "eyJhbGciOiJub25lIn0.e30."})
    void refusesIt(String token) {
      isRefused(token);
    }

    @Test
    void refusesItNestedWithoutEnd() {
      isRefused(signed(HEADER, "{\"limits\":" + "[".repeat(100_000)));
      isRefused(base64("{\"a\":".repeat(100_000)) + ".e30.e30");
    }

    @Test
    void refusesEveryTokenWithACharacterChanged() {
      var good = sign(coordinators(), NOW);
      RandomCases.each(1_500, random -> {
        var at = random.nextInt(good.length());
        var other = (char) random.nextInt(random.nextBoolean() ? 0x80 : 0x3000);
        if (good.charAt(at) != other) isRefused(good.substring(0, at) + other + good.substring(at + 1));
      });
    }

    /** As jjwt would, which takes = for a letter of base64 that is all zeros. */
    @Test
    void refusesAnotherWayToWriteItsSignature() {
      var good = Stream.generate(() -> sign(coordinators(), NOW))
          .filter(token -> token.indexOf('A', token.lastIndexOf('.')) >= 0).findFirst().orElseThrow();
      isValid(good);
      var at = good.indexOf('A', good.lastIndexOf('.'));
      isRefused(good.substring(0, at) + "=" + good.substring(at + 1));
    }

    @Test
    void saysNothingOfTheTokenInItsReason() {
      RandomCases.each(200, random -> {
        var secret = UUID.randomUUID().toString();
        var verdict = (TokenCheck.Refused) check(signed(HEADER, "{\"sub\":\"" + secret + "\",\"aud\":\"" + secret
            + "\",\"limits\":\"" + secret + "\"}"));
        assertThat(verdict.reason()).isNotBlank().doesNotContain(secret);
      });
    }
  }

  private static WorkerToken coordinators() {
    return new WorkerToken("m1", "r1", limits(), Optional.of("b1"), ofScript());
  }

  private static WorkerToken operators() {
    return new WorkerToken("m1", "r1", limits(), Optional.empty(), Optional.empty());
  }

  private static RunLimits limits() {
    return new RunLimits(LIMIT.toMillis(), 1000);
  }

  private static Optional<String> ofScript() {
    return Optional.of(WorkerToken.sha256(SCRIPT));
  }

  private static String sign(WorkerToken token, Instant at) {
    return token.sign(KEYS, at, VALIDITY).text();
  }

  private TokenCheck.Verdict check(String token) {
    return worker.check(token, NOW);
  }

  private void isValid(String token) {
    assertThat(check(token)).isInstanceOf(TokenCheck.Valid.class);
  }

  private void isRefused(String token) {
    assertThat(check(token)).isInstanceOf(TokenCheck.Refused.class);
  }

  private void isFor(String token, byte[] body, boolean good) {
    assertThat(((TokenCheck.Valid) check(token)).isFor(body)).isEqualTo(good);
  }

  private Instant latestEnd(String token) {
    return ((TokenCheck.Valid) check(token)).latestEnd();
  }

  private static String signed(String header, String claims) {
    return HandMadeJws.signed(header, claims, KEYS);
  }
}
