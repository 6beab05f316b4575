package coordbfaas.auth;

import io.jsonwebtoken.Jwts;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Permission to run one script on one worker machine, as a JWT signed with Ed25519.
 *
 * @param machine the machine that it is good for: {@code aud}
 * @param run the run's id: {@code sub}
 * @param limits what the run may take: {@code limits}
 * @param boot the boot that it is good for; empty in an operator's token: {@code boot}
 * @param scriptSha256 the body that it is good for, in hex; empty in an operator's token: {@code script}
 */
public record WorkerToken(String machine, String run, RunLimits limits, Optional<String> boot, Optional<String> scriptSha256) {
  /** A token with its signature. A secret while it is valid, so it does not print itself. */
  public record Signed(String text) {
    @Override
    public String toString() {
      return "WorkerToken.Signed[hidden]";
    }
  }

  /**
   * Signs the token.
   *
   * @param now its {@code iat}, cut to whole seconds as JWT has them
   * @param validity from now to its {@code exp}
   */
  @SuppressWarnings("deprecation") // aud is one string by contract; jjwt would rather write an array
  public Signed sign(KeyPair keys, Instant now, Duration validity) {
    var claims = Jwts.builder()
        .audience().single(machine)
        .subject(run)
        .id(UUID.randomUUID().toString())
        .issuedAt(Date.from(now))
        .expiration(Date.from(now.plus(validity)))
        .claim("limits", Map.of("ms", limits.ms(), "outputBytes", limits.outputBytes()));
    boot.ifPresent(id -> claims.claim("boot", id));
    scriptSha256.ifPresent(hash -> claims.claim("script", hash));
    return new Signed(claims.signWith(keys.privateKey(), Ed25519.SIGNATURE).compact());
  }

  /** The hash by which a token names a body. */
  public static String sha256(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
