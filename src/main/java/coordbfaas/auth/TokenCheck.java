package coordbfaas.auth;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Jws;
import io.jsonwebtoken.JwsHeader;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.Jwts;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a worker asks of a token before it runs anything.
 *
 * @param key verifies the coordinators' signatures
 * @param machine this worker machine's id
 * @param boot this process's boot id
 * @param processStart when this process started
 */
public record TokenCheck(PublicKey key, String machine, String boot, Instant processStart) {
  /** How far the clocks of coordinator and worker may differ. */
  public static final Duration LEEWAY = Duration.ofSeconds(5);

  /** What came of a check. */
  public sealed interface Verdict {}

  /** The run may go on until {@code latestEnd} by the token's own clock, or for its limit from now, whichever is earlier. */
  public record Valid(WorkerToken token, Instant latestEnd) implements Verdict {
    /** Whether it is good for a body too, which nobody need read before its token is known to be good. */
    public boolean isFor(byte[] body) {
      return token.scriptSha256().filter(hash -> !hash.equals(WorkerToken.sha256(body))).isEmpty();
    }
  }

  /** The reason is for the log; the client learns nothing of it. */
  public record Refused(String reason) implements Verdict {}

  /** Checks all of a token but what it says of the body. */
  public Verdict check(String token, Instant now) {
    if (!Ed25519.hasForm(token)) return new Refused("not a token");
    try {
      var signed = signed(token, now);
      return isToken(signed.getHeader()) ? judge(signed.getPayload(), now) : new Refused("not a token");
    } catch (JwtException | IllegalArgumentException unacceptable) {
      return new Refused(unacceptable.getClass().getSimpleName());
    }
  }

  /** The coordinators' key signs claims too, and they say so in their type. */
  private static boolean isToken(JwsHeader header) {
    return header.getType() == null || header.getType().equalsIgnoreCase("JWT");
  }

  private Jws<Claims> signed(String token, Instant now) {
    return Jwts.parser()
        .sig().clear().add(Ed25519.SIGNATURE).and()
        .zip().clear().and()
        .clock(() -> Date.from(now))
        .clockSkewSeconds(LEEWAY.toSeconds())
        .verifyWith(key)
        .build()
        .parseSignedClaims(token);
  }

  private Verdict judge(Claims claims, Instant now) {
    if (claims.getSubject() == null || claims.getId() == null) return new Refused("no sub or jti");
    if (claims.getIssuedAt() == null || claims.getExpiration() == null) return new Refused("no iat or exp");
    if (!Set.of(machine).equals(claims.getAudience())) return new Refused("for another machine");
    var limits = limits(claims.get("limits"));
    if (limits.isEmpty()) return new Refused("no limits");

    var token = new WorkerToken(machine, claims.getSubject(), limits.get(),
        Optional.ofNullable(claims.get("boot", String.class)), Optional.ofNullable(claims.get("script", String.class)));
    if (token.boot().filter(id -> !id.equals(boot)).isPresent()) return new Refused("for another boot");

    var issued = claims.getIssuedAt().toInstant();
    if (!bound(token)) {
      if (issued.isAfter(now.plus(LEEWAY))) return new Refused("issued in the future");
      if (issued.isBefore(processStart.minus(LEEWAY))) return new Refused("older than this process");
    }
    return new Valid(token, issued.plusMillis(limits.get().ms()).plus(LEEWAY));
  }

  /** Whether the token is good for one script in one boot: then its age says nothing, as a resumed machine's clock lags. */
  private static boolean bound(WorkerToken token) {
    return token.boot().isPresent() && token.scriptSha256().isPresent();
  }

  private static Optional<RunLimits> limits(Object claim) {
    return claim instanceof Map<?, ?> limits && isLong(limits.get("ms")) && isLong(limits.get("outputBytes"))
        ? Optional.of(new RunLimits(((Number) limits.get("ms")).longValue(), ((Number) limits.get("outputBytes")).longValue()))
        : Optional.empty();
  }

  private static boolean isLong(Object number) {
    return number instanceof Integer || number instanceof Long;
  }
}
