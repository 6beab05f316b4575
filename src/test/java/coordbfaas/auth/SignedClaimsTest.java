package coordbfaas.auth;

import static coordbfaas.auth.HandMadeJws.base64;
import static coordbfaas.auth.HandMadeJws.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import coordbfaas.auth.PoolClaims.Reading;
import coordbfaas.settings.RandomCases;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A signed claim")
class SignedClaimsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00.123Z");
  private static final KeyPair KEYS = KeyPair.generate();
  private static final PoolClaim CLAIM =
      new PoolClaim("worker-148e-0", "148e", "registry.fly.io/basher:1", 1_767_268_800_001L, "i1", NOW);
  private static final String HEADER = header(KEYS.id());
  private static final String FIELDS = "{\"name\":\"worker-148e-0\",\"pool\":\"148e\",\"image\":\"registry.fly.io/basher:1\","
      + "\"epoch\":1767268800001,\"instance\":\"i1\",\"created\":" + NOW.toEpochMilli() + "}";

  private final SignedClaims claims = SignedClaims.of(KEYS);

  @Nested
  @DisplayName("of ours")
  class OfOurs {
    @Test
    void isReadAsItWasSigned() {
      assertThat(claims.read(claims.sign(CLAIM))).isEqualTo(new Reading.Signed(CLAIM));
      var restarted = SignedClaims.of(KeyPair.parse(KEYS.privateText()));
      assertThat(restarted.read(claims.sign(CLAIM))).isEqualTo(new Reading.Signed(CLAIM));
    }

    @Test
    void isReadAgainWithTheSameResult() {
      var good = claims.sign(CLAIM);
      var forged = good.substring(0, good.length() - 40) + "A".repeat(40);
      for (var i = 0; i < 3; i++) {
        isOurs(good);
        isWorthless(forged);
        isOfAnotherKey(SignedClaims.of(KeyPair.generate()).sign(CLAIM));
      }
    }

    @Test
    void losesWhatIsFinerThanAMillisecond() {
      var created = NOW.plusNanos(999_999);
      var finer = new PoolClaim(CLAIM.name(), CLAIM.pool(), CLAIM.image(), CLAIM.epoch(), CLAIM.instance(), created);
      assertThat(claims.read(claims.sign(finer))).isEqualTo(new Reading.Signed(CLAIM));
    }

    @Test
    void mayHoldAnyTextAndNumber() {
      RandomCases.each(500, random -> {
        var claim = new PoolClaim(text(random), text(random), text(random), random.nextLong() >> random.nextInt(64), text(random),
            Instant.ofEpochMilli(random.nextLong() >> random.nextInt(64)));
        assertThat(claims.read(claims.sign(claim))).isEqualTo(new Reading.Signed(claim));
      });
    }

    @Test
    void isNeverLongerThanWhatIsReadBack() {
      var tooLong = imageOf(3_000);
      assertThatIllegalArgumentException().isThrownBy(() -> claims.sign(tooLong))
          .withMessageEndingWith("(expected: at most 4096)").withMessageNotContaining(tooLong.image());
      assertThat(claims.read(claims.sign(imageOf(2_600)))).isEqualTo(new Reading.Signed(imageOf(2_600)));
    }

    @Test
    void isStillKnownAfterMoreTextsThanAreRemembered() {
      var good = claims.sign(CLAIM);
      isOurs(good);
      // Texts that fail before their signature is looked at fill the memory fast.
      for (var i = 0; i <= SignedClaims.REMEMBERED_MAX; i++) isWorthless("e30." + i + "." + "A".repeat(86));
      isOurs(good);
    }

    private String text(RandomGenerator random) {
      return RandomCases.text(random, random.nextInt(30));
    }
  }

  @Nested
  @DisplayName("of another key")
  class OfAnotherKey {
    private final KeyPair theirs = KeyPair.generate();

    @Test
    void isToldByItsKeyId() {
      isOfAnotherKey(SignedClaims.of(theirs).sign(CLAIM));
    }

    @Test
    void isNotVerified() {
      isOfAnotherKey(signed(header("any"), FIELDS, KEYS));
      isOfAnotherKey(base64(header(theirs.id())) + "." + base64("nothing") + "." + "A".repeat(86));
    }

    @Test
    void isWorthlessUnderOurId() {
      isWorthless(signed(HEADER, FIELDS, theirs));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1", "[]", "{}", "\"\""})
    void isWorthlessWithoutAnId(String id) {
      isWorthless(signed("{\"alg\":\"EdDSA\",\"typ\":\"pool-claim+jwt\",\"kid\":" + id + "}", FIELDS, KEYS));
    }

    @Test
    void isWorthlessInAnotherForm() {
      isWorthless(base64(header("any")) + "." + base64(FIELDS) + ".");
      isWorthless(base64(header("any")) + "." + base64(FIELDS) + "." + "A".repeat(85));
      isWorthless(base64(header("any")) + ".." + "A".repeat(86));
      isWorthless(signed("{\"alg\":\"EdDSA\",\"kid\":\"any\"}", FIELDS, theirs));
      isWorthless(signed("{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"any\"}", FIELDS, theirs));
    }

    @Test
    void isNotFoundInAHeaderThatNamesTwo() {
      isWorthless(signed(HEADER.replace("\"kid\"", "\"kid\":\"any\",\"kid\""), FIELDS, theirs));
    }
  }

  @Nested
  @DisplayName("that was signed otherwise")
  class ThatWasSignedOtherwise {
    @Test
    void isReadWhereOnlyTheHandDiffers() {
      isOurs(signed(HEADER, FIELDS, KEYS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "", "HS256", "ES256", "RS256", "Ed448", "eddsa", "EdDSA "})
    void isWorthlessByAnyOtherAlgorithm(String algorithm) {
      for (var id : new String[] {KEYS.id(), "any"}) {
        var header = header(id).replace("EdDSA", algorithm);
        isWorthless(signed(header, FIELDS, KEYS));
        isWorthless(base64(header) + "." + base64(FIELDS) + ".");
        isWorthless(base64(header) + "." + base64(FIELDS));
      }
    }

    @Test
    void isWorthlessByThePublicKeyAsASharedSecret() throws Exception {
      for (var secret : new byte[][] {
          KEYS.publicKey().getEncoded(),
          Base64.getUrlDecoder().decode(KEYS.publicText()),
          KEYS.publicText().getBytes(StandardCharsets.US_ASCII)}) {
        for (var algorithm : new String[] {"256", "384", "512"}) {
          var content = base64(HEADER.replace("EdDSA", "HS" + algorithm)) + "." + base64(FIELDS);
          var mac = Mac.getInstance("HmacSHA" + algorithm);
          mac.init(new SecretKeySpec(secret, mac.getAlgorithm()));
          isWorthless(content + "." + base64(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII))));
        }
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"crit\":[\"x\"],\"x\":1", "\"b64\":false,\"crit\":[\"b64\"]", "\"jku\":\"http://x\"", "\"x\":1",
        "\"cty\":\"JWT\"", "\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}", "\"alg\":\"EdDSA\""})
    void isWorthlessWithMoreInItsHeader(String more) {
      isWorthless(signed(HEADER.replace("{", "{" + more + ","), FIELDS, KEYS));
    }

    @Test
    void isWorthlessCompressed() throws Exception {
      var compressed = new ByteArrayOutputStream();
      try (var gzip = new GZIPOutputStream(compressed)) {
        gzip.write(FIELDS.getBytes(StandardCharsets.UTF_8));
      }
      isWorthless(signed(HEADER.replace("{", "{\"zip\":\"GZIP\","), compressed.toByteArray(), KEYS));
      isWorthless(signed(HEADER, compressed.toByteArray(), KEYS));
    }
  }

  @Nested
  @DisplayName("with other fields")
  class WithOtherFields {
    @ParameterizedTest
    @ValueSource(strings = {"name", "pool", "image", "epoch", "instance", "created"})
    void isWorthlessWithoutOne(String field) {
      isWorthless(signed(HEADER, FIELDS.replaceFirst(value(field) + ",?", "").replace(",}", "}"), KEYS));
      isWorthless(signed(HEADER, FIELDS.replace(field, "other"), KEYS));
      isWorthless(signed(HEADER, FIELDS.replaceFirst(value(field), "\"" + field + "\":null"), KEYS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "pool", "image", "instance"})
    void isWorthlessWithATextThatIsNone(String field) {
      for (var value : new String[] {"1", "true", "[]", "[\"x\"]", "{}", "1.5"})
        isWorthless(signed(HEADER, FIELDS.replaceFirst(value(field), "\"" + field + "\":" + value), KEYS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoch", "created"})
    void isWorthlessWithANumberThatIsNone(String field) {
      for (var value : new String[] {"\"1\"", "true", "[]", "{}", "1.5", "1.0", "1e3", "1e300", "1e999999999",
          "9223372036854775808", "-9223372036854775809", "18446744073709551617", "9".repeat(2_000), "NaN", "01"})
        isWorthless(signed(HEADER, FIELDS.replaceFirst(value(field), "\"" + field + "\":" + value), KEYS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"more\":1", "\"exp\":9999999999", "\"exp\":1", "\"nbf\":9999999999", "\"sub\":\"r1\"",
        "\"aud\":\"m1\"", "\"\":\"\"", "\"name\":\"worker-148e-0\"", "\"Name\":\"worker-148e-0\""})
    void isWorthlessWithOneMore(String more) {
      isWorthless(signed(HEADER, FIELDS.replace("{", "{" + more + ","), KEYS));
      isWorthless(signed(HEADER, FIELDS.replace("}", "," + more + "}"), KEYS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{}", "1", "\"x\"", "{", "not json", "\0"})
    void isWorthlessWithNone(String payload) {
      isWorthless(signed(HEADER, payload, KEYS));
    }

    private static String value(String field) {
      return "\"" + field + "\":(\"[^\"]*\"|\\d+)";
    }
  }

  @Nested
  @DisplayName("and a worker token")
  class AndAWorkerToken {
    private final WorkerToken token =
        new WorkerToken("m1", "r1", new RunLimits(10_000, 1_000), Optional.empty(), Optional.empty());
    private final TokenCheck worker = new TokenCheck(KEYS.publicKey(), "m1", "b1", NOW);

    @Test
    void areNotTakenForEachOther() {
      isWorthless(token.sign(KEYS, NOW, Duration.ofSeconds(30)).text());
      assertThat(check(claims.sign(CLAIM))).isInstanceOf(TokenCheck.Refused.class);
    }

    @Test
    void areToldByTheirTypeAlone() {
      var text = token.sign(KEYS, NOW, Duration.ofSeconds(30)).text();
      var fields = new String(Base64.getUrlDecoder().decode(text.split("\\.")[1]), StandardCharsets.UTF_8);
      assertThat(check(signed("{\"alg\":\"EdDSA\"}", fields, KEYS))).isInstanceOf(TokenCheck.Valid.class);
      assertThat(check(signed("{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}", fields, KEYS))).isInstanceOf(TokenCheck.Valid.class);
      assertThat(check(signed(HEADER, fields, KEYS))).isEqualTo(new TokenCheck.Refused("not a token"));
      isWorthless(signed(HEADER.replace("pool-claim+jwt", "JWT"), FIELDS, KEYS));
      isWorthless(signed(HEADER.replace("\"typ\":\"pool-claim+jwt\",", ""), FIELDS, KEYS));
    }

    private TokenCheck.Verdict check(String text) {
      return worker.check(text, NOW);
    }
  }

  @Nested
  @DisplayName("that is none")
  class ThatIsNone {
    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "..", "...", "....", "a.b.c", "e30.e30.", "e30.e30.e30", "\0", "\0.\0.\0", "ä.ö.ü",
        "eyJhbGciOiJub25lIn0.e30.", "null"})
    void isWorthless(String text) {
      SignedClaimsTest.this.isWorthless(text);
    }

    @Test
    void isWorthlessOfAnySize() {
      var good = claims.sign(CLAIM);
      for (var more : new String[] {"A", "\0", " ", "\n", "=", "=="}) {
        SignedClaimsTest.this.isWorthless(good + more);
        SignedClaimsTest.this.isWorthless(more + good);
      }
      SignedClaimsTest.this.isWorthless("A".repeat(100_000_000));
      SignedClaimsTest.this.isWorthless(".".repeat(1_000_000));
      SignedClaimsTest.this.isWorthless(signed(HEADER, FIELDS.replace("i1", "i".repeat(4_000)), KEYS));
    }

    @Test
    void isWorthlessNestedAsDeepAsFits() {
      for (var nested : new String[] {"[".repeat(2_500), "{\"a\":".repeat(500), "{\"name\":" + "[".repeat(2_400)}) {
        SignedClaimsTest.this.isWorthless(signed(HEADER, nested, KEYS));
        SignedClaimsTest.this.isWorthless(signed(nested, FIELDS, KEYS));
      }
    }

    @Test
    void isWorthlessWithACharacterChanged() {
      var good = claims.sign(CLAIM);
      RandomCases.each(3_000, random -> {
        // The last character's low bits stand for nothing: base64 ends there.
        var at = random.nextInt(good.length() - 1);
        var other = (char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000);
        if (good.charAt(at) != other) isNotOurs(good.substring(0, at) + other + good.substring(at + 1));
      });
    }

    @Test
    void isWorthlessWithAPieceLostRepeatedOrMoved() {
      var good = claims.sign(CLAIM);
      RandomCases.each(3_000, random -> {
        var from = random.nextInt(good.length());
        var to = random.nextInt(from, good.length()) + 1;
        var at = random.nextInt(good.length() + 1);
        var piece = good.substring(from, to);
        var left = random.nextBoolean() ? good : good.substring(0, from) + good.substring(to);
        var changed = left.substring(0, Math.min(at, left.length())) + piece + left.substring(Math.min(at, left.length()));
        isNotOurs(random.nextInt(3) == 0 ? left : changed, good);
      });
    }

    @Test
    void isReadAsNoOtherClaimThoughItsKeyWereOurs() {
      // What passes here has a good signature: only the reading of header and fields is left to refuse it.
      RandomCases.each(3_000, random -> {
        var header = random.nextInt(4) == 0 ? mutated(HEADER, random) : HEADER;
        var fields = mutated(FIELDS, random);
        if (claims.read(signed(header, fields, KEYS)) instanceof Reading.Signed(var claim))
          assertThat(claims.read(claims.sign(claim))).isEqualTo(new Reading.Signed(claim));
      });
    }

    private static String mutated(String json, RandomGenerator random) {
      var at = random.nextInt(json.length());
      var junk = switch (random.nextInt(4)) {
        case 0 -> RandomCases.text(random, random.nextInt(1, 4));
        case 1 -> String.valueOf("{}[]\",:\\0123456789.eE+-nulltruefalse".charAt(random.nextInt(35)));
        case 2 -> json.substring(at, random.nextInt(at, json.length()));
        default -> "";
      };
      return json.substring(0, at) + junk + json.substring(Math.min(json.length(), at + random.nextInt(3)));
    }

    private void isNotOurs(String text, String good) {
      if (!text.equals(good)) isNotOurs(text);
    }

    private void isNotOurs(String text) {
      assertThat(claims.read(text)).isNotInstanceOf(Reading.Signed.class);
    }
  }

  private void isOurs(String text) {
    assertThat(claims.read(text)).isEqualTo(new Reading.Signed(CLAIM));
  }

  private void isOfAnotherKey(String text) {
    assertThat(claims.read(text)).isEqualTo(new Reading.OfAnotherKey());
  }

  private void isWorthless(String text) {
    assertThat(claims.read(text)).isEqualTo(new Reading.Worthless());
  }

  private static PoolClaim imageOf(int characters) {
    return new PoolClaim(CLAIM.name(), CLAIM.pool(), "i".repeat(characters), CLAIM.epoch(), CLAIM.instance(), NOW);
  }

  private static String header(String keyId) {
    return "{\"alg\":\"EdDSA\",\"typ\":\"pool-claim+jwt\",\"kid\":\"" + keyId + "\"}";
  }
}
