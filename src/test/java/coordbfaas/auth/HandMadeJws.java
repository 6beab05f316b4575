package coordbfaas.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;

/** Signed texts whose header and content are what a test says, sense or nonsense. */
final class HandMadeJws {
  private HandMadeJws() {}

  static String signed(String header, String content, KeyPair keys) {
    return signed(header, content.getBytes(StandardCharsets.UTF_8), keys);
  }

  static String signed(String header, byte[] content, KeyPair keys) {
    try {
      var text = base64(header) + "." + base64(content);
      var signature = Signature.getInstance("Ed25519");
      signature.initSign(keys.privateKey());
      signature.update(text.getBytes(StandardCharsets.US_ASCII));
      return text + "." + base64(signature.sign());
    } catch (GeneralSecurityException impossible) {
      throw new AssertionError(impossible);
    }
  }

  static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
