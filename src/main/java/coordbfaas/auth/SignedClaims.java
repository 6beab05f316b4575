package coordbfaas.auth;

import io.jsonwebtoken.Jwts;
import java.time.Instant;
import java.util.Map;

/** Temporary. */
public final class SignedClaims implements PoolClaims {
  private final KeyPair keys;

  private SignedClaims(KeyPair keys) {
    this.keys = keys;
  }

  public static SignedClaims of(KeyPair keys) {
    return new SignedClaims(keys);
  }

  @Override
  public String sign(PoolClaim claim) {
    return Jwts.builder().claims(Map.of("name", claim.name(), "pool", claim.pool(), "image", claim.image(), "epoch", claim.epoch(),
        "instance", claim.instance(), "created", claim.created().toEpochMilli())).signWith(keys.privateKey(), Jwts.SIG.EdDSA).compact();
  }

  @Override
  public Reading read(String text) {
    try {
      var c = Jwts.parser().verifyWith(keys.publicKey()).build().parseSignedClaims(text).getPayload();
      return new Reading.Signed(new PoolClaim(c.get("name", String.class), c.get("pool", String.class), c.get("image", String.class),
          ((Number) c.get("epoch")).longValue(), c.get("instance", String.class), Instant.ofEpochMilli(((Number) c.get("created")).longValue())));
    } catch (RuntimeException e) {
      return new Reading.Worthless();
    }
  }
}
