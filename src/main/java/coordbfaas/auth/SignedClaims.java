package coordbfaas.auth;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.JwsHeader;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.LocatorAdapter;
import io.jsonwebtoken.MalformedJwtException;
import java.security.Key;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Claims as JWS, signed with a coordinator's Ed25519 key; {@code kid} tells the key. Safe for any thread.
 *
 * <p>What was read is remembered by its text, for as many texts as a large pool has machines: they are read again with every
 * listing, and a signature's check takes a tenth of a millisecond.
 */
public final class SignedClaims implements PoolClaims {
  /** Tells a claim from a worker token, which the same key signs. */
  static final String TYPE = "pool-claim+jwt";

  /** The longest text, in characters, that is signed or looked at. */
  static final int TEXT_MAX = 4096;

  static final int REMEMBERED_MAX = 16_384;

  private static final Set<String> HEADER = Set.of("alg", "kid", "typ");
  private static final Set<String> FIELDS = Set.of("name", "pool", "image", "epoch", "instance", "created");

  private final KeyPair keys;
  private final String keyId;
  private final JwtParser parser;
  private final Map<String, Reading> remembered = Collections.synchronizedMap(new LastUsed());

  private SignedClaims(KeyPair keys) {
    this.keys = keys;
    this.keyId = keys.id();
    this.parser = Jwts.parser()
        .sig().clear().add(Ed25519.SIGNATURE).and()
        .zip().clear().and()
        .keyLocator(new OurKey())
        .build();
  }

  public static SignedClaims of(KeyPair keys) {
    return new SignedClaims(keys);
  }

  /** @throws IllegalArgumentException if the claim is longer than any that would be read back */
  @Override
  public String sign(PoolClaim claim) {
    var text = Jwts.builder()
        .header().type(TYPE).keyId(keyId).and()
        .claim("name", claim.name())
        .claim("pool", claim.pool())
        .claim("image", claim.image())
        .claim("epoch", claim.epoch())
        .claim("instance", claim.instance())
        .claim("created", claim.created().toEpochMilli())
        .signWith(keys.privateKey(), Ed25519.SIGNATURE)
        .compact();
    if (text.length() > TEXT_MAX)
      throw new IllegalArgumentException("claim: " + text.length() + " characters (expected: at most " + TEXT_MAX + ")");
    return text;
  }

  @Override
  public Reading read(String text) {
    if (text.length() > TEXT_MAX || !Ed25519.hasForm(text)) return new Reading.Worthless();
    var known = remembered.get(text);
    if (known != null) return known;
    var reading = check(text);
    remembered.put(text, reading);
    return reading;
  }

  private Reading check(String text) {
    try {
      return claim(parser.parseSignedClaims(text).getPayload());
    } catch (AnotherKey named) {
      return new Reading.OfAnotherKey();
    } catch (JwtException | IllegalArgumentException unacceptable) {
      return new Reading.Worthless();
    }
  }

  private static Reading claim(Claims fields) {
    return fields.keySet().equals(FIELDS)
        && fields.get("name") instanceof String name
        && fields.get("pool") instanceof String pool
        && fields.get("image") instanceof String image
        && fields.get("epoch") instanceof Number epoch && isLong(epoch)
        && fields.get("instance") instanceof String instance
        && fields.get("created") instanceof Number created && isLong(created)
        ? new Reading.Signed(
            new PoolClaim(name, pool, image, epoch.longValue(), instance, Instant.ofEpochMilli(created.longValue())))
        : new Reading.Worthless();
  }

  private static boolean isLong(Number number) {
    return number instanceof Integer || number instanceof Long;
  }

  /** Finds the key of a header, once that is a claim's; nothing is verified before. */
  private final class OurKey extends LocatorAdapter<Key> {
    @Override
    protected Key locate(JwsHeader header) {
      if (!header.keySet().equals(HEADER) || !TYPE.equals(header.getType())) throw new MalformedJwtException("not a claim");
      if (!keyId.equals(header.getKeyId())) throw new AnotherKey();
      return keys.publicKey();
    }
  }

  @SuppressWarnings("serial")
  private static final class AnotherKey extends JwtException {
    AnotherKey() {
      super("another key");
    }
  }

  @SuppressWarnings("serial")
  private static final class LastUsed extends LinkedHashMap<String, Reading> {
    LastUsed() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Reading> eldest) {
      return size() > REMEMBERED_MAX;
    }
  }
}
