package coordbfaas.localfly;

import coordbfaas.machines.FlyToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** Who may call the Machines API and the admin port. */
record Callers(Optional<FlyToken> token) {
  /** Whether a request bears the token, if there is one. Fly takes {@code Bearer}, {@code FlyV1}, and both in a row. */
  boolean mayCall(HttpRequest request) {
    var given = request.getHeader("authorization").map(HttpHeader::value);
    return token.map(expected -> given.filter(text -> isToken(text, expected)).isPresent()).orElse(true);
  }

  private static boolean isToken(String given, FlyToken expected) {
    if (!given.startsWith("Bearer ") && !given.startsWith("FlyV1 ")) return false;
    try {
      return MessageDigest.isEqual(bytes(new FlyToken(given)), bytes(expected));
    } catch (IllegalArgumentException notAToken) {
      return false;
    }
  }

  private static byte[] bytes(FlyToken token) {
    return token.text().getBytes(StandardCharsets.UTF_8);
  }
}
