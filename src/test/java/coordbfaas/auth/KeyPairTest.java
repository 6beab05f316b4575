package coordbfaas.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import coordbfaas.settings.RandomCases;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A key pair")
class KeyPairTest {
  private static final HexFormat HEX = HexFormat.of();

  @Nested
  @DisplayName("as text")
  class AsText {
    @Test
    void isReadAsTheSameAgain() {
      // Enough of them for public keys that begin with zeros, and for both signs of x.
      for (var i = 0; i < 600; i++) {
        var keys = KeyPair.generate();
        assertThat(keys.privateText()).matches("[A-Za-z0-9_-]{86}");
        assertThat(keys.publicText()).matches("[A-Za-z0-9_-]{43}");
        var again = KeyPair.parse(keys.privateText());
        assertThat(again.privateText()).isEqualTo(keys.privateText());
        assertThat(again.publicText()).isEqualTo(keys.publicText());
        assertThat(KeyPair.parsePublic(keys.publicText())).isEqualTo(keys.publicKey());
      }
    }

    /** RFC 8032, 7.1: tests 1, 2 and 3. */
    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60, d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a, '', "
            + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb, 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c, 72, "
            + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7, fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025, af82, "
            + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"})
    void holdsTheBytesOfTheStandard(String seed, String publicKey, String message, String signature) throws Exception {
      var keys = KeyPair.parse(base64(HEX.parseHex(seed + publicKey)));
      assertThat(keys.publicText()).isEqualTo(base64(HEX.parseHex(publicKey)));
      assertThat(HEX.formatHex(signed(keys, HEX.parseHex(message)))).isEqualTo(signature);
      assertThat(verified(keys, HEX.parseHex(message), HEX.parseHex(signature))).isTrue();
    }
  }

  @Nested
  @DisplayName("that is none")
  class ThatIsNone {
    @Test
    void isRefusedWhenItsHalvesDoNotBelongTogether() {
      var one = KeyPair.generate();
      var other = KeyPair.generate();
      var mixed = base64(HEX.parseHex(hex(one.privateText()).substring(0, 64) + hex(other.publicText())));
      isRefused(mixed, "do not belong together");
    }

    @Test
    void isRefusedWhenAnyOfItsBytesIsWrong() {
      var good = Base64.getUrlDecoder().decode(KeyPair.generate().privateText());
      for (var i = 0; i < good.length; i++) {
        var wrong = good.clone();
        wrong[i] ^= 1 << 3;
        isRefused(base64(wrong), "expected: " + KeyPair.EXPECTED);
      }
    }

    @Test
    void isRefusedWhenItIsTheSeedAloneOrThePublicHalf() {
      isRefused(KeyPair.generate().publicText(), "32 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s3cret s3cret", "ä", "s3cret!", "AAAA", "-----BEGIN PRIVATE KEY-----", "s3cret+/s3cret"})
    void isRefusedWhenItIsSomethingElse(String text) {
      isRefused(text, "expected: a key as bfaas genkey prints it");
      assertThatIllegalArgumentException().isThrownBy(() -> KeyPair.parsePublic(text))
          .withMessageContaining("expected: " + KeyPair.EXPECTED);
    }

    @Test
    void isRefusedOfAnyLengthButItsOwn() {
      RandomCases.each(300, random -> {
        var bytes = RandomCases.bytes(random, random.nextInt(200));
        if (bytes.length != 64) isRefused(base64(bytes), bytes.length + " bytes");
        if (bytes.length != 32) assertThatIllegalArgumentException().isThrownBy(() -> KeyPair.parsePublic(base64(bytes)));
      });
    }

    private void isRefused(String text, String message) {
      assertThatIllegalArgumentException().isThrownBy(() -> KeyPair.parse(text))
          .withMessageContaining(message)
          .withNoCause()
          .satisfies(refused -> {
            if (text.length() > 8) assertThat(refused).message().doesNotContain(text.substring(0, 8)).doesNotContain("s3cret");
          });
    }
  }

  @Test
  void printsNoMoreThanItsPublicHalf() {
    var keys = KeyPair.generate();
    assertThat(keys.toString()).contains(keys.publicText()).doesNotContain(keys.privateText().substring(0, 42));
  }

  @Test
  void isNotMadeTwice() {
    assertThat(KeyPair.generate().privateText()).isNotEqualTo(KeyPair.generate().privateText());
  }

  private static byte[] signed(KeyPair keys, byte[] message) throws Exception {
    var signature = Signature.getInstance("Ed25519");
    signature.initSign(keys.privateKey());
    signature.update(message);
    return signature.sign();
  }

  private static boolean verified(KeyPair keys, byte[] message, byte[] signed) throws Exception {
    var signature = Signature.getInstance("Ed25519");
    signature.initVerify(keys.publicKey());
    signature.update(message);
    return signature.verify(signed);
  }

  private static String hex(String base64) {
    return HEX.formatHex(Base64.getUrlDecoder().decode(base64));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
